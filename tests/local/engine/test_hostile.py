"""Customizers that mean harm or are merely clumsy: the build ends in a sentence, the machine is as it was."""

from __future__ import annotations

import os
import re
import subprocess
import uuid
from pathlib import Path

import pytest

from image_builder import Builder
from localazure.engine import space
from localazure.engine_port import BuildFailed, Customization

pytestmark = [pytest.mark.privileged, pytest.mark.boots_vm, pytest.mark.slow]


def _fresh() -> str:
    """A line that no build before had, so that nothing is answered from the cache."""
    return f": {uuid.uuid4()}"


def _debugfs(disk: Path, command: str) -> str:
    return subprocess.run(["debugfs", "-R", command, str(disk)], capture_output=True, text=True, check=True).stdout


def test_what_only_the_machine_s_root_may_is_refused(build: Builder) -> None:
    """Immutable files, device nodes and kernel settings are refused, and there is an end to processes."""
    build(
        build.shell(
            _fresh(),
            "sudo touch /srv/kept",
            "sudo chattr +i /srv/kept || echo refused immutable",
            "sudo mknod /srv/null c 1 3 || echo refused device",
            "sudo sysctl -w kernel.panic=1 || echo refused setting",
            "sudo modprobe dummy || echo refused module",
            "echo at most $(bash -c 'ulimit -Hu') processes",
        )
    )

    for what in ("immutable", "device", "setting", "module"):
        assert f"azure-arm: refused {what}" in build.told.text
    assert "at most 8192 processes" in build.told.text


def test_odd_files_reach_the_image(build: Builder, engine_cache: Path) -> None:
    """Sparse files stay sparse, here too; pipes, sockets, hard links and names of any bytes are no trouble."""
    before = _used_bytes(engine_cache)
    image = build(
        build.shell(
            _fresh(),
            "sudo truncate -s 20G /srv/sparse",
            "sudo mkfifo /srv/pipe",
            "sudo python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"/srv/socket\")'",
            "sudo touch /srv/one; sudo ln /srv/one /srv/two",
            'sudo python3 -c \'open(b"/srv/caf\\xe9\\n", "w")\'',
        ),
        build.shell("stat -c 'sparse %s' /srv/sparse"),
    )

    assert f"sparse {20 * 1024**3}" in build.told.text
    listing = _debugfs(image.disk, "ls -l /srv")
    assert {"sparse", "pipe", "one", "two"} <= set(listing.split())
    assert _used_bytes(engine_cache) - before < 4 * 1024**3


def _used_bytes(folder: Path) -> int:
    shown = subprocess.run(["du", "-s", "--block-size=1", str(folder)], capture_output=True, text=True, check=False)
    return int(shown.stdout.split()[0])


def test_output_of_any_kind_is_taken(build: Builder) -> None:
    """100 MB without a line end, bytes that are no text, and a daemon that writes for ever: the build goes on."""
    build(
        build.shell(
            _fresh(),
            "head -c 100000000 /dev/zero | tr '\\0' x",
            "echo",
            "head -c 3000 /dev/urandom",
            "echo",
            "(yes still here & ) ",
            "echo the end",
        ),
        build.shell("echo after it"),
    )

    assert "the end" in build.told.text
    assert "azure-arm: after it" in build.told.text
    assert max(len(line) for line in build.told.lines) < 200_000
    assert all(re.match(r"\[7111a125\] PACKER ", line) for line in build.told.lines)


def test_a_script_without_outputs_still_has_an_exit_code(build: Builder) -> None:
    """A script that closes its outputs and goes on is waited for."""
    with pytest.raises(BuildFailed) as caught:
        build(build.shell(_fresh(), "exec >&- 2>&-", "sleep 1", "exit 5"))

    assert caught.value.exit_code == 5


def test_what_is_mounted_is_not_in_the_image(build: Builder) -> None:
    """A mount is there for the customizers that follow, is not in the image, and keeps a layer from being made."""
    image = build(
        build.shell(_fresh(), "sudo mount -t tmpfs none /srv", "echo hidden | sudo tee /srv/file"),
        build.shell("cat /srv/file"),
    )

    assert build.told.text.count("azure-arm: hidden") == 2
    assert "a boot would not bring back mount /srv" in build.told.text
    assert "file" not in _debugfs(image.disk, "ls /srv").split()


def test_name_resolution_is_the_image_s_own_again(build: Builder) -> None:
    """A customizer may point names elsewhere while it runs; the image has what it had."""
    image = build(
        build.shell(_fresh(), "sudo rm /etc/resolv.conf", "echo nameserver 192.0.2.1 | sudo tee /etc/resolv.conf")
    )

    assert "stub-resolv.conf" in _debugfs(image.disk, "stat /etc/resolv.conf")


@pytest.mark.parametrize(
    "harm",
    ["sudo rm -f /bin/sh /usr/bin/sh /usr/bin/dash", "sudo userdel -f packer", "sudo chmod -x /usr/bin/sudo"],
    ids=["no shell", "no user", "no sudo"],
)
def test_a_ruined_machine_fails_the_build(build: Builder, harm: str) -> None:
    """What the following steps cannot do without is missed: the build fails and says what did not work."""
    with pytest.raises(BuildFailed) as caught:
        build(build.shell(_fresh(), harm), build.shell("true"))

    assert caught.value.message
    assert "Some builds didn't complete successfully" in build.told.text


@pytest.mark.parametrize("harm", ["sudo poweroff", "sudo kill -SEGV 1"], ids=["power off", "process 1 crashes"])
def test_a_machine_that_goes_down_loses_the_connection(build: Builder, harm: str) -> None:
    """A build machine that ends under a customizer is told as the service tells it."""
    with pytest.raises(BuildFailed) as caught:
        build(build.shell(_fresh(), harm, "sleep 20"))

    assert caught.value.exit_code == 2300218


def test_a_customizer_does_not_fill_the_machine_s_disk(
    build: Builder, engine_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A customizer that writes without end is stopped while there is room, and what it wrote is gone."""
    build(build.shell("true"))
    status = os.statvfs(engine_cache)
    free = status.f_bavail * status.f_frsize
    monkeypatch.setattr(space, "_RESERVE_BYTES", free - 512 * 1024**2)

    with pytest.raises(BuildFailed, match="less than 1 GiB is free"):
        build(build.shell(_fresh(), "sudo dd if=/dev/zero of=/srv/fill bs=1M status=none"))

    status = os.statvfs(engine_cache)
    assert status.f_bavail * status.f_frsize > free - 256 * 1024**2


@pytest.mark.parametrize(
    ("destination", "words"),
    [("/tmp/missing/file", "nonexistent"), ("/home/packer", "Is a directory"), ("/usr/bin/", "Permission denied")],  # noqa: S108
)
def test_files_that_cannot_be_written_say_why(build: Builder, destination: str, words: str) -> None:
    """A File customizer whose folder is not there, whose target is a folder, or that lacks the right, says why."""
    with pytest.raises(BuildFailed, match=words) as caught:
        build(Customization(kind="File", content=b"x", destination=destination, source_uri="https://x/a.txt?sig=1"))

    assert caught.value.customizer_index == 0
