# ruff: noqa: INP001 - a script, run by its path
"""How long the action's container takes to its first request to Azure, and how large its image is.

    PYTHONPATH=tests/shared .venv/bin/python benchmarks/action/run.py

Needs root and Debian's docker.io, as `make action` does. From the start of the docker client on; the login by the
job's identity token lies in between.
"""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from unittest import mock

from action_world import REPOSITORY, TAG, HostileEngine, World, open_world
from docker_daemon import DockerDaemon, missing
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.http.dispatch import Dispatcher

_RUNS = 9


def main() -> None:
    """Measure both, and print a line for each."""
    if why := missing():
        raise SystemExit(f"No docker daemon can run here: {why}.")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, DockerDaemon() as daemon:
        daemon.build(REPOSITORY, TAG, REPOSITORY / ".cache")
        empty = _bare_start(daemon)
        with open_world(daemon, Path(name), HostileEngine(Path(name) / "engine")) as world:
            first = [_to_the_first_request(world) for _ in range(_RUNS)]
        print(f"docker run of /bin/true:          {_told(empty)}")
        print(f"docker run → first ARM request:   {_told(first)}")
        print(f"image, compressed with gzip:      {_compressed(daemon) / 1e6:.0f} MB")


def _to_the_first_request(world: World) -> float:
    arrivals: list[float] = []
    served = Dispatcher.__call__

    def watched(dispatcher: Dispatcher, request: ArmRequest) -> ArmResponse:
        arrivals.append(time.monotonic())
        return served(dispatcher, request)

    begun = time.monotonic()
    with mock.patch.object(Dispatcher, "__call__", watched):
        step = world.job.run(world.inputs("build", statuses="none"))
    if step.exit_code:
        raise SystemExit(step.log)
    return arrivals[0] - begun


def _bare_start(daemon: DockerDaemon) -> list[float]:
    seconds = []
    for _ in range(_RUNS):
        begun = time.monotonic()
        subprocess.run([*daemon.client, "run", "--rm", "--entrypoint", "/bin/true", TAG], check=True)
        seconds.append(time.monotonic() - begun)
    return seconds


def _compressed(daemon: DockerDaemon) -> int:
    with subprocess.Popen([*daemon.client, "save", TAG], stdout=subprocess.PIPE) as saved:
        return len(subprocess.run(["gzip", "-6"], stdin=saved.stdout, check=True, capture_output=True).stdout)


def _told(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.2f} s, from {min(seconds):.2f} to {max(seconds):.2f} s"


if __name__ == "__main__":
    main()
