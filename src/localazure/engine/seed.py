"""The disk that tells cloud-init who a machine is: NoCloud, a small FAT file system named `cidata`.

https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
"""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.encoders import encode_base64
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from pathlib import Path
from typing import Any

from localazure.engine import process
from localazure.engine_port import MachineRequest

_PACKED = b"\x1f\x8b"
_KIB = 64  # smallest size that FAT12 and mkfs.vfat are content with, plus room for custom data
ENGINE = "key"
# Host keys are made here, where it takes a moment; a guest without hardware virtualisation takes seconds.
_KEYS = {ENGINE: ("ed25519",), "rsa": ("rsa", "-b", "2048"), "ecdsa": ("ecdsa",), "ed25519": ("ed25519",)}


@dataclass(frozen=True, kw_only=True)
class _Key:
    private: str
    public: str


def make(folder: Path, request: MachineRequest) -> Path:
    """The seed for one machine. `folder` gets the machine's keys too; with `ENGINE` the engine comes in."""
    keys = {name: _new_key(folder, name, kind) for name, kind in _KEYS.items()}
    files = {
        "meta-data": json.dumps(
            {"instance-id": request.machine_id, "local-hostname": request.hostname, "dsmode": "net"}
        ).encode(),
        "user-data": _user_data(request, keys),
    }
    seed = folder / "seed.img"
    size_kib = max(_KIB, 2 * sum(len(content) for content in files.values()) // 1024 + _KIB)
    process.run(["mkfs.vfat", "-n", "CIDATA", "-C", seed, str(size_kib)])
    for name, content in files.items():
        process.run(["mcopy", "-i", seed, "-", f"::{name}"], stdin=content)
    return seed


def _user_data(request: MachineRequest, keys: Mapping[str, _Key]) -> bytes:
    """Cloud configuration; custom data comes beside it, for Azure's image hands it to cloud-init too."""
    ours = b"#cloud-config\n" + json.dumps(_config(request, keys)).encode()
    if not request.custom_data:
        return ours
    return _multipart([ours, request.custom_data])


def _config(request: MachineRequest, keys: Mapping[str, _Key]) -> dict[str, Any]:
    host_keys = {
        f"{name}_{half}": getattr(key, half)
        for name, key in keys.items()
        if name != ENGINE
        for half in ("private", "public")
    }
    user = {
        "name": request.admin_username,
        "ssh_authorized_keys": [*request.ssh_public_keys, keys[ENGINE].public],
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "shell": "/bin/bash",
        "lock_passwd": True,
    }
    return {
        "hostname": request.hostname,
        "users": [user] if request.admin_username else [],
        "ssh_pwauth": False,
        "ssh_keys": host_keys,
    }


def _new_key(folder: Path, name: str, kind: Sequence[str]) -> _Key:
    path = folder / name
    process.run(["ssh-keygen", "-q", "-t", *kind, "-N", "", "-C", "provisioning", "-f", path])
    return _Key(private=path.read_text(), public=path.with_suffix(".pub").read_text().strip())


def _multipart(parts: Sequence[bytes]) -> bytes:
    """Several user data as one, each understood as it would be if it came alone."""
    whole = MIMEMultipart()
    for content in parts:
        whole.attach(_part(_unpacked(content)))
    return whole.as_bytes()


def _part(content: bytes) -> Message:
    """One user data as a part; what has parts itself keeps them.

    Otherwise cloud-init finds out by itself what it is. The type is the one that it gives a single user data: Debian
    12's looks into no `application/octet-stream`.
    """
    parsed = message_from_bytes(content)
    if parsed.is_multipart() and "MIME-Version" in parsed:
        return parsed
    part = MIMEBase("text", "x-not-multipart")
    part.set_payload(content)
    encode_base64(part)
    return part


def _unpacked(content: bytes) -> bytes:
    """Without the compression that cloud-init looks through only where it is around everything."""
    if content.startswith(_PACKED):
        with contextlib.suppress(OSError, EOFError, zlib.error):
            return gzip.decompress(content)
    return content
