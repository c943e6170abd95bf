"""Smoke VMs, with a qemu that only pretends: what it is started with, what is told of it, how it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_build_machines import FakeBuildMachines
from localazure.engine import machine as machines_module
from localazure.engine.accelerator import EMULATION, KVM
from localazure.engine.errors import EngineError, GuestUnreachable, ProgramFailed
from localazure.engine.ledger import Ledger
from localazure.engine.machine import Place, QemuMachine
from localazure.engine_port import MachineRequest, Rule

Boot = Callable[..., QemuMachine]

_KERNELS = "\n".join(f" 12 100644 (1) 0 0 8192 1-Jan-2026 00:00 {name}" for name in ("vmlinuz-6.1", "initrd.img-6.1"))
_DUMP = "open(argv[1].split()[2].strip('\"'), 'w').close()"
_KEYS = "path = argv[argv.index('-f') + 1]\nfor name in (path, path + '.pub'): open(name, 'w').close()"
_STAYS = "import time\ntime.sleep(600)"


@pytest.fixture
def boot(machines: FakeBuildMachines, ledger: Ledger, tmp_path: Path) -> Iterator[Boot]:
    """Boots machines of the usual kind, but for the fields that are given."""
    programs = machines.programs
    programs.answer("ls -l /boot", stdout=_KERNELS)
    programs.answer("dump", behaviour=_DUMP)
    programs.answer("ssh-keygen", behaviour=_KEYS)
    programs.answer("qemu-system-x86_64", behaviour=_STAYS)
    (tmp_path / "disk.raw").touch()
    booted: list[QemuMachine] = []

    def boot_one(*, tier: str = EMULATION, folder: str = "machine", **changes: Any) -> QemuMachine:  # noqa: ANN401
        usual: dict[str, Any] = {
            "machine_id": "vm-1",
            "disk": tmp_path / "disk.raw",
            "cpus": 2,
            "memory_mib": 1024,
            "hostname": "web",
            "admin_username": "azureuser",
            "ssh_public_keys": (),
            "private_ip": "10.0.0.4",
            "public_ip": "127.0.77.5",
            "rules": (Rule(protocol="Tcp", first_port=80, last_port=80),),
        }
        made = QemuMachine(ledger, MachineRequest(**usual | changes), Place(folder=tmp_path / folder, tier=tier))
        booted.append(made)
        return made

    yield boot_one
    for one in booted:
        one.stop()


def _qemu(machines: FakeBuildMachines, count: int = 1) -> list[str]:
    """The words of the latest start of qemu, once there were so many."""
    while len(found := machines.programs.calls("qemu-system-x86_64")) < count:
        pass
    words = found[-1].argv
    return list(words[words.index("qemu-system-x86_64") :])


def test_boots_the_image_s_own_kernel_on_a_copy(machines: FakeBuildMachines, boot: Boot, tmp_path: Path) -> None:
    """Kernel and initial file system are the image's; its disk is only read, changes go to a file of the machine's."""
    boot()

    words = _qemu(machines)
    assert words[words.index("-kernel") + 1] == str(tmp_path / "machine" / "vmlinuz-6.1")
    assert words[words.index("-initrd") + 1] == str(tmp_path / "machine" / "initrd.img-6.1")
    assert "root=/dev/vda" in words[words.index("-append") + 1]
    assert not [word for word in words if str(tmp_path / "disk.raw") in word]
    [created] = machines.programs.calls("qemu-img create")
    assert created.argv[created.argv.index("-b") + 1] == str(tmp_path / "disk.raw")


def test_without_a_kernel_it_is_left_to_the_firmware(machines: FakeBuildMachines, boot: Boot) -> None:
    """An image without a kernel must fail to boot by itself: it is not given one."""
    machines.programs.answer("ls -l /boot", stdout="")

    boot()

    assert "-kernel" not in _qemu(machines)


def test_an_accelerated_machine_has_what_was_asked_for(
    machines: FakeBuildMachines, boot: Boot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With KVM a machine has the host's processor, as many as asked for and as there are, and all of its memory."""
    monkeypatch.setattr("localazure.engine.machine.os.cpu_count", lambda: 4)
    boot(tier=KVM, cpus=8)

    words = _qemu(machines)
    assert [words[words.index(flag) + 1] for flag in ("-accel", "-cpu", "-smp", "-m")] == ["kvm", "host", "4", "1024"]


def test_an_emulated_machine_has_one_processor(machines: FakeBuildMachines, boot: Boot) -> None:
    """Kernels that patch themselves fall over next to a second emulated processor; vector instructions stay."""
    boot(cpus=2)

    words = _qemu(machines)
    assert words[words.index("-smp") + 1] == "1"
    assert words[words.index("-accel") + 1] == "tcg"
    assert words[words.index("-cpu") + 1].startswith("max,")
    assert "avx" not in words[words.index("-cpu") + 1]


def test_paths_may_hold_commas(machines: FakeBuildMachines, boot: Boot) -> None:
    """A comma in a path is none between options."""
    boot(folder="a,b")

    words = _qemu(machines)
    files = [word for word in words if "a,,b/" in word]
    assert len(files) == 3
    assert not [word for word in words if word.startswith(("file", "-chardev")) and "a,b" in word.replace("a,,b", "")]


def test_qemu_is_confined(machines: FakeBuildMachines, boot: Boot) -> None:
    """A guest that breaks out of its devices can start nothing; there is no display, no default device."""
    boot()

    words = _qemu(machines)
    assert words[words.index("-sandbox") + 1].startswith("on,")
    assert {"-nodefaults", "-no-user-config"} <= set(words)


def test_two_machines_of_the_same_name_have_their_own_cards(machines: FakeBuildMachines, boot: Boot) -> None:
    """A card's address follows from the machine's id, in the range of Azure's own."""
    boot(folder="one", machine_id="a")
    first = next(word for word in _qemu(machines) if word.startswith("virtio-net-pci"))
    boot(folder="two", machine_id="b")
    second = next(word for word in _qemu(machines, 2) if word.startswith("virtio-net-pci"))

    assert "mac=00:0d:3a:" in first
    assert first != second


def test_a_disk_that_is_gone_is_named(boot: Boot, tmp_path: Path) -> None:
    """The error says which disk, and what to do."""
    with pytest.raises(EngineError, match=r"gone\.raw\n.*Build the image again"):
        boot(disk=tmp_path / "gone.raw")


@pytest.mark.parametrize("step", ["ssh-keygen", "mkfs.vfat", "qemu-img", "ip -batch", "nft -f", "unshare"])
def test_what_fails_on_the_way_up_leaves_nothing(
    machines: FakeBuildMachines, boot: Boot, ledger: Ledger, tmp_path: Path, step: str
) -> None:
    """Wherever making a machine fails, its processes, its rules and its files are gone again."""
    if step == "unshare":
        (machines.programs.folder / "unshare").unlink()
    machines.programs.answer(step, stderr="no\n", exit_code=1)

    with pytest.raises((ProgramFailed, EngineError)):
        boot()

    assert {kind for kind, _ in ledger._open} <= {"path"}
    assert [path.name for path in (tmp_path / "machine").iterdir() if path.suffix != ".log"] == []


def test_a_guest_that_shuts_down_is_not_running(machines: FakeBuildMachines, boot: Boot) -> None:
    """The end of the process is the end of the machine."""
    machines.programs.answer("qemu-system-x86_64")
    made = boot()
    assert made._process is not None
    made._process.wait(20)

    assert not made.is_running()


def test_stopping_twice_is_stopping_once(boot: Boot, tmp_path: Path) -> None:
    """The machine's disk and keys go, its logs stay; whoever asks something of it afterwards is told."""
    made = boot()
    made.serial_log.write_text("boot\n")
    assert made.is_running()

    made.stop()
    made.stop()

    assert not made.is_running()
    assert {path.suffix for path in (tmp_path / "machine").iterdir()} == {".log"}
    with pytest.raises(GuestUnreachable, match="is stopped"):
        made.run_command("true")
    with pytest.raises(EngineError, match="only a running machine restarts"):
        made.restart()


def test_provisioned_is_what_cloud_init_says(boot: Boot) -> None:
    """A machine has reported when cloud-init has made users and keys, not as soon as it runs."""
    made = boot()
    assert made.provisioned is False
    made.serial_log.write_text("[  9.1] cloud-init[300]: Cloud-init v. 22.4.2 running 'init' at now\n")
    assert made.provisioned is False

    with made.serial_log.open("a") as log:
        log.write("[ 12.3] cloud-init[400]: Cloud-init v. 22.4.2 running 'modules:config' at now\n")

    assert made.provisioned is True


def test_a_restart_is_a_boot_of_its_own(machines: FakeBuildMachines, boot: Boot) -> None:
    """A guest that does not listen to its power button is cut off; what it had reported does not count any more."""
    made = boot()
    _qemu(machines)
    made.serial_log.write_text("Cloud-init v. 22.4.2 finished at now\n")
    before = made._process

    made.restart()

    _qemu(machines, 2)
    assert made.is_running()
    assert made._process is not before
    assert made.provisioned is False


def test_a_stop_does_not_wait_for_a_restart(boot: Boot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guest that takes its time to shut down holds up neither whoever looks at it nor whoever stops it."""
    waiting = threading.Event()
    monkeypatch.setattr(machines_module, "_SHUTDOWN_S", 600)
    monkeypatch.setattr("localazure.engine.machine.Monitor.run", lambda _self, _command: waiting.set())
    made = boot()
    ended: list[str] = []

    def restart() -> None:
        made.restart()
        ended.append("restarted")

    restarting = threading.Thread(target=restart)
    restarting.start()
    assert waiting.wait(20)
    assert made.is_running()
    made.stop()
    restarting.join(30)

    assert ended == ["restarted"]
    assert not made.is_running()


def test_a_command_runs_as_root_with_its_exit_code(machines: FakeBuildMachines, boot: Boot) -> None:
    """A script comes in by ssh as the administrator, as input and not as words; what it said comes back."""
    machines.programs.answer("azureuser@10.0.0.4", stdout="out\n", stderr="err\n", exit_code=3)

    done = boot().run_command("echo $HOME; exit 3")

    assert (done.exit_code, done.stdout, done.stderr) == (3, "out\n", "err\n")
    [call] = machines.programs.calls("azureuser@10.0.0.4")
    assert call.stdin == b"echo $HOME; exit 3"
    assert "sudo -n" in call.argv[-1]
    assert call.argv[call.argv.index("-i") + 1].endswith("/key")


def test_a_closed_guest_is_told(machines: FakeBuildMachines, boot: Boot) -> None:
    """Where sshd is absent, the error says so with ssh's own words; it is no exit code of the script's."""
    machines.programs.answer("azureuser@10.0.0.4", stderr="Connection refused\n", exit_code=255)

    with pytest.raises(GuestUnreachable, match="Connection refused"):
        boot().run_command("true")


def test_a_machine_without_a_user_lets_nobody_in(boot: Boot) -> None:
    """A specialized machine was given no user, so there is no way in."""
    with pytest.raises(GuestUnreachable, match="was given no user"):
        boot(admin_username="").run_command("true")
