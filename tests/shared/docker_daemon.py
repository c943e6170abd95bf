"""A docker daemon of the tests' own, and base images without any registry."""

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
_MIRROR = os.environ.get("IMAGEGATE_DEBIAN_MIRROR", "http://deb.debian.org/debian")


def missing() -> str:
    """Why no daemon can be started here; empty if one can."""
    lacking = [name for name in ("dockerd", "mmdebstrap", "ip") if shutil.which(name) is None]
    try:
        programs.find("docker")
    except programs.ProgramMissing as error:
        return str(error)
    if os.geteuid() != 0:
        return "dockerd needs root"
    if Path("/sys/class/net", _BRIDGE_NAME).exists():
        return f"there is a bridge {_BRIDGE_NAME}: another run goes on, or was killed (ip link delete {_BRIDGE_NAME})"
    return f"not installed: {', '.join(lacking)}" if lacking else ""


class DockerDaemon:
    """dockerd on a socket of its own, with a bridge of its own as its default; gone when left.

    It touches no packet filter, since others on this machine have theirs: containers reach the bridge, and no more.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="imagegate-docker-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.client = (programs.find("docker"), "-H", f"unix://{self._folder / 'socket'}")

    def __enter__(self) -> Self:
        for arguments in (
            ("link", "add", _BRIDGE_NAME, "type", "bridge"),
            ("address", "add", f"{BRIDGE}/24", "dev", _BRIDGE_NAME),
            ("link", "set", _BRIDGE_NAME, "up"),
        ):
            subprocess.run(["ip", *arguments], check=True, capture_output=True)
        log = (self._folder / "log").open("wb")
        command = ["dockerd", "--storage-driver=overlay2", f"--data-root={self._folder / 'root'}"]
        command += [f"--exec-root={self._folder / 'exec'}", "-H", f"unix://{self._folder / 'socket'}"]
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
        self._stop()

    def _stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
        subprocess.run(["ip", "link", "delete", _BRIDGE_NAME], capture_output=True, check=False)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in reversed([mount for mount in mounts if mount.startswith(f"{self._folder}/")]):
            subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def build(self, repository: Path, tag: str, cache: Path) -> None:
        """Import the bases and build the repository's Dockerfile on them, the machine's settings as build secrets."""
        for name in ("runtime", "builder"):
            tree = base_trees(cache) / f"{name}.tar"
            subprocess.run([*self.client, "import", str(tree), f"base:{name}"], check=True, capture_output=True)
        command = [*self.client, "build", "--network=host", "--tag", tag]
        command += ["--build-arg", "BASE=base:runtime", "--build-arg", "BUILDER=base:builder"]
        for secret, file in (
            ("certificates", "/etc/ssl/certs/ca-certificates.crt"),
            ("pip-config", "/etc/pip.conf"),
        ):
            command += ["--secret", f"id={secret},src={file}"] if Path(file).exists() else []
        done = subprocess.run(
            [*command, str(repository)],
            env={"PATH": os.environ["PATH"], "DOCKER_BUILDKIT": "1", "HOME": str(self._folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        if done.returncode:
            raise RuntimeError(f"the image could not be built:\n{done.stderr[-4000:]}")


def base_trees(cache: Path) -> Path:
    """Debian 13 with its own Python, as published bases have it, and once more with what installs packages."""
    folder = cache / "action-base"
    if (folder / "builder.tar").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    left_out = ("var/lib/apt/lists/*", "var/cache/apt/*", "dev/*", "proc/*", "sys/*")
    excluded = " ".join(f"--exclude=./{name}" for name in left_out)
    command = ["mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates,python3"]
    command += [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "doc", "locale")]
    command += [f'--customize-hook=tar --numeric-owner -C "$1" {excluded} -cf {folder}/runtime.tar .']
    command += ['--customize-hook=chroot "$1" apt-get install -y -qq --no-install-recommends python3-venv']
    command += ["trixie", str(folder / "unfinished.tar"), f"deb {_MIRROR} trixie main"]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    (folder / "unfinished.tar").replace(folder / "builder.tar")
    return folder
