"""Windows: recognised, so that the refusal says what the matter is."""

from __future__ import annotations

from localazure.engine_port import UnknownBase

_PUBLISHERS = ("microsoftwindowsserver", "microsoftwindowsdesktop", "microsoftsqlserver", "microsoftvisualstudio")


def refuse(*, publisher: str, offer: str, sku: str) -> None:
    """Raise `UnknownBase` for a Windows image."""
    if publisher.lower() in _PUBLISHERS or "windows" in offer.lower():
        raise UnknownBase(
            f"{publisher}:{offer}:{sku} is a Windows image, and Windows cannot be run here: "
            "its templates are linted and planned, and are built in Azure only."
        )
