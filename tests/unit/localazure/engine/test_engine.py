"""The engine as a whole: what it needs, what it refuses once it is closed, and what it hands out."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from fake_build_machines import FakeBuildMachines
from image_builder import Builder
from localazure.engine import requirements
from localazure.engine.engine import Engine
from localazure.engine.errors import EngineError, NotReady
from localazure.engine_port import BuildCancelled, BuildFailed, BuildRequest, MachineRequest


def _request(disk: Path) -> MachineRequest:
    return MachineRequest(
        machine_id="vm-1",
        disk=disk,
        cpus=1,
        memory_mib=512,
        hostname="smoke",
        admin_username="",
        ssh_public_keys=(),
        private_ip="10.0.0.4",
    )


def test_making_one_costs_nothing(engine: Engine, engine_cache: Path, tmp_path: Path) -> None:
    """Before the first build or boot there is no file, no process and nothing to take back."""
    engine.resolve_base(publisher="Debian", offer="debian-12", sku="12", version="latest")
    engine.close()

    assert not engine_cache.exists()
    assert not (tmp_path / "engine").exists()


def test_what_is_missing_is_told_with_what_to_install(
    machines: FakeBuildMachines, engine: Engine, tmp_path: Path
) -> None:
    """A build and a boot on a machine that lacks something name each thing and the package that has it."""
    for name in ("mmdebstrap", "qemu-img"):
        (machines.programs.folder / name).unlink()

    with pytest.raises(BuildFailed, match="apt-get install mmdebstrap") as caught:
        Builder(engine)(Builder(engine).shell("true"))
    assert "apt-get install qemu-utils" in caught.value.message
    with pytest.raises(NotReady, match="apt-get install qemu-utils"):
        engine.boot(_request(tmp_path / "disk.raw"))


def test_not_being_root_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user is told to run the command as root."""
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 1000)  # type: ignore[attr-defined]  # the module it uses

    with pytest.raises(BuildFailed, match="Run the same command as root"):
        Builder(engine)(Builder(engine).shell("true"))


def test_only_its_own_bases_are_built(engine: Engine) -> None:
    """A base of another engine's making is a defect of the caller's, and told as such."""
    request = BuildRequest(operation_id="1", base=object())  # type: ignore[arg-type]  # that is the point

    with pytest.raises(TypeError, match="Not a base of this engine's"):
        engine.build(request, log=print, on_phase=print, cancelled=threading.Event())


def test_a_disk_outlives_its_eviction(engine: Engine, engine_cache: Path) -> None:
    """The disk that a build hands out stays as long as the engine, whatever the cache has to make room for."""
    build = Builder(engine)
    image = build(build.shell("true"))

    for path in (engine_cache / "disks").glob("*/disk.raw"):
        path.unlink()

    assert image.disk.exists()


def test_a_closed_engine_makes_nothing(engine: Engine, tmp_path: Path) -> None:
    """After its close an engine neither builds nor boots, and closing again is nothing."""
    engine.close()
    engine.close()

    with pytest.raises(BuildFailed, match="The engine was closed"):
        Builder(engine)(Builder(engine).shell("true"))
    with pytest.raises(EngineError, match="The engine was closed"):
        engine.boot(_request(tmp_path / "disk.raw"))


def test_closing_ends_what_is_built(
    machines: FakeBuildMachines, engine: Engine, engine_cache: Path, tmp_path: Path
) -> None:
    """A build in the middle of a customizer ends as cancelled before the close returns, and leaves nothing."""
    reached = tmp_path / "reached"
    machines.programs.answer("su --shell", behaviour=f"import time; open({str(reached)!r}, 'w'); time.sleep(600)")
    ended: list[BaseException] = []

    def build() -> None:
        try:
            Builder(engine)(Builder(engine).shell("sleep 600"))
        except BuildCancelled as cancelled:
            ended.append(cancelled)

    building = threading.Thread(target=build)
    building.start()
    while not reached.exists() and building.is_alive():
        building.join(0.02)
    engine.close()

    assert len(ended) == 1
    assert list((engine_cache / "staging").glob("*")) == []
    assert list((tmp_path / "engine" / "ledgers").glob("*")) == []
