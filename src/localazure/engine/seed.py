"""The disk that tells cloud-init who a machine is: NoCloud, a small FAT file system named `cidata`.

https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from localazure.engine import process
from localazure.engine_port import MachineRequest

_KIB = 64  # smallest size that FAT12 and mkfs.vfat are content with, plus room for custom data
_CUSTOM_DATA = "/var/lib/waagent/CustomData"


def make(folder: Path, request: MachineRequest, *, engine_key: str) -> Path:
    """The seed for one machine. `engine_key` is the public key that the engine comes in with."""
    files = {
        "meta-data": json.dumps({"instance-id": request.machine_id, "local-hostname": request.hostname}).encode(),
        "user-data": _user_data(request, engine_key),
    }
    seed = folder / "seed.img"
    size_kib = max(_KIB, 2 * sum(len(content) for content in files.values()) // 1024 + _KIB)
    process.run(["mkfs.vfat", "-n", "CIDATA", "-C", seed, str(size_kib)])
    for name, content in files.items():
        process.run(["mcopy", "-i", seed, "-", f"::{name}"], stdin=content)
    return seed


def _user_data(request: MachineRequest, engine_key: str) -> bytes:
    """Cloud configuration; custom data that speaks cloud-init's language comes beside it, as on Azure."""
    ours = b"#cloud-config\n" + json.dumps(_config(request, engine_key)).encode()
    if not request.custom_data:
        return ours
    return _multipart([ours, request.custom_data])


def _config(request: MachineRequest, engine_key: str) -> dict[str, Any]:
    user = {
        "name": request.admin_username,
        "ssh_authorized_keys": [*request.ssh_public_keys, engine_key],
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "shell": "/bin/bash",
        "lock_passwd": True,
    }
    return {
        "hostname": request.hostname,
        "preserve_hostname": False,
        "users": [user],
        "ssh_pwauth": False,
        "disable_root": True,
    }


def _multipart(parts: Sequence[bytes]) -> bytes:
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    whole = MIMEMultipart()
    for part in parts:
        kind = "cloud-config" if part.startswith(b"#cloud-config") else "x-shellscript"
        whole.attach(MIMEText(part.decode(errors="replace"), kind, "utf-8"))
    return whole.as_bytes()
