"""Runs a program on a machine whose sudo hands on what this machine's clients need to reach their registries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_HANDED_ON = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "PIP_INDEX_URL",
    "PIP_FIND_LINKS",
    "UV_PYTHON",
)
_BIND_AND_RUN = 'mount --bind "$1" /etc/sudoers.d; shift; exec "$@"'


def with_sudo_settings(folder: Path, command: Sequence[str]) -> list[str]:
    """The command in a mount namespace of its own, where sudo has one more setting; nothing of it stays."""
    folder.mkdir()
    (folder / "environment").write_text(f'Defaults env_keep += "{" ".join(_HANDED_ON)}"\n')
    (folder / "environment").chmod(0o440)
    return ["unshare", "--mount", "--propagation=private", "bash", "-ec", _BIND_AND_RUN, "bash", str(folder), *command]
