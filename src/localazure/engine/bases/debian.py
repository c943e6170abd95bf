"""Debian, as the marketplace's Debian images are: Azure's agent and cloud-init, the cloud kernel, sshd, sudo.

The marketplace's images are made by Debian's cloud team (`debian-cloud-images`, class AZURE); what is taken over from
them is what a template or a first boot can notice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import threading
import uuid
from pathlib import Path

from localazure.engine import process
from localazure.engine.cache import Cache, Entry
from localazure.engine.cell import Cell
from localazure.engine.ledger import Ledger
from localazure.engine.machine_apt import KEYRING, MachineApt
from localazure.engine.model import Base
from localazure.engine.shifted import SHIFT, command
from localazure.engine_port import UnknownBase

_RELEASES = {"debian-12": ("12", "bookworm"), "debian-13": ("13", "trixie")}
_MAKE_TIMEOUT_S = 1800
_PACKAGES = (
    "bash-completion",
    "ca-certificates",
    "cloud-guest-utils",
    "cloud-init",
    "curl",
    "dbus",
    "e2fsprogs",
    "init",
    "iproute2",
    "iputils-ping",
    "kmod",
    "less",
    "linux-image-cloud-amd64",
    "locales",
    "netbase",
    "netplan.io",
    "openssh-server",
    "openssl",
    "procps",
    "rsync",
    "sudo",
    "systemd-resolved",
    "systemd-sysv",
    "systemd-timesyncd",
    "udev",
    "vim-tiny",
    "waagent",
    "wget",
)
ROOT_UUID = "6f1c7e0a-0b5d-4b7e-9d0a-5d7a2f9c1e11"
SOURCES_FILE = "/etc/apt/sources.list.d/debian.sources"
_VERSION = "2"  # of what this file does; part of the key


def known() -> list[str]:
    """Marketplace ids that can be made, as `publisher:offer:sku`."""
    return [f"Debian:{offer}:{sku}" for offer, (number, _) in _RELEASES.items() for sku in (number, f"{number}-gen2")]


def resolve(cache: Cache, *, publisher: str, offer: str, sku: str, version: str) -> Base | None:
    """The base of a marketplace id; None when it is not Debian's.

    `latest` is the version of the tree in the cache, which stays until it is evicted, or today's. Another version is
    taken at its word: its packages are those of the archive when the tree was made, for no archive keeps the
    marketplace's.
    """
    if publisher.lower() != "debian" or offer.lower() not in _RELEASES:
        return None
    number, release = _RELEASES[offer.lower()]
    if "arm64" in sku.lower():
        raise UnknownBase(f"{publisher}:{offer}:{sku} is for Arm64; machines here are x64 only.")
    if sku.lower() not in (number, f"{number}-gen2"):
        return None
    if version.lower() == "latest":
        entry = cache.get("bases", key(release))
        version = str(entry.about["version"]) if entry else _todays_version()
    return Base(publisher=publisher, offer=offer, sku=sku, version=version, family="debian", release=release)


def key(release: str) -> str:
    """Named by what makes it; when it was made is in the entry's version."""
    parts = [_VERSION, release, _PACKAGES, _files(release)]
    return f"{release}-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]}"


def make(cache: Cache, ledger: Ledger, base: Base, apt: MachineApt, cancelled: threading.Event) -> Entry:
    """The tree of the base, from the cache or made now."""
    name = key(base.release)
    found = cache.get("bases", name)
    if found is not None:
        return found
    with cache.making("bases", name, cancelled), cache.staging(ledger) as staging:
        found = cache.get("bases", name)
        if found is not None:
            return found
        archive = _bootstrap(ledger, base.release, apt, staging, cancelled)
        made = staging / "entry"
        _unpack(archive, made / "tree")
        _configure(made / "tree", base.release)
        about = {"version": _todays_version(), "release": base.release, "identity": uuid.uuid4().hex}
        return cache.put("bases", name, made, about)


def _bootstrap(ledger: Ledger, release: str, apt: MachineApt, staging: Path, cancelled: threading.Event) -> Path:
    archive = staging / "base.tar"
    options = [f'--aptopt={name} "{value}"' for name, value in apt.options.items()]
    lines = [f"deb [signed-by={KEYRING}] {uri} {suite} main" for uri, suite in apt.sources(release)]
    cell = Cell(ledger)
    try:
        process.run(
            cell.command(
                [
                    "mmdebstrap",
                    "--variant=apt",
                    "--mode=root",
                    "--format=tar",
                    "--skip=output/dev",
                    f"--include={','.join(_PACKAGES)}",
                    *options,
                    release,
                    archive,
                    *lines,
                ]
            ),
            timeout_s=_MAKE_TIMEOUT_S,
            cancelled=cancelled,
            environment={"TMPDIR": str(staging), **apt.proxies},
        )
    finally:
        cell.close()
    return archive


def _unpack(archive: Path, tree: Path) -> None:
    tree.mkdir(parents=True)
    os.chown(tree, SHIFT, SHIFT)
    tar = ["tar", "--extract", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--exclude=./dev/*", "--file=-"]
    process.run(command(tar), stdin=archive, directory=tree, timeout_s=600)


def _configure(tree: Path, release: str) -> None:
    for name in ("etc/apt/apt.conf.d/99mmdebstrap", "etc/apt/sources.list", "etc/resolv.conf", "etc/machine-id"):
        (tree / name).unlink(missing_ok=True)
    for path in sorted((tree / "etc/apt/sources.list.d").glob("*")):
        path.unlink()
    (tree / "etc/resolv.conf").symlink_to("../run/systemd/resolve/stub-resolv.conf")
    os.chown(tree / "etc/resolv.conf", SHIFT, SHIFT, follow_symlinks=False)
    for name, content in _files(release).items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        os.chown(path, SHIFT, SHIFT)


def _files(release: str) -> dict[str, str]:
    return {
        SOURCES_FILE.lstrip("/"): _deb822(release),
        "etc/cloud/cloud.cfg.d/01_debian_cloud.cfg": "locale: C.UTF-8\nmanage_etc_hosts: true\n"
        "apt: {preserve_sources_list: true}\n",
        "etc/cloud/cloud.cfg.d/90_azure.cfg": "# The platform is known: no other data source is looked for.\n"
        "datasource_list: [ Azure ]\n",
        "etc/default/locale": "LANG=C.UTF-8\n",
        "etc/fstab": f"UUID={ROOT_UUID} / ext4 rw,discard,errors=remount-ro 0 1\n",
        "etc/hostname": "localhost\n",
        "etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
        "ff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n",
        "etc/machine-id": "",
    }


def _deb822(release: str) -> str:
    archives = [
        ("http://deb.debian.org/debian", f"{release} {release}-updates {release}-backports"),
        ("http://deb.debian.org/debian-security", f"{release}-security"),
    ]
    stanza = "Types: deb\nURIs: {}\nSuites: {}\nComponents: main\nSigned-By: {}\n"
    return "\n".join(stanza.format(uri, suites, KEYRING) for uri, suites in archives)


def _todays_version() -> str:
    """In the marketplace's manner: 0.<date>.<number>."""
    return f"0.{dt.datetime.now(dt.UTC):%Y%m%d}.0"
