"""What a machine lends to a build: enough to reach the archives, and nothing of it stays in the image."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import trustme

from localazure.engine import handover
from localazure.engine.bases.debian import SOURCES_FILE
from localazure.engine.machine_apt import DEFAULT_MIRROR, MachineApt
from step_bench import StepBench

_AUTHORITY = trustme.CA().cert_pem.bytes()
_ORIGINAL = "Types: deb\nURIs: http://deb.debian.org/debian\n"


def _apt(
    *, mirror: str = DEFAULT_MIRROR, options: dict[str, str] | None = None, proxies: dict[str, str] | None = None
) -> MachineApt:
    return MachineApt(
        mirror=mirror,
        security_mirror=f"{mirror}-security",
        options=options or {},
        proxies=proxies or {},
        certificates=(_AUTHORITY,),
    )


def _given(bench: StepBench) -> dict[str, str]:
    """The files that were handed in."""
    [call] = bench.programs.inside(["/bin/sh", "-c"])
    with tarfile.open(fileobj=io.BytesIO(call.stdin)) as archive:
        return {member.name: _text(archive, member) for member in archive}


def _text(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    opened = archive.extractfile(member)
    assert opened is not None
    return opened.read().decode()


def test_sources_are_lent_only_where_they_differ(bench: StepBench) -> None:
    """On a machine that uses Debian's own archive, the image's own list of sources serves."""
    handover.give(bench.container, _apt(), "bookworm")

    assert "mirror.sources" not in _given(bench)


def test_a_mirror_is_lent_whole(bench: StepBench) -> None:
    """A mirror stands for the release, its updates and its security archive."""
    handover.give(bench.container, _apt(mirror="http://mirror.lan/debian"), "trixie")

    lent = _given(bench)["mirror.sources"]
    assert lent.count("Types: deb") == 3
    for suite in ("trixie", "trixie-updates", "trixie-security"):
        assert f"Suites: {suite}\n" in lent
    assert "URIs: http://mirror.lan/debian-security\n" in lent


def test_apt_s_own_proxy_wins_over_the_environment_s(bench: StepBench) -> None:
    """A proxy of apt's settings is kept; only what they do not say comes from the environment."""
    apt = _apt(
        options={"Acquire::http::Proxy": "http://apt.lan"},
        proxies={"http_proxy": "http://a", "https_proxy": "http://b"},
    )

    handover.give(bench.container, apt, "bookworm")

    assert _given(bench)["apt.conf"].splitlines() == [
        'Acquire::http::Proxy "http://apt.lan";',
        'Acquire::https::Proxy "http://b";',
    ]


class Image:
    """A tree on which the scripts run for real, with its own /etc and /run in place of the machine's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "etc/ssl/certs").mkdir(parents=True)
        (root / "etc/apt/apt.conf.d").mkdir(parents=True)
        (root / "etc/apt/sources.list.d").mkdir(parents=True)
        (root / "run").mkdir()
        (root / SOURCES_FILE.lstrip("/")).write_text(_ORIGINAL)
        (root / "etc/ssl/certs/ca-certificates.crt").write_text("the image's own\n")

    def run(self, bench: StepBench) -> None:
        """Run the last script that the machine was given."""
        call = bench.programs.inside(["/bin/sh", "-c"])[-1]
        script = call.inside[-1].replace("/etc/", f"{self.root}/etc/").replace("/run/", f"{self.root}/run/")
        subprocess.run(["sh", "-c", script], input=call.stdin, check=False, capture_output=True)

    def files(self) -> dict[str, str]:
        """All files, and where links lead."""
        return {
            str(path.relative_to(self.root)): str(path.readlink()) if path.is_symlink() else path.read_text()
            for path in sorted(self.root.rglob("*"))
            if path.is_symlink() or path.is_file()
        }


@pytest.fixture
def image(tmp_path: Path) -> Image:
    """An image's tree."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which an image has, is not installed here")
    return Image(tmp_path / "image")


@pytest.mark.parametrize("times", [1, 2])
def test_everything_is_taken_back(bench: StepBench, image: Image, times: int) -> None:
    """After the loan the tree is what it was: sources, certificates, settings; also when it was lent twice."""
    before = image.files()
    for _ in range(times):
        handover.give(bench.container, _apt(mirror="http://mirror.lan/debian"), "bookworm")
        image.run(bench)
    assert "mirror.lan" in image.files()[SOURCES_FILE.lstrip("/")]
    assert image.files() != before

    handover.take_back(bench.container)
    image.run(bench)

    assert image.files() == before


def test_a_changed_list_of_sources_keeps_the_change_only(bench: StepBench, image: Image) -> None:
    """A customizer that adds a component to the lent sources gets it, from Debian's own archives."""
    handover.give(bench.container, _apt(mirror="http://mirror.lan/debian"), "bookworm")
    image.run(bench)
    sources = image.root / SOURCES_FILE.lstrip("/")
    sources.write_text(sources.read_text().replace("Components: main", "Components: main contrib"))

    handover.take_back(bench.container)
    image.run(bench)

    assert sources.read_text().count("Components: main contrib") == 3
    assert "mirror.lan" not in sources.read_text()
    assert "URIs: http://deb.debian.org/debian-security\n" in sources.read_text()


def test_what_a_customizer_wrote_stays(bench: StepBench, image: Image) -> None:
    """Sources that a customizer replaced meanwhile are its own, and so are settings beside the lent ones."""
    handover.give(bench.container, _apt(mirror="http://mirror.lan/debian"), "bookworm")
    image.run(bench)
    (image.root / SOURCES_FILE.lstrip("/")).write_text("theirs\n")
    (image.root / "etc/apt/apt.conf.d/99-theirs").write_text("theirs\n")

    handover.take_back(bench.container)
    image.run(bench)

    files = image.files()
    assert (files[SOURCES_FILE.lstrip("/")], files["etc/apt/apt.conf.d/99-theirs"]) == ("theirs\n", "theirs\n")
    assert "mirror.lan" not in "".join(files.values())
