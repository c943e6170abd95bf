"""Windows bases: the refusal says what the matter is."""

from __future__ import annotations

from pathlib import Path

import pytest

from localazure.engine import bases
from localazure.engine.bases import windows
from localazure.engine.cache import Cache
from localazure.engine_port import UnknownBase

IMAGES = [
    ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-g2"),
    ("microsoftwindowsdesktop", "office-365", "win11-24h2-avd-m365"),
    ("MicrosoftSQLServer", "sql2022-ws2022", "enterprise-gen2"),
    ("MicrosoftVisualStudio", "visualstudio2022", "vs-2022-ent-latest-win11-n-gen2"),
    ("someone", "hardened-Windows-2022", "std"),
]


@pytest.mark.parametrize(("publisher", "offer", "sku"), IMAGES, ids=[offer for _, offer, _ in IMAGES])
def test_windows_images_get_a_sentence_of_their_own(tmp_path: Path, publisher: str, offer: str, sku: str) -> None:
    """A Windows image, by publisher or by offer, in any case, is refused as Windows and says where it can be built."""
    with pytest.raises(UnknownBase, match="is a Windows image, and Windows cannot be run here") as refusal:
        bases.resolve(Cache(tmp_path), publisher=publisher, offer=offer, sku=sku, version="latest")

    assert f"{publisher}:{offer}:{sku}" in str(refusal.value)
    assert "built in Azure only" in str(refusal.value)


@pytest.mark.parametrize(
    ("publisher", "offer", "sku"),
    [
        ("Debian", "debian-12", "12"),
        ("Canonical", "ubuntu-24_04-lts", "server"),
        ("microsoft-dsvm", "ubuntu-hpc", "2204"),
    ],
    ids=["debian", "ubuntu", "microsoft's linux"],
)
def test_others_are_let_through(publisher: str, offer: str, sku: str) -> None:
    """An image that is not Windows is not called so, also where Microsoft publishes it."""
    windows.refuse(publisher=publisher, offer=offer, sku=sku)
