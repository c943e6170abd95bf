"""A smoke VM: qemu on a built disk, which it never changes, in a cell with a network of its own.

The kernel is the image's own, started directly with a command line that names the seed disk as cloud-init's data
source, as Azure's images are pinned to Azure's. All the rest is the image's business.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from localazure.engine import disk, process, seed
from localazure.engine.accelerator import KVM
from localazure.engine.cell import MOUNTS, Cell
from localazure.engine.errors import EngineError, GuestUnreachable
from localazure.engine.guest_network import TAP, GuestNetwork
from localazure.engine.ledger import Ledger
from localazure.engine.model import RunCommandResult
from localazure.engine.monitor import Monitor
from localazure.engine_port import MachineRequest, Rule

# Interfaces are named as Azure's drivers name them (eth0). `cc:` is cloud-init's own way to be configured from outside
# the image. Guards against other guests on the same processor cost much of an emulated boot, and guard nothing here.
_CMDLINE = (
    "root=/dev/vda rw console=tty0 console=ttyS0 quiet net.ifnames=0 mitigations=off "
    "cc: datasource_list: [NoCloud] end_cc"
)
# All that programs may ask for (AVX2 too), without what only a kernel sees and what is slow to emulate: string moves
# byte by byte, page tables of five levels, guards between kernel and programs.
_EMULATED_CPU = "max,la57=off,erms=off,fsrm=off,smap=off,smep=off,pku=off,umip=off"
_READY = re.compile(rb"Cloud-init v\. \S+ (running 'modules:config'|finished) at")
_SHUTDOWN_S = 60
_LOOK_EVERY_S = 0.1
_CONNECTION_LOST = 255  # ssh's own exit code
_RUN_COMMAND_TIMEOUT_S = 5400  # Azure ends an action Run Command after 90 minutes
_RUN_COMMAND = (
    "sudo -n /bin/sh -c '"
    'script=$(mktemp /tmp/run-command-XXXXXX) && cat > "$script" && chmod 0700 "$script" && '
    '{ "$script" < /dev/null; code=$?; rm -f "$script"; exit $code; }\''
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a machine's files lie, and how it is run."""

    folder: Path
    tier: str


class QemuMachine:
    """A machine whose process was started. All methods may be called from any thread."""

    def __init__(self, ledger: Ledger, request: MachineRequest, place: Place) -> None:
        if not request.disk.exists():
            raise EngineError(
                f"The disk of machine {request.machine_id} is gone:\n  {request.disk}\n"
                "The cache has removed it to stay within its size. Build the image again."
            )
        self.machine_id = request.machine_id
        self.serial_log = place.folder / "serial.log"
        self._request = request
        self._place = place
        self._ledger = ledger
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._network: GuestNetwork | None = None
        self._cell: Cell | None = None
        ledger.record("path", place.folder)
        place.folder.mkdir(parents=True)
        try:
            self._prepare()
            self._start()
        except BaseException:
            self.stop()
            raise

    @property
    def provisioned(self) -> bool | None:
        """True once cloud-init has made user, host name and keys, which is when Azure's images report ready."""
        with contextlib.suppress(FileNotFoundError):
            return _READY.search(self.serial_log.read_bytes(), self._since) is not None
        return False

    def is_running(self) -> bool:
        """False once the guest has shut down, or the machine was stopped."""
        running = self._process
        return running is not None and running.poll() is None

    def set_rules(self, rules: tuple[Rule, ...]) -> None:
        """Open these ports to the outside and no others."""
        with self._lock:
            if self._network is not None:
                self._network.set_rules(rules)

    def restart(self) -> None:
        """Shut the guest down, as by its power button, and boot its disk again; one that does not listen is cut off."""
        with self._lock:
            running = self._process
            if running is None or self._cell is None:
                raise EngineError(f"Machine {self.machine_id} was stopped; only a running machine restarts.")
            with contextlib.suppress(OSError):
                Monitor(self._cell.path(_MONITOR)).run("system_powerdown")
                self._await_end(running)
            process.kill(running)
            if self._stopping.is_set():
                return
            self._since = self.serial_log.stat().st_size if self.serial_log.exists() else 0
            self._start()

    def stop(self) -> None:
        """End the machine and forget its disk's changes; the serial log stays until the engine closes. Idempotent."""
        self._stopping.set()  # ends a restart that waits for the guest
        with self._lock:
            running, self._process = self._process, None
            network, self._network = self._network, None
            cell, self._cell = self._cell, None
            if running is not None:
                process.kill(running)
            if cell is not None:
                cell.close()
            if network is not None:
                network.close()
            for path in self._place.folder.glob("*"):
                if path.suffix != ".log":
                    path.unlink()

    def run_command(self, script: str) -> RunCommandResult:
        """Run a script as root, over ssh with the key that provisioning put there.

        Raises:
            GuestUnreachable: the image has no sshd, it is closed, or it is not up yet.
        """
        with self._lock:
            cell = self._cell
        if cell is None:
            raise GuestUnreachable(f"Machine {self.machine_id} is stopped.")
        if not self._request.admin_username:
            raise GuestUnreachable(f"Machine {self.machine_id} was given no user, so nobody can be let in.")
        done = process.run(
            cell.command(self._ssh()), stdin=script.encode(), timeout_s=_RUN_COMMAND_TIMEOUT_S, check=False
        )
        if done.exit_code == _CONNECTION_LOST:
            raise GuestUnreachable(
                f"Machine {self.machine_id} does not let a command in: its sshd is absent, closed or not up yet.\n"
                f"{done.stderr.strip()}"
            )
        return RunCommandResult(exit_code=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    def _await_end(self, running: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _SHUTDOWN_S
        while running.poll() is None and time.monotonic() < deadline and not self._stopping.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(_LOOK_EVERY_S)

    # --- how it comes up

    def _prepare(self) -> None:
        folder, request = self._place.folder, self._request
        self._since = 0
        self._boot = disk.boot_files(request.disk, folder)
        seed.make(folder, request)
        backing: list[process.Argument] = ["-b", request.disk.resolve(), "-F", "raw"]
        process.run(["qemu-img", "create", "-q", "-f", "qcow2", *backing, folder / "changes.qcow2"])
        cell = self._cell = Cell(self._ledger, network=True)
        network = self._network = GuestNetwork(
            self._ledger, cell, private_ip=request.private_ip, public_ip=request.public_ip, mac=self._mac
        )
        network.open(request.rules, log=folder / "network.log")

    def _start(self) -> None:
        if self._cell is None:
            raise EngineError(f"Machine {self.machine_id} was stopped.")
        argv = self._cell.command(self._qemu())
        self._process = process.start(argv, log=self._place.folder / "qemu.log")

    @property
    def _mac(self) -> str:
        """Of Azure's own range, derived from the machine's id."""
        digest = hashlib.sha256(self.machine_id.encode()).hexdigest()
        return f"00:0d:3a:{digest[:2]}:{digest[2:4]}:{digest[4:6]}"

    def _qemu(self) -> list[process.Argument]:
        folder, request = self._place.folder, self._request
        changes = folder / "changes.qcow2"
        hardware = self._place.tier == KVM
        accelerator = ["-accel", "kvm", "-cpu", "host"] if hardware else ["-accel", "tcg", "-cpu", _EMULATED_CPU]
        # A kernel that changes its own code next to a second emulated processor falls over now and then (Oops: int3).
        cpus = min(request.cpus, os.cpu_count() or 1) if hardware else 1
        kernel: list[process.Argument] = (
            ["-kernel", self._boot.kernel, "-append", _CMDLINE] if self._boot.kernel else []
        )
        if self._boot.kernel and self._boot.initrd:
            kernel += ["-initrd", self._boot.initrd]
        return [
            *("qemu-system-x86_64", "-name", self.machine_id, "-nodefaults", "-no-user-config", "-display", "none"),
            *("-machine", "q35", *accelerator, "-smp", str(cpus), "-m", str(request.memory_mib)),
            *("-chardev", f"file,id=serial,path={_value(self.serial_log)},append=on", "-serial", "chardev:serial"),
            *("-qmp", f"unix:{_MONITOR},server=on,wait=off"),
            *(
                "-drive",
                f"file={_value(changes)},format=qcow2,if=none,id=os,cache=unsafe,discard=unmap",
            ),
            *("-device", "virtio-blk-pci,drive=os"),
            *("-drive", f"file={_value(folder / 'seed.img')},format=raw,if=none,id=seed,readonly=on"),
            *("-device", "virtio-blk-pci,drive=seed"),
            *("-netdev", f"tap,id=net,ifname={TAP},script=no,downscript=no"),
            *("-device", f"virtio-net-pci,netdev=net,mac={self._mac},romfile="),
            *("-device", "virtio-rng-pci"),
            *("-sandbox", "on,obsolete=deny,spawn=deny,resourcecontrol=deny"),
            *kernel,
        ]

    def _ssh(self) -> list[process.Argument]:
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": "10",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
            "IdentitiesOnly": "yes",
        }
        flags = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        target = f"{self._request.admin_username}@{self._request.private_ip}"
        return ["ssh", "-F", "none", "-i", self._place.folder / seed.ENGINE, *flags, target, _RUN_COMMAND]


def _value(path: Path) -> str:
    """A path in a list of qemu's: a comma in it is written twice."""
    return str(path).replace(",", ",,")


_MONITOR = MOUNTS / "monitor"
