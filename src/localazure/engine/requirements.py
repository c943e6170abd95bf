"""The programs that the engine starts, and the Debian package of each."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from localazure.engine import process
from localazure.engine.machine_apt import KEYRING
from localazure.engine.model import Missing


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A program that has to be on the path."""

    program: str
    package: str
    why: str


def _need(program: str, package: str, why: str) -> Requirement:
    return Requirement(program=program, package=package, why=why)


REQUIREMENTS = (
    _need("mmdebstrap", "mmdebstrap", "makes base images"),
    _need("systemd-nspawn", "systemd-container", "boots the build machine"),
    _need("qemu-system-x86_64", "qemu-system-x86", "boots smoke VMs"),
    _need("qemu-img", "qemu-utils", "makes a smoke VM's disk"),
    _need("mkfs.ext4", "e2fsprogs", "makes disks from trees"),
    _need("debugfs", "e2fsprogs", "takes the kernel from a disk"),
    _need("mkfs.vfat", "dosfstools", "makes the disk that provisions a smoke VM"),
    _need("mcopy", "mtools", "fills the disk that provisions a smoke VM"),
    _need("nft", "nftables", "translates addresses and closes ports"),
    _need("iptables", "iptables", "lets guests through where Docker drops what is forwarded"),
    _need("dnsmasq", "dnsmasq-base", "gives smoke VMs their addresses"),
    _need("ip", "iproute2", "makes network links"),
    _need("sysctl", "procps", "lets a smoke VM's router forward"),
    _need("ssh", "openssh-client", "runs commands on smoke VMs"),
    _need("ssh-keygen", "openssh-client", "makes a key a smoke VM"),
    _need("unshare", "util-linux", "makes namespaces"),
    _need("nsenter", "util-linux", "enters namespaces"),
    _need("setpriv", "util-linux", "lets programs die with the engine"),
    _need("mount", "mount", "mounts the build machine's root"),
    _need("tar", "tar", "unpacks base images"),
)
_FILES = ((KEYRING, "debian-archive-keyring", "proves that packages are Debian's"),)
ROOT = "root"
_TUN = Path("/dev/net/tun")


def missing() -> tuple[Missing, ...]:
    """What this machine lacks; empty when the engine can work. Starts nothing, never raises."""
    found = [_missing_program(one) for one in REQUIREMENTS if not _is_there(one.program)]
    found += [
        Missing(what=str(path), why=f"It {why}.", install_hint=f"Install the package {package}.")
        for path, package, why in _FILES
        if not path.exists()
    ]
    if os.geteuid() != 0:
        hint = "Run the same command as root, for example with sudo."
        found.append(Missing(what=ROOT, why="Mounts, namespaces and taps need it.", install_hint=hint))
    if not _TUN.exists():
        hint = "Load the kernel module tun (`modprobe tun`); in a container, run it with --device /dev/net/tun."
        found.append(Missing(what=str(_TUN), why="Smoke VMs get their network from it.", install_hint=hint))
    return tuple(found)


def _missing_program(one: Requirement) -> Missing:
    hint = f"Install the package {one.package}: apt-get install {one.package}"
    return Missing(what=one.program, why=f"It {one.why}.", install_hint=hint)


def _is_there(program: str) -> bool:
    return shutil.which(program, path=process.clean_environment()["PATH"]) is not None
