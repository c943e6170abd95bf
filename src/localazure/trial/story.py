"""The trial as a list: is the machine able, start the cloud, set up, build, verify, stop the cloud."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from localazure.engine.engine import Engine
from localazure.trial.outcome import Outcome
from localazure.trial.processes import CloudProcess, CommandResult, ordinary_environment, run_product

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class TrialOptions:
    """Where things are kept. `state` is thrown away by the caller unless a person named it."""

    state: Path
    cache: Path
    logs: Path
    product_arguments: tuple[str, ...] = ()  # passed on to each product command, as `--no-color`


def run_trial(folder: Path, options: TrialOptions, say: Say) -> Outcome:
    """Build, boot and probe the image of `folder` in a local cloud.

    Raises:
        CloudDidNotStart: the cloud ended before it listened.
    """
    outcome = Outcome(folder=str(folder), cloud_log=str(options.logs / "cloud.log"))
    started = time.monotonic()
    with CloudProcess(state=options.state, cache=options.cache, log=options.logs / "cloud.log") as cloud:
        outcome.timings_s["start_cloud"] = round(time.monotonic() - started, 3)
        tier = Engine(cache_dir=options.cache, work_dir=options.state / "look").tier()
        outcome.tier, outcome.cannot_prove = tier.name, tier.cannot_prove
        say(f"A cloud of your own is up ({tier.name}); the product is told nothing but its address.")
        environment = ordinary_environment(cloud.environment) | {"IMAGEGATE_LOG_DIR": str(options.logs)}
        for name in ("setup", "build", "verify"):
            result = run_product(_arguments(name, folder, outcome, options), environment)
            outcome.add(name, result)
            if result.exit_code:
                break
        stopping = time.monotonic()
    outcome.timings_s["stop_cloud"] = round(time.monotonic() - stopping, 3)
    outcome.timings_s["total"] = round(time.monotonic() - started, 3)
    return outcome


def _arguments(name: str, folder: Path, outcome: Outcome, options: TrialOptions) -> list[str]:
    extra = list(options.product_arguments)
    if name != "verify":
        return [name, str(folder), *extra]
    built: CommandResult = outcome.commands["build"]
    return [name, str(built.document["image_version_id"]), "--image", str(folder), *extra]
