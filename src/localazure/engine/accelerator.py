"""Whether hardware virtualisation works here: shown by a throw-away guest, not by a device file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from localazure.engine import process
from localazure.engine.errors import EngineError
from localazure.engine.model import Tier

_DEVICE = Path("/dev/kvm")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# The guest is its own firmware, 64 KiB with seven bytes where a processor starts: mov al,16; out 0xf4,al; hlt; jmp -1
_GUEST = bytes(0xFFF0) + bytes.fromhex("b010e6f4f4ebfd").ljust(16, b"\0")
_EXIT_CODE = 33  # of qemu when that guest has run: (16 << 1) | 1
_TIMEOUT_S = 10
KVM = "kvm"
EMULATION = "software emulation"
_NEVER = (
    "that the image boots on Hyper-V: its firmware (UEFI, Secure Boot, vTPM), boot loader and virtual devices",
    "that Azure's agent provisions the machine: cloud-init gets its data from a seed disk, not from Azure",
    "anything of sizes, zones, quotas, capacity and replication",
)
_EMULATED = (
    "how fast the image boots: without hardware virtualisation a boot takes several times as long",
    "that the image works on several processors: an emulated machine has one",
)


def tier(cache_dir: Path) -> Tier:
    """How machines run here. Found out once a boot of this machine, and then remembered in the cache."""
    works = _remembered(cache_dir)
    return Tier(name=KVM, cannot_prove=_NEVER) if works else Tier(name=EMULATION, cannot_prove=_NEVER + _EMULATED)


def _remembered(cache_dir: Path) -> bool:
    if not os.access(_DEVICE, os.R_OK | os.W_OK):
        return False
    note = cache_dir / "accelerator.json"
    boot_id = _BOOT_ID.read_text().strip()
    try:
        known = json.loads(note.read_text())
        if known["boot_id"] == boot_id:
            return bool(known["kvm"])
    except (FileNotFoundError, ValueError, KeyError):
        pass
    works = probe(accelerator="kvm", processor="host")
    cache_dir.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps({"boot_id": boot_id, "kvm": works}))
    return works


def probe(*, accelerator: str, processor: str) -> bool:
    """Run a guest of seven bytes that tells qemu to end with a certain code."""
    argv = [
        *("qemu-system-x86_64", "-accel", accelerator, "-cpu", processor, "-m", "32", "-nodefaults", "-no-user-config"),
        *("-display", "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"),
        *("-bios", "/dev/stdin"),
    ]
    try:
        return process.run(argv, stdin=_GUEST, timeout_s=_TIMEOUT_S, check=False).exit_code == _EXIT_CODE
    except EngineError:
        return False
