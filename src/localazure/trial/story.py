"""The trial as a list: is the machine able, start the cloud, set up, build, verify, stop the cloud."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from localazure.engine.engine import Engine
from localazure.trial.follow import Follower
from localazure.trial.observer import Observer
from localazure.trial.origin import origin_of
from localazure.trial.outcome import Outcome
from localazure.trial.processes import CloudProcess, ordinary_environment, run_product

Say = Callable[[str], None]


class Via(StrEnum):
    """Who verifies: the Function, woken by the build's events, or the command `imagegate verify`."""

    FUNCTION = "function"
    COMMAND = "command"


@dataclass(frozen=True, kw_only=True)
class TrialOptions:
    """Where things are kept. `temporary`: nobody named `state`, and it goes when the trial is over."""

    state: Path
    cache: Path
    logs: Path
    via: Via = Via.FUNCTION
    temporary: bool = False
    product_arguments: tuple[str, ...] = ()  # passed on to each product command, as `--no-color`


def run_trial(folder: Path, options: TrialOptions, say: Say) -> Outcome:
    """Build, boot and probe the image of `folder` in a local cloud.

    Raises:
        CloudDidNotStart: the cloud ended before it listened.
    """
    outcome = Outcome(folder=str(folder), cloud_log=str(options.logs / "cloud.log"))
    started = time.monotonic()
    with CloudProcess(
        state=options.state, cache=options.cache, logs=options.logs, temporary=options.temporary
    ) as cloud:
        outcome.timings_s["start_cloud"] = round(time.monotonic() - started, 3)
        tier = Engine(cache_dir=options.cache, work_dir=options.state / "look").tier()
        outcome.tier, outcome.cannot_prove = tier.name, tier.cannot_prove
        say(f"A cloud of your own is up ({tier.name}); the product is told nothing but its address.")
        environment = ordinary_environment(cloud.environment) | {"IMAGEGATE_LOG_DIR": str(options.logs)}
        for step in (_set_up, _build, _verify_by_function if options.via is Via.FUNCTION else _verify_by_command):
            if not outcome.exit_code:
                step(_Stage(folder=folder, options=options, environment=environment, outcome=outcome, say=say))
        stopping = time.monotonic()
    outcome.timings_s["stop_cloud"] = round(time.monotonic() - stopping, 3)
    outcome.timings_s["total"] = round(time.monotonic() - started, 3)
    return outcome


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """What each step of the story works with."""

    folder: Path
    options: TrialOptions
    environment: dict[str, str]
    outcome: Outcome
    say: Say

    def run(self, name: str, *arguments: str) -> None:
        """Run a product command to its end."""
        given = [name, *arguments, *self.options.product_arguments]
        self.outcome.add(name, run_product(given, self.environment))


def _set_up(stage: _Stage) -> None:
    if stage.options.via is Via.COMMAND:
        stage.run("setup", str(stage.folder))
        return
    origin = origin_of(stage.folder, os.environ)
    stage.say(f"Verdicts on commits of {origin.repository} are withheld: the Function has no token for GitHub here.")
    stage.run("setup", str(stage.folder), *origin.setup_arguments)


def _build(stage: _Stage) -> None:
    stage.run("build", str(stage.folder))


def _verify_by_command(stage: _Stage) -> None:
    version_id = str(stage.outcome.commands["build"].document["image_version_id"])
    stage.run("verify", version_id, "--image", str(stage.folder))


def _verify_by_function(stage: _Stage) -> None:
    outcome, logs = stage.outcome, stage.options.logs
    site = str(outcome.commands["setup"].document["function"]["outputs"]["functionAppName"])
    version_id = str(outcome.commands["build"].document["image_version_id"])
    outcome.function_log = str(logs / f"{site}.log")
    stage.say("The build's end is an event now; the Function that it wakes verifies the version.")
    with Observer(stage.environment, site) as observer:
        follower = Follower(observer=observer, image_version_id=version_id, say=stage.say)
        outcome.add("verify", follower.follow())
    outcome.events, outcome.timeline = follower.events, follower.timeline.entries
    regions = outcome.commands["verify"].document.get("regions") or ()
    kept = [logs / f"{region['vm_name']}.serial.log" for region in regions]
    outcome.serial_log = next((str(file) for file in kept if file.is_file()), None)
