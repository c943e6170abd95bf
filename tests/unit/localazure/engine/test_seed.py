"""The seed disk: what cloud-init is told about a machine, and what it is not told."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from email import message_from_bytes
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest

from fake_programs import FakePrograms
from localazure.engine import seed
from localazure.engine_port import MachineRequest

_NEW_KEY = """
path = argv[argv.index('-f') + 1]
for name, text in ((path, 'PRIVATE '), (path + '.pub', 'public ')):
    with open(name, 'w') as key:
        key.write(text + os.path.basename(path) + '\\n')
"""


_BEGINNINGS = {b"#!": "text/x-shellscript", b"#cloud-config": "text/cloud-config", b"#include": "text/x-include-url"}
_LOOKED_INTO = ("text/plain", "text/x-not-multipart")  # TYPE_NEEDED of cloud-init 22.4 (Debian 12), user_data.py


@dataclass(frozen=True, kw_only=True)
class Part:
    """What cloud-init makes of one part."""

    kind: str
    content: bytes


def _read_by_cloud_init(user_data: bytes) -> list[Part]:
    """The parts as cloud-init 22.4 takes them: only untyped ones are looked into, and what it does not know is lost."""
    read = []
    for part in message_from_bytes(user_data).walk():
        if part.is_multipart():
            continue
        content, kind = part.get_payload(decode=True), part.get_content_type()
        assert isinstance(content, bytes)
        if kind in _LOOKED_INTO:
            kind = next((found for begin, found in _BEGINNINGS.items() if content.startswith(begin)), kind)
        read.append(Part(kind=kind, content=content))
    return read


class Seeds:
    """Makes seeds, and reads what was put on them."""

    def __init__(self, programs: FakePrograms, folder: Path) -> None:
        self.programs, self.folder = programs, folder

    def make(self, **changes: Any) -> Path:  # noqa: ANN401 - fields of a request
        """The seed of a machine of the usual kind, but for these fields."""
        usual: dict[str, Any] = {
            "machine_id": "vm-1",
            "disk": self.folder / "disk.raw",
            "cpus": 1,
            "memory_mib": 512,
            "hostname": "web",
            "admin_username": "azureuser",
            "ssh_public_keys": ("ssh-ed25519 AAAA theirs",),
            "private_ip": "10.0.0.4",
        }
        return seed.make(self.folder, MachineRequest(**usual | changes))

    def file(self, name: str) -> bytes:
        """A file of the seed."""
        [call] = [call for call in self.programs.calls("mcopy") if call.argv[-1] == f"::{name}"]
        return call.stdin

    def config(self) -> dict[str, Any]:
        """The cloud configuration."""
        head, _, body = self.file("user-data").partition(b"\n")
        assert head == b"#cloud-config"
        read: dict[str, Any] = json.loads(body)
        return read


@pytest.fixture
def seeds(programs: FakePrograms, tmp_path: Path) -> Seeds:
    """Makes seeds with programs that only pretend to."""
    programs.add("ssh-keygen", "mkfs.vfat", "mcopy")
    programs.answer("ssh-keygen", behaviour=_NEW_KEY)
    return Seeds(programs, tmp_path)


def test_is_the_disk_that_cloud_init_looks_for(seeds: Seeds) -> None:
    """The file system has the label by which NoCloud finds it, and is made before it is filled."""
    made = seeds.make()

    programs = [call.argv[0] for call in seeds.programs.calls() if call.argv[0] != "ssh-keygen"]
    assert programs == ["mkfs.vfat", "mcopy", "mcopy"]
    [formatted] = seeds.programs.calls("mkfs.vfat")
    assert formatted.argv[1:5] == ("-n", "CIDATA", "-C", str(made))


def test_names_the_machine(seeds: Seeds) -> None:
    """The machine's id makes it a new instance to cloud-init, and its host name is the one asked for."""
    seeds.make()

    about = json.loads(seeds.file("meta-data"))
    assert (about["instance-id"], about["local-hostname"]) == ("vm-1", "web")
    assert seeds.config()["hostname"] == "web"


def test_lets_in_whom_the_request_names(seeds: Seeds) -> None:
    """The administrator has the request's keys and the engine's, sudo without a password, and no password to guess."""
    seeds.make()

    [user] = seeds.config()["users"]
    assert user["name"] == "azureuser"
    assert user["ssh_authorized_keys"] == ["ssh-ed25519 AAAA theirs", "public key"]
    assert user["sudo"] == "ALL=(ALL) NOPASSWD:ALL"
    assert user["lock_passwd"] is True
    assert seeds.config()["ssh_pwauth"] is False


def test_specialized_machine_gets_no_user(seeds: Seeds) -> None:
    """Where no administrator is asked for, none is made, and cloud-init's default user is not made either."""
    seeds.make(admin_username="")

    assert seeds.config()["users"] == []


def test_engine_s_own_key_stays_here(seeds: Seeds) -> None:
    """The private half of the key with which the engine comes in is in nothing that the guest gets."""
    seeds.make()

    assert b"PRIVATE key" not in seeds.file("user-data")
    assert "key_private" not in seeds.config()["ssh_keys"]


def test_host_keys_are_whole_pairs(seeds: Seeds) -> None:
    """Each host key comes with both halves, of one pair, under the names that cloud-init knows."""
    seeds.make()

    assert seeds.config()["ssh_keys"] == {
        f"{kind}_{half}": text
        for kind in ("rsa", "ecdsa", "ed25519")
        for half, text in (("private", f"PRIVATE {kind}\n"), ("public", f"public {kind}"))
    }


@pytest.mark.parametrize(
    "custom",
    [b"#cloud-config\npackages: [jq]\n", b"#!/bin/sh\r\necho caf\xe9\n", b"\x1f\x8b\x08\x00packed"],
    ids=["configuration", "script", "packed"],
)
def test_custom_data_comes_beside_ours(seeds: Seeds, custom: bytes) -> None:
    """Custom data is a part of its own, byte for byte as it was given, and takes nothing from ours."""
    seeds.make(custom_data=custom)

    ours, theirs = _read_by_cloud_init(seeds.file("user-data"))
    assert ours.kind == "text/cloud-config"
    assert json.loads(ours.content.partition(b"\n")[2])["hostname"] == "web"
    assert theirs.content == custom
    if not custom.startswith(b"\x1f"):
        assert theirs.kind in ("text/cloud-config", "text/x-shellscript")


def test_packed_custom_data_is_unpacked(seeds: Seeds) -> None:
    """Custom data may be compressed, which cloud-init would look through if it came alone."""
    seeds.make(custom_data=gzip.compress(b"#!/bin/sh\ntrue\n"))

    assert _read_by_cloud_init(seeds.file("user-data"))[1] == Part(
        kind="text/x-shellscript", content=b"#!/bin/sh\ntrue\n"
    )


def test_custom_data_of_several_parts_stays_several(seeds: Seeds) -> None:
    """Custom data that is a multi-part message itself keeps its parts and their types."""
    theirs = MIMEMultipart()
    theirs.attach(MIMEText("#!/bin/sh\necho one\n", "x-shellscript"))
    theirs.attach(MIMEText("packages: [jq]\n", "cloud-config"))

    seeds.make(custom_data=theirs.as_bytes())

    read = _read_by_cloud_init(seeds.file("user-data"))
    assert [part.kind for part in read] == ["text/cloud-config", "text/x-shellscript", "text/cloud-config"]
    assert read[2].content == b"packages: [jq]\n"


def test_disk_has_room_for_all(seeds: Seeds) -> None:
    """As much custom data as Azure takes (64 KiB) fits on the disk."""
    seeds.make(custom_data=b"#!/bin/sh\n" + b"#" * 65536)

    [formatted] = seeds.programs.calls("mkfs.vfat")
    content_bytes = len(seeds.file("user-data")) + len(seeds.file("meta-data"))
    assert int(formatted.argv[-1]) * 1024 > content_bytes + 16 * 1024
