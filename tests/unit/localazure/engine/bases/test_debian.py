"""Debian bases: which marketplace ids there are, and what a base's tree is told and is not told."""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading
from pathlib import Path

import pytest

from fake_programs import FakePrograms
from localazure.engine import bases
from localazure.engine.bases import debian
from localazure.engine.cache import Cache
from localazure.engine.errors import ProgramCancelled, ProgramFailed
from localazure.engine.ledger import Ledger
from localazure.engine.machine_apt import MachineApt
from localazure.engine.model import Base
from localazure.engine.shifted import SHIFT
from localazure.engine_port import UnknownBase

MACHINE = MachineApt(
    mirror="http://mirror.lan/debian",
    security_mirror="http://mirror.lan/debian-security",
    options={"Acquire::https::Verify-Peer": "false"},
    proxies={"http_proxy": "http://proxy.lan:3128"},
    certificates=(),
)
# What mmdebstrap and tar leave in the folder where they work.
_ARCHIVE = "open(next(word for word in argv if word.endswith('base.tar')), 'w').close()"
_TREE = """
for folder in ('etc/apt/apt.conf.d', 'etc/apt/sources.list.d'):
    os.makedirs(folder)
for name in ('apt/apt.conf.d/99mmdebstrap', 'apt/sources.list.d/0000bootstrap.sources', 'resolv.conf', 'machine-id'):
    with open('etc/' + name, 'w') as left:
        left.write('of the machine: mirror.lan')
"""


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache(tmp_path / "cache")


class Maker:
    """Makes bases with programs that only pretend to."""

    def __init__(self, programs: FakePrograms, cache: Cache, ledger: Ledger) -> None:
        self.programs, self.cache, self._ledger = programs, cache, ledger
        self.cancelled = threading.Event()

    def __call__(self, version: str = "0.20260101.0") -> Path:
        """The tree of Debian 12."""
        base = Base(
            publisher="Debian", offer="debian-12", sku="12", version=version, family="debian", release="bookworm"
        )
        return bases.make(self.cache, self._ledger, base, MACHINE, self.cancelled).path / bases.TREE

    @property
    def staged(self) -> list[Path]:
        """What lies in the cache's staging place."""
        return list((self.cache.root / "staging").glob("*"))


@pytest.fixture
def make(programs: FakePrograms, cache: Cache, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Maker:
    """Makes the base of Debian 12."""
    if os.geteuid() != 0:
        pytest.skip("files of a base are given to other user ids, which only root may")
    programs.add_cells()
    programs.add("python")
    programs.answer("mmdebstrap", behaviour=_ARCHIVE)
    programs.answer("--extract", behaviour=_TREE)
    monkeypatch.setattr(sys, "executable", str(programs.folder / "python"))
    return Maker(programs, cache, ledger)


def _resolve(cache: Cache, name: str, version: str = "latest") -> Base:
    publisher, offer, sku = name.split(":")
    return bases.resolve(cache, publisher=publisher, offer=offer, sku=sku, version=version)


@pytest.mark.parametrize("name", debian.known())
def test_what_is_listed_can_be_made(cache: Cache, name: str) -> None:
    """Every id in the list of known ones resolves, in whatever case a template writes it, and keeps that case."""
    found = _resolve(cache, name.upper())

    assert f"{found.publisher}:{found.offer}:{found.sku}" == name.upper()
    assert found.release == {"12": "bookworm", "13": "trixie"}[name.split(":")[2].removesuffix("-gen2")]


@pytest.mark.parametrize("name", ["Canonical:ubuntu-24_04-lts:server", "Debian:debian-11:11", "Debian:debian-12:13"])
def test_unknown_ids_are_refused_with_the_known_ones(cache: Cache, name: str) -> None:
    """An id that nobody makes is refused with itself, its version and everything that could be asked for instead."""
    with pytest.raises(UnknownBase) as refusal:
        _resolve(cache, name)

    assert f"{name}:latest" in str(refusal.value)
    assert all(one in str(refusal.value) for one in debian.known())


def test_arm_is_refused_by_name(cache: Cache) -> None:
    """An Arm64 image is not just unknown: the refusal says what the matter is."""
    with pytest.raises(UnknownBase, match="Arm64"):
        _resolve(cache, "Debian:debian-12:12-arm64")


def test_exact_version_is_taken_at_its_word(cache: Cache) -> None:
    """A template that pins a version gets an image of that version."""
    assert _resolve(cache, "Debian:debian-12:12", "0.20240211.1654").version == "0.20240211.1654"


def test_latest_without_a_tree_is_today_s(cache: Cache) -> None:
    """`latest` becomes an exact version, in the marketplace's manner, of the day on which the tree will be made."""
    before = dt.datetime.now(dt.UTC)
    found = _resolve(cache, "Debian:debian-12:12").version
    after = dt.datetime.now(dt.UTC)

    assert found in (f"0.{before:%Y%m%d}.0", f"0.{after:%Y%m%d}.0")


def test_latest_is_what_the_cache_holds(cache: Cache, tmp_path: Path) -> None:
    """As long as a tree is kept, `latest` is its version: a second build of a template is of the same base."""
    staged = tmp_path / "staged"
    staged.mkdir()
    cache.put("bases", debian.key("bookworm"), staged, {"version": "0.20200202.0"})

    assert _resolve(cache, "Debian:debian-12:12-gen2", "Latest").version == "0.20200202.0"
    assert _resolve(cache, "Debian:debian-13:13").version != "0.20200202.0"


def test_fetches_as_the_machine_does(make: Maker) -> None:
    """Packages come over the machine's own mirror, with its apt's settings and its proxy, checked against Debian's key.

    Updates and security updates are among them.
    """
    make()

    [call] = make.programs.calls("mmdebstrap")
    key = "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg"
    assert call.argv[-3:] == (
        f"deb [{key}] http://mirror.lan/debian bookworm main",
        f"deb [{key}] http://mirror.lan/debian bookworm-updates main",
        f"deb [{key}] http://mirror.lan/debian-security bookworm-security main",
    )
    assert '--aptopt=Acquire::https::Verify-Peer "false"' in call.argv
    assert call.environment["http_proxy"] == "http://proxy.lan:3128"


def test_holds_what_azure_s_images_hold(make: Maker) -> None:
    """Agent, cloud-init, the cloud kernel, sshd and sudo are in the tree, and a system manager to start them."""
    make()

    [call] = make.programs.calls("mmdebstrap")
    included = next(word for word in call.argv if word.startswith("--include=")).removeprefix("--include=").split(",")
    wanted = {"waagent", "cloud-init", "linux-image-cloud-amd64", "openssh-server", "sudo", "systemd-sysv"}
    assert wanted <= set(included)


def test_leaves_nothing_of_the_machine_in_the_tree(make: Maker) -> None:
    """No mirror, proxy, setting, name server or machine id of this machine becomes part of an image."""
    tree = make()

    assert not (tree / "etc/apt/apt.conf.d/99mmdebstrap").exists()
    assert [path.name for path in (tree / "etc/apt/sources.list.d").iterdir()] == ["debian.sources"]
    assert (tree / "etc/machine-id").read_text() == ""
    held = [path.read_text() for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    assert not any(word in text for text in held for word in ("mirror.lan", "proxy.lan", "Verify-Peer"))


def test_is_configured_as_azure_s_images_are(make: Maker) -> None:
    """The tree's sources are Debian's own with security updates; cloud-init knows its platform; the root is mounted."""
    tree = make()

    sources = (tree / "etc/apt/sources.list.d/debian.sources").read_text()
    assert "URIs: http://deb.debian.org/debian\nSuites: bookworm bookworm-updates bookworm-backports" in sources
    assert "URIs: http://deb.debian.org/debian-security\nSuites: bookworm-security" in sources
    assert "datasource_list: [ Azure ]" in (tree / "etc/cloud/cloud.cfg.d/90_azure.cfg").read_text()
    assert (tree / "etc/fstab").read_text().startswith(f"UUID={debian.ROOT_UUID} / ext4 ")
    assert (tree / "etc/resolv.conf").readlink() == Path("../run/systemd/resolve/stub-resolv.conf")


def test_belongs_to_nobody_on_the_machine(make: Maker) -> None:
    """What is root's in the image is an id without rights here, also the links and what was added afterwards."""
    tree = make()

    added = ["etc/resolv.conf", "etc/fstab", "etc/machine-id", "etc/apt/sources.list.d/debian.sources"]
    assert {path.lstat().st_uid for path in (tree, *(tree / name for name in added))} == {SHIFT}


def test_is_made_once(make: Maker) -> None:
    """A tree that is in the cache is not made again, and nothing is left in the staging place."""
    first = make()

    assert make() == first
    assert len(make.programs.calls("mmdebstrap")) == 1
    assert make.staged == []


def test_two_makings_are_told_apart(make: Maker, tmp_path: Path) -> None:
    """Packages move on, so a tree that is made again is another base to everything that was built on the first."""
    make()
    first = make.cache.get("bases", debian.key("bookworm"))
    make.cache = Cache(tmp_path / "other")
    make()
    second = make.cache.get("bases", debian.key("bookworm"))

    assert first is not None
    assert second is not None
    assert first.about["identity"] != second.about["identity"]


def test_failed_making_leaves_nothing(make: Maker) -> None:
    """Where packages cannot be fetched, mmdebstrap's words are in the error, and no half tree is kept."""
    make.programs.answer("mmdebstrap", stderr="E: Unable to fetch archives\n", exit_code=25)

    with pytest.raises(ProgramFailed, match="Unable to fetch archives"):
        make()

    assert make.staged == []
    assert make.cache.get("bases", debian.key("bookworm")) is None


def test_cancelled_making_leaves_nothing(make: Maker) -> None:
    """A build that is cancelled while its base is made stops there, and no half tree is kept."""
    make.programs.answer("mmdebstrap", behaviour="import time; time.sleep(20)")
    make.cancelled.set()

    with pytest.raises(ProgramCancelled):
        make()

    assert make.staged == []
    assert make.cache.get("bases", debian.key("bookworm")) is None


def test_releases_never_share_a_tree() -> None:
    """Debian 12 and 13 lie under different keys, each of which says which it is."""
    assert debian.key("bookworm").startswith("bookworm-")
    assert debian.key("trixie").startswith("trixie-")
