"""Builds the action's container, runs it as the runner does against the local cloud, and shows what it wrote.

With `--real` the engine builds for real, which takes minutes; without, builds end at once, one well and one badly.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from action_image import build_action
from action_world import REPOSITORY, TAG, HostileEngine, World, open_world
from docker_daemon import DockerDaemon, missing
from runner_side import Step


def main() -> None:
    """Show a build, its verification, and a build that fails."""
    if why := missing():
        sys.exit(f"No docker daemon can run here: {why}.")
    with tempfile.TemporaryDirectory(prefix="imagegate-action-") as name, DockerDaemon(REPOSITORY / ".cache") as daemon:
        folder = Path(name)
        print("Building the image ...", flush=True)
        build_action(daemon, TAG)
        if "--real" in sys.argv:
            from localazure.engine.engine import Engine

            engine = Engine(cache_dir=REPOSITORY / ".cache" / "test", work_dir=folder / "work")
            with open_world(daemon, folder, engine) as world:
                world.job.timeout_s = 1800
                _show_both(world)
            return
        hostile = HostileEngine(folder / "engine")
        with open_world(daemon, folder, hostile) as world:
            _show_both(world)
            hostile.fails_in = "Customizing"
            _show("a build that fails", world.job.run(world.inputs("build"), GITHUB_RUN_ID="4712"), world)


def _show_both(world: World) -> None:
    """A build, and the verification of what it made: from inside, since no container reaches a machine's address."""
    built = world.job.run(world.inputs("build"))
    _show("build", built, world)
    version = built.outputs.get("image-version-id", "")
    if version:
        more = {"image-version-id": version, "reach": "run-command"}
        _show("verify", world.job.run(world.inputs("verify", **more)), world)


def _show(title: str, step: Step, world: World) -> None:
    heard = step.heard
    for head, lines in (
        (f"{title}: the log, exit code {step.exit_code}", step.log.splitlines()),
        ("outputs", [f"{name} = {value}" for name, value in step.outputs.items()]),
        ("annotations", [str(one) for one in heard.annotations] or ["none"]),
        ("statuses of the commit", [f"{name}: {state}" for name, state in world.shown().items()]),
        ("summary", step.summary.splitlines()),
    ):
        print(f"\n===== {head} =====")
        print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
