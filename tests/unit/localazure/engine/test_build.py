"""The story of a build, with programs that only pretend: its order, what is kept of it, and how it ends badly."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from fake_build_machines import FakeBuildMachines
from image_builder import Builder
from localazure.engine import space
from localazure.engine.engine import Engine
from localazure.engine_port import BuildCancelled, BuildFailed, BuildRequest, Customization


@pytest.fixture
def build(engine: Engine) -> Builder:
    """Builds with an engine whose programs are fakes."""
    return Builder(engine)


def _of(kind: str, engine_cache: Path) -> list[Path]:
    return list((engine_cache / kind).glob("*"))


def test_a_build_goes_its_way(machines: FakeBuildMachines, build: Builder) -> None:
    """Base, machine, customizers in their order, deprovisioning, shutdown, disk; the log ends as the service's does."""
    image = build(build.shell("echo one"), build.shell("echo two"))

    lines = [call.line for call in machines.programs.calls()]
    steps = ("mmdebstrap", "--boot", "su --shell", "sudo sh /tmp/DeprovisioningScript.sh", "poweroff", "mkfs.ext4")
    places = [next(number for number, line in enumerate(lines) if step in line) for step in steps]
    assert places == sorted(places)
    assert machines.scripts() == [b"#!/bin/sh -e\necho one\n", b"#!/bin/sh -e\necho two\n"]
    assert build.told.phases == ["Building", "Customizing"]
    assert build.told.lines[-1].endswith("PACKER Done exporting Packer logs to Azure Storage.")
    assert image.disk.stat().st_size == image.size_bytes == 30 * 1024**3
    assert not image.cached


def test_a_larger_disk_is_another_result(build: Builder) -> None:
    """The disk's size is what the template asks for, never less than the base's; its customizers are not run again."""
    step = build.shell("true")
    small = build(step)
    request = BuildRequest(operation_id="1", base=build.base, customize=(step,), os_disk_size_bytes=64 * 1024**3)

    large = build.engine.build(request, log=print, on_phase=print, cancelled=threading.Event())

    assert large.disk.stat().st_size == 64 * 1024**3
    assert large.content_digest != small.content_digest


def test_unchanged_is_answered_from_the_cache(machines: FakeBuildMachines, build: Builder) -> None:
    """The same build again starts nothing, tells the same phases, and says what it did not do."""
    first = build(build.shell("true"))
    booted = len(machines.boots())

    again = build(build.shell("true"))

    assert len(machines.boots()) == booted
    assert (again.cached, again.content_digest) == (True, first.content_digest)
    assert build.told.phases == ["Building", "Customizing"]
    assert "using cached result" in build.told.text


def test_a_change_resumes_on_what_is_unchanged(machines: FakeBuildMachines, build: Builder) -> None:
    """Customizers before the change are not run again: their layer lies over the base."""
    build(build.shell("echo one"), build.shell("echo two"))
    ran = len(machines.scripts())

    build(build.shell("echo one"), build.shell("echo other"))

    assert machines.scripts()[ran:] == [b"#!/bin/sh -e\necho other\n"]
    mounted = machines.programs.calls("mount -t overlay")[-1].argv[-2]
    assert mounted.startswith("lowerdir=layers/")
    assert ":bases/" in mounted


def test_a_failing_customizer_is_named(machines: FakeBuildMachines, build: Builder, engine_cache: Path) -> None:
    """A script's exit code fails the build with its index and the service's words; what came before it is kept."""
    machines.script_ends(7, after=1)

    with pytest.raises(BuildFailed) as caught:
        build(build.shell("true"), build.shell("false"), build.shell("never"))

    assert (caught.value.customizer_index, caught.value.exit_code) == (1, 7)
    assert f"ui error: --> azure-arm: {caught.value.message}" in build.told.text
    assert len(machines.scripts()) == 2
    assert (len(_of("layers", engine_cache)), len(_of("disks", engine_cache))) == (1, 0)
    assert _of("staging", engine_cache) == []


def test_validators_judge_a_copy_once(machines: FakeBuildMachines, build: Builder) -> None:
    """Validators run on a machine of their own over the image, and not again while image and they are the same."""
    steps, check = (build.shell("true"),), build.shell("test 1")
    build(*steps, validate=(check,))
    assert build.told.phases == ["Building", "Customizing", "Validating"]
    assert len(machines.boots()) == 2
    assert machines.programs.calls("mount -t overlay")[-1].argv[-2].startswith("lowerdir=disks/")

    assert build(*steps, validate=(check,)).cached
    assert len(machines.boots()) == 2

    assert not build(*steps, validate=(build.shell("test 2"),)).cached
    assert len(machines.boots()) == 3


def test_a_failing_validator_is_no_customizer(machines: FakeBuildMachines, build: Builder, engine_cache: Path) -> None:
    """A validator's failure fails the build without an index; the image is kept, and its verdict is not."""
    machines.script_ends(1, after=1)

    with pytest.raises(BuildFailed) as caught:
        build(build.shell("true"), validate=(build.shell("false"),))

    assert (caught.value.customizer_index, caught.value.exit_code) == (None, 1)
    assert (len(_of("disks", engine_cache)), len(_of("validations", engine_cache))) == (1, 0)


@pytest.mark.parametrize(
    "where",
    [
        "mmdebstrap",
        "systemd-nspawn --quiet --boot",
        "su --shell",
        "copy_tree.py",
        "sudo sh /tmp/DeprovisioningScript.sh",
        "mkfs.ext4",
    ],
    ids=["base", "boot", "customizer", "layer", "deprovisioning", "disk"],
)
def test_a_build_can_be_cancelled_anywhere(
    machines: FakeBuildMachines, build: Builder, engine_cache: Path, tmp_path: Path, where: str
) -> None:
    """Whatever goes on, a cancelled build ends soon, as cancelled, and leaves no unfinished files."""
    reached = tmp_path / "reached"
    hang = f"import time; open({str(reached)!r}, 'w').close(); time.sleep(600)"
    machines.programs.answer(where, behaviour=hang)

    def cancel() -> None:
        while not reached.exists() and not build.cancelled.wait(0.02):
            pass
        build.cancelled.set()

    cancelling = threading.Thread(target=cancel)
    cancelling.start()
    with pytest.raises(BuildCancelled):
        build(build.shell("true"))
    cancelling.join()

    assert _of("staging", engine_cache) == []
    assert _of("disks", engine_cache) == []


def test_a_machine_that_cannot_build_fails_it_with_the_reason(machines: FakeBuildMachines, build: Builder) -> None:
    """What goes wrong here, not in the image, ends in the log too, with the program's own words."""
    machines.programs.answer("mount -t overlay", stderr="unknown filesystem type\n", exit_code=32)

    with pytest.raises(BuildFailed, match="unknown filesystem type") as caught:
        build(build.shell("true"))

    assert (caught.value.customizer_index, caught.value.exit_code) == (None, None)
    assert "unknown filesystem type" in build.told.text


def test_no_room_fails_the_build_with_the_reason(
    machines: FakeBuildMachines, build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that would fill this machine's disk is stopped, and says so instead of that somebody cancelled it."""
    monkeypatch.setattr(space, "_RESERVE_BYTES", 2**62)

    with pytest.raises(BuildFailed, match="less than 1 GiB is free"):
        build(build.shell("true"))


def test_what_is_evicted_on_the_way_is_made_again(
    machines: FakeBuildMachines, build: Builder, engine_cache: Path
) -> None:
    """Another process may remove a result between its being found and its being used: the build begins anew."""
    build(build.shell("true"))
    shutil.rmtree(build.engine._work_dir / "images")

    def evict(line: str) -> None:
        if "using cached result" in line:
            shutil.rmtree(engine_cache / "disks", ignore_errors=True)
            build.told.lines.append(line)

    request = BuildRequest(operation_id="1", base=build.base, customize=(build.shell("true"),))
    image = build.engine.build(request, log=evict, on_phase=print, cancelled=build.cancelled)

    assert image.disk.exists()
    assert not image.cached


def test_a_customizer_that_is_unknown_is_told(build: Builder) -> None:
    """A type that is none of the known ones fails the build with its name and the known ones."""
    with pytest.raises(BuildFailed, match=r"'Bash' is not known; known are File, PowerShell, Shell"):
        build(Customization(kind="Bash"))


def test_two_builds_at_once_make_one_base(machines: FakeBuildMachines, engine: Engine) -> None:
    """Builds of the same image at the same time both succeed: one base is made, and one of each result is kept."""
    builders = [Builder(engine) for _ in range(2)]
    digests: list[str] = []

    def run(one: Builder) -> None:
        digests.append(one(one.shell("true")).content_digest)

    threads = [threading.Thread(target=run, args=(one,)) for one in builders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(digests) == 2
    assert len(set(digests)) == 1
    assert len(machines.programs.calls("mmdebstrap")) == 1
