"""Whether machines run on hardware: a guest shows it, once a boot of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from fake_programs import FakePrograms
from localazure.engine import accelerator

_WORKS = 33  # qemu's exit code when its guest wrote 16 to the exit device


@pytest.fixture
def machine(programs: FakePrograms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has the device, whatever that is worth, and has booted once."""
    for name in ("kvm", "boot_id"):
        (tmp_path / name).write_text("boot-1\n")
    monkeypatch.setattr(accelerator, "_DEVICE", tmp_path / "kvm")
    monkeypatch.setattr(accelerator, "_BOOT_ID", tmp_path / "boot_id")
    programs.add("qemu-system-x86_64")
    return tmp_path


def test_a_guest_that_ran_proves_hardware(machine: Path, programs: FakePrograms) -> None:
    """Where the throw-away guest did its work under KVM, machines run there."""
    programs.answer("qemu", exit_code=_WORKS)

    assert accelerator.tier(machine / "cache").name == accelerator.KVM
    assert "-accel kvm" in programs.calls("qemu")[0].line
    assert len(programs.calls("qemu")[0].stdin) == 64 * 1024


@pytest.mark.parametrize("exit_code", [0, 1, 134], ids=["ended otherwise", "refused", "crashed"])
def test_a_device_that_does_not_work_is_no_proof(machine: Path, programs: FakePrograms, exit_code: int) -> None:
    """A device file without the guest's own exit code behind it means emulation, and that is no error."""
    programs.answer("qemu", exit_code=exit_code)

    assert accelerator.tier(machine / "cache").name == accelerator.EMULATION


def test_without_the_device_nothing_is_started(machine: Path, programs: FakePrograms) -> None:
    """A machine without the device emulates, and no guest is tried."""
    (machine / "kvm").unlink()

    assert accelerator.tier(machine / "cache").name == accelerator.EMULATION
    assert programs.calls() == []


def test_without_qemu_the_answer_is_emulation(machine: Path, programs: FakePrograms) -> None:
    """Asking on a machine where nothing is installed yet is no error."""
    (programs.folder / "qemu-system-x86_64").unlink()

    assert accelerator.tier(machine / "cache").name == accelerator.EMULATION


@pytest.mark.parametrize("exit_code", [_WORKS, 1], ids=["works", "does not"])
def test_is_found_out_once_a_boot(machine: Path, programs: FakePrograms, exit_code: int) -> None:
    """The answer, either one, is remembered until this machine boots again, and then asked for anew."""
    programs.answer("qemu", exit_code=exit_code)
    first = accelerator.tier(machine / "cache")

    assert accelerator.tier(machine / "cache") == first
    assert len(programs.calls("qemu")) == 1
    (machine / "boot_id").write_text("boot-2\n")
    accelerator.tier(machine / "cache")
    assert len(programs.calls("qemu")) == 2


def test_a_spoilt_note_is_not_believed(machine: Path, programs: FakePrograms) -> None:
    """A note that cannot be read is as none."""
    programs.answer("qemu", exit_code=_WORKS)
    (machine / "cache").mkdir()
    (machine / "cache" / "accelerator.json").write_text('{"boot_id": "boot-1"')

    assert accelerator.tier(machine / "cache").name == accelerator.KVM


def test_what_is_not_proven_is_said(machine: Path, programs: FakePrograms) -> None:
    """Neither way proves Hyper-V's side; emulation proves nothing about speed on top of that."""
    emulated = accelerator.tier(machine / "cache").cannot_prove
    programs.answer("qemu", exit_code=_WORKS)
    hardware = accelerator.tier(machine / "other").cannot_prove

    assert any("Hyper-V" in one for one in hardware)
    assert set(hardware) < set(emulated)
    assert any("how fast" in one for one in set(emulated) - set(hardware))
