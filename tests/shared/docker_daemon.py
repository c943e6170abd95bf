"""A docker daemon of the tests' own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import programs

BRIDGE = "172.31.83.1"
_BRIDGE_NAME = "imagegate-test0"
_START_TIMEOUT_S = 60


def missing() -> str:
    """Why no daemon can be started here; empty if one can."""
    try:
        programs.find("docker")
    except programs.ProgramMissing as error:
        return str(error)
    if os.geteuid() != 0:
        return "dockerd needs root"
    if Path("/sys/class/net", _BRIDGE_NAME).exists():
        return f"there is a bridge {_BRIDGE_NAME}: another run goes on, or was killed (ip link delete {_BRIDGE_NAME})"
    lacking = [name for name in ("dockerd", "mmdebstrap", "ip") if shutil.which(name) is None]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


class DockerDaemon:
    """dockerd on a socket of its own, with a bridge of its own as its default; gone when left.

    It touches no packet filter, since others on this machine have theirs: containers reach the bridge, and no more.
    Its images stay in the cache for the next run.
    """

    def __init__(self, cache: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="imagegate-docker-"))
        self._data = cache / "docker"
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = f"unix://{self._folder / 'socket'}"
        self.client = (programs.find("docker"), "-H", self.socket)

    def __enter__(self) -> Self:
        for arguments in (
            ("link", "add", _BRIDGE_NAME, "type", "bridge"),
            ("address", "add", f"{BRIDGE}/24", "dev", _BRIDGE_NAME),
            ("link", "set", _BRIDGE_NAME, "up"),
        ):
            subprocess.run(["ip", *arguments], check=True, capture_output=True)
        log = (self._folder / "log").open("wb")
        command = ["dockerd", "--storage-driver=overlay2", f"--data-root={self._data}"]
        command += [f"--exec-root={self._folder / 'exec'}", "-H", self.socket]
        command += [f"--pidfile={self._folder / 'pid'}", f"--bridge={_BRIDGE_NAME}"]
        command += ["--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false"]
        with log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while subprocess.run([*self.client, "info"], capture_output=True, check=False).returncode:
            if self._process.poll() is not None or time.monotonic() > deadline:
                told = (self._folder / "log").read_text()[-2000:]
                self._stop()
                raise RuntimeError(f"dockerd did not start:\n{told}")
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for unused in ("container", "volume", "network", "image"):
                self.run(unused, "prune", "--force")
        finally:
            self._stop()

    def _stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
        subprocess.run(["ip", "link", "delete", _BRIDGE_NAME], capture_output=True, check=False)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in reversed([mount for mount in mounts if mount.startswith((f"{self._folder}/", f"{self._data}/"))]):
            subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, *arguments: str) -> str:
        """Run the client to its end; what it printed, or an error with what it said."""
        done = subprocess.run(
            [*self.client, *arguments],
            env={"PATH": os.environ["PATH"], "DOCKER_BUILDKIT": "0", "HOME": str(self._folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        if done.returncode:
            raise RuntimeError(f"docker {arguments[0]} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def build(self, context: Path, tag: str, *options: str) -> None:
        """Build a folder's Dockerfile as the runner does, without BuildKit; on the host's network, for packages."""
        self.run("build", "--network=host", "--tag", tag, *options, str(context))
