"""Machines for real: what gets through to a guest, what it is told, how it is stopped."""

from __future__ import annotations

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localazure.engine.engine import Engine
from localazure.engine.errors import EngineError, GuestUnreachable
from localazure.engine.machine import QemuMachine
from localazure.engine.model import BuiltImage
from localazure.engine_port import MachineRequest, Rule

pytestmark = [pytest.mark.privileged, pytest.mark.boots_vm, pytest.mark.heavy]

_DEADLINE_S = 240  # software emulation on a busy machine


def _rule(port: int) -> Rule:
    return Rule(protocol="Tcp", first_port=port, last_port=port)


def _request(image: BuiltImage, number: int = 1, *, rules: tuple[Rule, ...] = (_rule(80), _rule(81))) -> MachineRequest:
    return MachineRequest(
        machine_id=f"vm-{number}",
        disk=image.disk,
        cpus=1,
        memory_mib=768,
        hostname=f"smoke-{number}",
        admin_username="azureuser",
        ssh_public_keys=(),
        private_ip="10.0.0.4",
        public_ip=f"127.0.88.{number}",
        rules=rules,
        custom_data=b"#!/bin/sh\necho custom > /run/custom\n",
    )


def _get(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/", timeout=5) as answer:
        return str(answer.read().decode())


def _until[T](attempt: Callable[[], T]) -> T:
    """The first result of `attempt` that is no error."""
    deadline = time.monotonic() + _DEADLINE_S
    while True:
        try:
            return attempt()
        except (OSError, GuestUnreachable):
            if time.monotonic() > deadline:
                raise


def _connect(address: str, port: int) -> str:
    with socket.socket() as connection:
        connection.settimeout(2)
        try:
            connection.connect((address, port))
        except TimeoutError:
            return "timed out"
        except ConnectionRefusedError:
            return "refused"
        return "connected"


@pytest.fixture(scope="module")
def machine(
    make_engine: Callable[[Path], Engine], tmp_path_factory: pytest.TempPathFactory, web_image: BuiltImage
) -> Iterator[QemuMachine]:
    """A machine that serves, shared by the tests that only look."""
    engine = make_engine(tmp_path_factory.mktemp("machine") / "work")
    made = engine.boot(_request(web_image))
    _until(lambda: _get("127.0.88.1"))
    yield made
    engine.close()


def test_the_public_address_reaches_the_guest(machine: QemuMachine) -> None:
    """The unchanged URL of the public address answers what the image serves."""
    assert _get("127.0.88.1") == "it works\n"


def test_an_open_port_that_nobody_listens_on_is_refused(machine: QemuMachine) -> None:
    """The guest's own refusal comes through: a connection that is made proves that somebody listens."""
    assert _connect("127.0.88.1", 81) == "refused"


def test_a_port_that_no_rule_opens_times_out(machine: QemuMachine) -> None:
    """Sshd listens, but its port is closed outside the guest, where packets are dropped."""
    assert _connect("127.0.88.1", 22) == "timed out"


def test_rules_can_change_while_the_machine_runs(machine: QemuMachine) -> None:
    """Opening and closing ports takes effect at once."""
    machine.set_rules((_rule(80), _rule(22)))
    assert (_connect("127.0.88.1", 22), _connect("127.0.88.1", 81)) == ("connected", "timed out")

    machine.set_rules((_rule(80), _rule(81)))
    assert (_connect("127.0.88.1", 22), _connect("127.0.88.1", 81)) == ("timed out", "refused")


def test_the_guest_is_told_who_it_is(machine: QemuMachine) -> None:
    """Host name, administrator, address and custom data arrive; a command runs as root and its exit code comes back."""
    script = "hostname; id -un; id -u azureuser; ip -4 -br address show eth0; cat /run/custom; exit 3"
    done = _until(lambda: machine.run_command(f"cloud-init status --wait > /dev/null\n{script}"))

    assert done.exit_code == 3
    lines = done.stdout.splitlines()
    assert lines[:3] == ["smoke-1", "root", "1000"]
    assert "10.0.0.4/24" in lines[3]
    assert lines[4] == "custom"
    assert machine.provisioned is True


def test_first_boot_makes_what_the_image_had_removed(machine: QemuMachine) -> None:
    """The machine has an id and host keys of its own, reaches names outside, and nothing failed on the way up."""
    done = _until(
        lambda: machine.run_command(
            "cloud-init status --wait; wc -c < /etc/machine-id; ls /etc/ssh/ssh_host_*_key | wc -l\n"
            "systemctl --failed --no-legend; getent hosts deb.debian.org > /dev/null && echo resolves"
        )
    )

    assert "status: done" in done.stdout
    assert done.stdout.split()[-3:] == ["33", "3", "resolves"]


def test_the_serial_log_tells_of_the_boot(machine: QemuMachine) -> None:
    """The guest's console is written to a file."""
    assert "Cloud-init v." in machine.serial_log.read_text(errors="replace")


def test_two_machines_of_the_same_address_run_at_once(
    engine: Engine, machine: QemuMachine, web_image: BuiltImage
) -> None:
    """Each machine has a virtual network of its own, and its own public address."""
    other = engine.boot(_request(web_image, 2))

    assert _until(lambda: _get("127.0.88.2")) == "it works\n"
    assert _get("127.0.88.1") == "it works\n"
    other.stop()
    assert _get("127.0.88.1") == "it works\n"


def test_a_restart_keeps_the_disk_and_a_stop_forgets_it(engine: Engine, web_image: BuiltImage) -> None:
    """What a guest wrote is there after a restart; the image's disk is unchanged by it all; stopping twice is once."""
    before = web_image.disk.stat().st_mtime_ns
    machine = engine.boot(_request(web_image, 3))
    _until(lambda: _get("127.0.88.3"))
    _until(lambda: machine.run_command("echo written > /srv/index.html; sync"))
    machine.restart()
    assert machine.is_running()
    assert _until(lambda: _get("127.0.88.3")) == "written\n"

    machine.stop()
    machine.stop()
    assert not machine.is_running()
    assert web_image.disk.stat().st_mtime_ns == before
    with pytest.raises(GuestUnreachable):
        machine.run_command("true")
    with pytest.raises(EngineError):
        machine.restart()


def test_a_disk_that_is_gone_is_named(engine: Engine, web_image: BuiltImage, tmp_path: Path) -> None:
    """Booting a disk that was removed says which, and what to do."""
    gone = BuiltImage(disk=tmp_path / "gone.raw", content_digest="", size_bytes=0, cached=True)

    with pytest.raises(EngineError, match=r"gone\.raw\n.*Build the image again"):
        engine.boot(_request(gone))
