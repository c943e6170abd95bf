"""The build machine: systemd booted in a container, from an overlay over a base, in a network of its own.

It is what a customizer runs on: a non-root user with sudo, a system manager that starts services. Its root is nobody
on the machine (see `shifted`), and its network ends at a wall (see `network`).
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from localazure.engine import process
from localazure.engine.cell import MOUNTS, Cell
from localazure.engine.errors import EngineError, ProgramCancelled
from localazure.engine.ledger import Ledger
from localazure.engine.network import Link
from localazure.engine.shifted import COUNT, SHIFT

_BOOT_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 30.0
_ANSWER_TIMEOUT_S = 20.0
_LOOK_EVERY_S = 0.1
_MOST_PROCESSES = 8192  # of each user: a customizer that forks without end ends itself, not this machine
_PEER = "host0"
_NSPAWN_STATE = "/run/systemd/nspawn"  # what it writes there it never removes
STEP_UNIT = "build-step-"  # what programs that the engine runs in a container are called there, with a suffix
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What a build machine does not do behind its user's back: fetch package lists (locks), and hide /tmp in memory,
# where it would not be part of a layer.
_MASKED = ("tmp.mount", "apt-daily.timer", "apt-daily-upgrade.timer", "apt-daily.service", "apt-daily-upgrade.service")


@dataclass(frozen=True, kw_only=True)
class Root:
    """A container's root: what lies below, the latest first, and where changes go (on one file system)."""

    lower: tuple[Path, ...]
    upper: Path
    work: Path


class Container:
    """A cell with an overlay mounted, and with systemd booted in it once `boot` returned."""

    def __init__(self, ledger: Ledger, root: Root, *, log: Path) -> None:
        self._ledger = ledger
        self._log = log
        self._name = f"lcz-{uuid.uuid4().hex[:8]}"
        self._link: Link | None = None
        self._leader = 0
        self._nspawn: subprocess.Popen[bytes] | None = None
        self.cell = Cell(ledger)
        try:
            self.tree = self._mount(root)
        except BaseException:
            self.close()
            raise

    def boot(self, cancelled: threading.Event) -> None:
        """Boot systemd; returns once its default target is reached."""
        with _notifications() as (address, notifications):
            self._start(address)
            self._leader = int(_await(notifications, "X_NSPAWN_LEADER_PID=", cancelled, self.is_running))
            self._connect()
            _await(notifications, "READY=1", cancelled, self.is_running)
        servers = self._link.name_servers() if self._link else ()
        self.run(["resolvectl", "dns", _PEER, *servers], check=False)

    def run(
        self,
        argv: Sequence[str],
        *,
        user: str = "root",
        settings: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        timeout_s: float = 60,
        cancelled: threading.Event | None = None,
        on_stdout: process.OnLine | None = None,
        on_stderr: process.OnLine | None = None,
        check: bool = True,
    ) -> process.Completed:
        """Run a program in the container, as a unit of its system manager; `settings` are properties of the unit."""
        name = f"--unit={STEP_UNIT}{uuid.uuid4().hex[:8]}"
        unit = ["systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--service-type=exec", f"--uid={user}", name]
        properties = [f"--property={name}={value}" for name, value in (settings or {}).items()]
        return process.run(
            self._inside([*unit, *properties, "--", *argv]),
            stdin=stdin,
            timeout_s=timeout_s,
            cancelled=cancelled,
            on_stdout=on_stdout,
            on_stderr=on_stderr,
            check=check,
        )

    def write(self, path: str, content: bytes, *, user: str = "root", mode: str = "0644") -> process.Completed:
        """Write a file as `user` would; fails where that user may not write."""
        script = 'cat > "$1" && chmod "$2" "$1"'
        return self.run(["/bin/sh", "-c", script, "write", path, mode], user=user, stdin=content, check=False)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """While this is open, nothing in the container moves."""
        switch = self._cgroup / "cgroup.freeze"
        switch.write_text("1")
        try:
            yield
        finally:
            switch.write_text("0")

    def power_off(self, cancelled: threading.Event) -> None:
        """Shut the system down in good order, so that services write out what they hold."""
        child, self._nspawn = self._nspawn, None
        if child is None:
            return
        process.run(self._inside(["systemctl", "--no-block", "poweroff"]), check=False)
        deadline = time.monotonic() + _STOP_TIMEOUT_S
        while child.poll() is None and time.monotonic() < deadline and not cancelled.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_LOOK_EVERY_S)
        process.kill(child)
        self._disconnect()
        if cancelled.is_set():
            raise ProgramCancelled(["systemctl", "poweroff"])

    def is_up(self) -> bool:
        """False once the system goes down or reboots, also while it still does, and once its process 1 is no more."""
        try:
            told = self.run(["systemctl", "is-system-running"], timeout_s=_ANSWER_TIMEOUT_S, check=False)
        except EngineError:
            return False
        return told.stdout.strip() in ("initializing", "starting", "running", "degraded", "maintenance")

    def close(self) -> None:
        """End everything at once. Idempotent."""
        self.cell.close()
        if self._nspawn is not None:
            process.kill(self._nspawn)
        self._disconnect()
        self._ledger.undo("cgroup", self._cgroup)

    # --- how it comes up

    @property
    def _cgroup(self) -> Path:
        return _cgroup_root() / self._name

    def _mount(self, root: Root) -> Path:
        for folder in (root.upper, root.work):
            folder.mkdir(exist_ok=True)
        os.chown(root.upper, SHIFT, SHIFT)
        root.upper.chmod(0o755)
        tree = self.cell.mount_point("root")
        # From within the directory above them all: the paths are short, and free of what options are cut at.
        above = os.path.commonpath([*root.lower, root.upper, root.work])
        lower = ":".join(os.path.relpath(path, above) for path in root.lower)
        upper, work = (os.path.relpath(path, above) for path in (root.upper, root.work))
        options = f"lowerdir={lower},upperdir={upper},workdir={work},index=off,metacopy=off,redirect_dir=off"
        mount: list[process.Argument] = ["mount", "-t", "overlay", "overlay", "-o", options, tree]
        process.run(self.cell.command(["sh", "-c", 'cd "$0" && exec "$@"', above, *mount]))
        return tree

    def _start(self, notify_address: str) -> None:
        process.run(self.cell.command(["mkdir", "-p", _NSPAWN_STATE]))
        process.run(self.cell.command(["mount", "-t", "tmpfs", "nspawn", _NSPAWN_STATE]))
        self._ledger.record("cgroup", self._cgroup)
        self._cgroup.mkdir(exist_ok=True)
        process.run(self.cell.command(["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]))
        nspawn: list[process.Argument] = [
            "systemd-nspawn",
            "--quiet",
            "--boot",
            "--keep-unit",
            "--register=no",
            f"--directory={self.tree}",
            f"--machine={self._name}",
            f"--private-users={SHIFT}:{COUNT}",
            "--private-users-ownership=off",
            "--private-network",
            "--resolv-conf=off",
            "--timezone=off",
            "--link-journal=no",
            "--console=read-only",
            "--notify-ready=yes",
            "--hostname=build",
            f"--rlimit=NPROC={_MOST_PROCESSES}",
            f"--bind-ro={self._empty_file()}:/run/tmpfiles.d/tmp.conf",  # a boot empties /tmp; a resumed build needs it
            "--",
            "cloud-init=disabled",  # it has run, as on the service, where a build machine was provisioned before
            *(f"systemd.mask={unit}" for unit in _MASKED),
        ]
        # The group is joined by the process itself: nothing of the container is ever in another.
        joined: list[process.Argument] = [
            "sh",
            "-c",
            'echo 0 > "$0" && exec "$@"',
            Path("/sys/fs/cgroup") / self._cgroup_inside,
            *nspawn,
        ]
        self._nspawn = process.start(
            self.cell.command(joined),
            log=self._log,
            environment={"NOTIFY_SOCKET": notify_address, "SYSTEMD_NSPAWN_TMPFS_TMP": "0"},
        )

    def _empty_file(self) -> Path:
        path = MOUNTS / "empty"
        process.run(self.cell.command(["touch", path]))
        return path

    @property
    def _cgroup_inside(self) -> str:
        return f"{_own_cgroup().lstrip('/')}/{self._name}/cgroup.procs".lstrip("/")

    def is_running(self) -> bool:
        """False before the boot, and once the system was shut down, by whomever."""
        return self._nspawn is not None and self._nspawn.poll() is None

    def _connect(self) -> None:
        self._link = Link(self._ledger, self.cell.command, namespace_pid=self._leader, peer=_PEER)
        self._link.open()
        lines = "\n".join(self._link.peer_commands(_PEER)).encode()
        argv = ["nsenter", f"--target={self._leader}", "--net", "--", "ip", "-batch", "-"]
        process.run(self.cell.command(argv), stdin=lines)

    def _disconnect(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _inside(self, argv: Sequence[str]) -> list[process.Argument]:
        enter = ["nsenter", f"--target={self._leader}", "--all", "--"]
        return self.cell.command([*enter, "env", "-i", f"PATH={_PATH}", "LC_ALL=C.UTF-8", *argv])


@contextlib.contextmanager
def _notifications() -> Iterator[tuple[str, socket.socket]]:
    """A socket in the abstract namespace of this machine's network, where no container has a door to."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as received:
        name = f"localazure-{uuid.uuid4().hex}"
        received.bind(f"\0{name}")
        received.settimeout(0.1)
        yield f"@{name}", received


def _await(
    notifications: socket.socket, wanted: str, cancelled: threading.Event, is_running: Callable[[], bool]
) -> str:
    """The rest of the first notification line that begins with `wanted`."""
    deadline = time.monotonic() + _BOOT_TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(TimeoutError):
            for line in notifications.recv(4096).decode(errors="replace").splitlines():
                if line.startswith(wanted):
                    return line.removeprefix(wanted)
        if cancelled.is_set():
            raise ProgramCancelled(["systemd-nspawn"])
        if not is_running():
            break
    raise EngineError("The build machine did not come up: systemd ended or did not reach its default target.")


def _own_cgroup() -> str:
    """Where this process stands in the unified hierarchy."""
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    return next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/")


def _cgroup_root() -> Path:
    """The directory of our own group, wherever this machine mounts the unified hierarchy."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        fields = line.split()
        if fields[2] == "cgroup2":
            return Path(fields[1]) / _own_cgroup().lstrip("/")
    raise EngineError("No unified cgroup hierarchy (cgroup2) is mounted on this machine.")
