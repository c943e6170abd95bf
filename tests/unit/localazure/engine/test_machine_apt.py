"""How this machine reaches Debian: read from apt's own files, settings and certificates."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_programs import FakePrograms
from localazure.engine import machine_apt
from localazure.engine.machine_apt import DEFAULT_MIRROR, MachineApt

_DUMP = """\
APT::Architecture "amd64";
Acquire::http::Proxy "http://proxy.lan:3128";
Acquire::https::Verify-Peer "false";
Acquire::https::Timeout "30";
Acquire::http::Proxy::deb.debian.org "DIRECT";
Acquire::Languages "en";
DPkg::Post-Invoke:: "rm -f /var/cache/apt/*.bin || true";
"""


_STANZA = "# second\nTypes: deb\nURIs: http://m.lan/debian\nSuites: sid\nComponents: main\n"


@pytest.fixture
def apt_folder(programs: FakePrograms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for /etc/apt, on a machine without certificates of its own, proxies or settings."""
    folder = tmp_path / "apt"
    (folder / "sources.list.d").mkdir(parents=True)
    monkeypatch.setattr(machine_apt, "_SOURCES", folder)
    monkeypatch.setattr(machine_apt, "CERTIFICATES", tmp_path / "certificates")
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    programs.add("apt-config")
    return folder


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sources.list", "# comment\ndeb-src http://other/debian sid main\ndeb http://m.lan/debian bookworm main\n"),
        ("sources.list.d/x.list", "deb [arch=amd64 signed-by=/a/b.gpg] http://m.lan/debian/ trixie main contrib\n"),
        (
            "sources.list.d/x.sources",
            "Types: deb deb-src\nURIs: http://m.lan/debian\nSuites: trixie\nComponents: main\n",
        ),
        (
            "sources.list.d/y.sources",
            "Types: deb\nURIs: http://off/debian\nSuites: sid\nEnabled: no\n\n" + _STANZA,
        ),
    ],
    ids=["one line", "options", "stanza", "disabled stanza"],
)
def test_mirror_is_the_machine_s(apt_folder: Path, name: str, text: str) -> None:
    """The mirror that this machine uses for Debian is used, however its sources are written, if they are enabled."""
    (apt_folder / name).write_text(text)

    assert MachineApt.read().mirror == "http://m.lan/debian"


@pytest.mark.parametrize(
    "text",
    [
        "deb http://archive.ubuntu.com/ubuntu noble main\n",
        "deb https://packages.lan/debian-tools bookworm main\n",
        "deb file:/srv/debian bookworm main\n",
        "deb https://download.docker.com/linux/debian bookworm stable\n",
        "deb http://security.debian.org/debian-security bookworm-security main\n",
        "",
    ],
    ids=["another distribution", "third party", "local files", "third party beside debian", "security only", "nothing"],
)
def test_default_mirror_where_the_machine_has_none(apt_folder: Path, text: str) -> None:
    """An archive that is not Debian's main one, or that a build could not reach, is not taken for a mirror."""
    (apt_folder / "sources.list").write_text(text)

    assert MachineApt.read().mirror == DEFAULT_MIRROR


def test_given_mirror_wins(apt_folder: Path) -> None:
    """A mirror that was asked for replaces the machine's own, with or without a slash at its end."""
    (apt_folder / "sources.list").write_text("deb http://m.lan/debian bookworm main\n")

    assert MachineApt.read(mirror="http://asked.lan/debian/").mirror == "http://asked.lan/debian"


@given(st.text())
def test_any_sources_are_read(text: str) -> None:
    """Whatever somebody wrote into a sources file, reading it goes well: it is not ours to complain about."""
    assert all(len(found) == 2 for found in [*machine_apt._one_line(text), *machine_apt._stanzas(text)])


@pytest.mark.parametrize(
    ("mirror", "security"),
    [
        ("http://m.lan/debian", "http://m.lan/debian-security"),
        ("http://m.lan/pool", "http://deb.debian.org/debian-security"),
    ],
    ids=["beside", "elsewhere"],
)
def test_security_updates_are_always_among_the_sources(apt_folder: Path, mirror: str, security: str) -> None:
    """Updates and security updates come too: from beside the mirror where it is laid out so, else from Debian."""
    assert MachineApt.read(mirror=mirror).sources("bookworm") == [
        (mirror, "bookworm"),
        (mirror, "bookworm-updates"),
        (security, "bookworm-security"),
    ]


def test_only_what_shapes_fetching_is_taken_over(apt_folder: Path, programs: FakePrograms) -> None:
    """Of apt's settings, those about proxies, verification and patience are taken, and nothing that runs a command."""
    programs.answer("apt-config", stdout=_DUMP)

    assert MachineApt.read().options == {
        "Acquire::http::Proxy": "http://proxy.lan:3128",
        "Acquire::https::Verify-Peer": "false",
        "Acquire::https::Timeout": "30",
        "Acquire::http::Proxy::deb.debian.org": "DIRECT",
    }


def test_machine_without_apt_has_no_settings(apt_folder: Path, programs: FakePrograms) -> None:
    """On another distribution, where there is no apt-config, nothing is taken over, and nothing fails."""
    (programs.folder / "apt-config").unlink()

    assert MachineApt.read().options == {}


def test_proxies_in_either_case(apt_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies are read in the spelling that curl knows and in the other; the first wins, empty ones do not count."""
    monkeypatch.setenv("http_proxy", "http://lower:1")
    monkeypatch.setenv("HTTP_PROXY", "http://upper:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://upper:2")
    monkeypatch.setenv("no_proxy", "")

    assert MachineApt.read().proxies == {"http_proxy": "http://lower:1", "https_proxy": "http://upper:2"}


def test_local_certificates_are_read_in_a_steady_order(apt_folder: Path) -> None:
    """All certificates that were added to this machine are taken, in the order of their names, and nothing else."""
    folder = machine_apt.CERTIFICATES
    (folder / "team").mkdir(parents=True)
    for name in ("b.crt", "team/c.crt", "a.crt", "notes.txt"):
        (folder / name).write_text(name)

    assert MachineApt.read().certificates == (b"a.crt", b"b.crt", b"team/c.crt")
