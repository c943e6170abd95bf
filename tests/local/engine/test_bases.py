"""Each base that the engine claims to make, made, changed, validated, booted and asked."""

from __future__ import annotations

import time
import urllib.request

import pytest

from image_builder import Builder
from localazure.engine.engine import Engine
from localazure.engine.errors import GuestUnreachable
from localazure.engine.machine import QemuMachine
from localazure.engine_port import MachineRequest, Rule

pytestmark = [pytest.mark.privileged, pytest.mark.boots_vm, pytest.mark.rare]

_DEADLINE_S = 420  # software emulation on a busy machine


def _answer(address: str, machine: QemuMachine) -> str:
    deadline = time.monotonic() + _DEADLINE_S
    while True:
        try:
            with urllib.request.urlopen(f"http://{address}/", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > deadline or not machine.is_running():
                raise AssertionError(machine.serial_log.read_text(errors="replace")[-3000:]) from None


def _says(machine: QemuMachine, script: str) -> str:
    deadline = time.monotonic() + _DEADLINE_S
    while True:
        try:
            return machine.run_command(script).stdout
        except GuestUnreachable:
            if time.monotonic() > deadline:
                raise


@pytest.mark.parametrize(
    ("offer", "sku", "name"), [("debian-12", "12", "bookworm"), ("debian-13", "13-gen2", "trixie")]
)
def test_a_base_serves(engine: Engine, offer: str, sku: str, name: str) -> None:
    """Apache is installed and enabled, validated, answers on port 80 after the boot and again after a restart."""
    build = Builder(engine, offer=offer, sku=sku)
    image = build(
        build.shell(
            "export DEBIAN_FRONTEND=noninteractive",
            "sudo -E apt-get update -q",
            "sudo -E apt-get install -y -q apache2",
            "sudo systemctl enable apache2",
        ),
        validate=(build.shell("systemctl is-active apache2", f"grep {name} /etc/os-release"),),
    )
    machine = engine.boot(
        MachineRequest(
            machine_id=f"base-{name}",
            disk=image.disk,
            cpus=2,
            memory_mib=1024,
            hostname="smoke",
            admin_username="azureuser",
            ssh_public_keys=(),
            private_ip="10.0.0.4",
            public_ip="127.0.92.1",
            rules=(Rule(protocol="Tcp", first_port=80, last_port=80),),
        )
    )

    assert "Apache2 Debian Default Page" in _answer("127.0.92.1", machine)
    told = _says(
        machine,
        "cloud-init status --wait > /dev/null; cloud-init status\n"
        "systemctl --failed --no-legend; hostname; id -un azureuser\n"
        "test $(date +%Y) -gt 2025 && echo in time",
    )
    assert told.split() == ["status:", "done", "smoke", "azureuser", "in", "time"]
    machine.restart()
    assert "Apache2 Debian Default Page" in _answer("127.0.92.1", machine)
