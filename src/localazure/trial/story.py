"""The trial as a list: is the machine able, start the cloud, set up, build, verify, stop the cloud."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console

from localazure.engine.engine import Engine
from localazure.trial.board import Board
from localazure.trial.closing import ClosingFollower, closings_of
from localazure.trial.cloud_session import CloudSession
from localazure.trial.follow import Follower
from localazure.trial.job_login import BUILDS, VERIFIES, JobIdentity, job_login, split_login
from localazure.trial.observer import Observer
from localazure.trial.origin import Origin, origin_of
from localazure.trial.outcome import Outcome
from localazure.trial.processes import CloudProcess, ordinary_environment, run_product
from localazure.trial.screen import Screen

_BUILD_FAILED = 3  # an exit code of imagegate
_VERDICT_EVENT_S = 20.0


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
    unsigned: bool = False  # the job logs in, and may ask for no token
    temporary: bool = False
    product_arguments: tuple[str, ...] = ()  # passed on to each product command, as `--no-color`


def run_trial(folder: Path, options: TrialOptions, console: Console) -> Outcome:
    """Build, boot and probe the image of `folder` in a local cloud; progress goes to `console`.

    Raises:
        CloudDidNotStart: the cloud ended before it listened.
    """
    outcome = Outcome(folder=str(folder), cloud_log=str(options.logs / "cloud.log"))
    origin = origin_of(folder, os.environ)
    started = time.monotonic()
    process = CloudProcess(state=options.state, cache=options.cache, logs=options.logs, temporary=options.temporary)
    with Screen(console, process.work) as screen:
        screen.begin("Starting the local cloud")
        with (
            process as cloud,
            Board(cloud.certificate, origin.claims) as board,
            CloudSession(cloud.environment) as session,
        ):
            outcome.timings_s["start_cloud"] = round(time.monotonic() - started, 3)
            screen.begin("Looking for hardware virtualisation")
            tier = Engine(cache_dir=options.cache, work_dir=options.state / "look").tier()
            outcome.tier, outcome.cannot_prove = tier.name, tier.cannot_prove
            screen.say(f"The local cloud is up ({tier.name}). The product knows only its address.")
            ordinary, owner = split_login(ordinary_environment(cloud.environment))
            stage = Stage(
                folder=folder,
                origin=origin,
                options=options,
                environment=ordinary,
                owner=owner,
                outcome=outcome,
                screen=screen,
                board=board,
                session=session,
            )
            run_steps(stage)
            outcome.statuses = board.statuses
            stopping = time.monotonic()
            screen.begin("Stopping the local cloud")
    outcome.timings_s["stop_cloud"] = round(time.monotonic() - stopping, 3)
    outcome.timings_s["total"] = round(time.monotonic() - started, 3)
    return outcome


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What each step of the story works with. `environment` has no login; `owner` is that of the cloud's owner."""

    folder: Path
    origin: Origin
    options: TrialOptions
    environment: Mapping[str, str]
    owner: Mapping[str, str]
    outcome: Outcome
    screen: Screen
    board: Board
    session: CloudSession

    def run_as_owner(self, name: str, *arguments: str) -> None:
        """Run a product command to its end with all rights; only what makes the identities of the others needs them."""
        self.screen.say(f"imagegate {name} runs as the cloud's owner, and makes the identities of what follows.")
        self._run(name, *arguments, login=self.owner)

    def run_as(self, identity: JobIdentity, name: str, *arguments: str) -> None:
        """Run a product command to its end as the trial's job, with an identity's rights and nothing of the owner."""
        self.screen.say(f"imagegate {name} runs as {identity.name}, with the rights that setup gave it.")
        client_id = str(self.outcome.commands["setup"].document["outputs"][identity.output])
        proof = job_login(self.board.issuer, self.options.state, unsigned=self.options.unsigned)
        self._run(name, *arguments, login={"AZURE_CLIENT_ID": client_id, **proof})

    def _run(self, name: str, *arguments: str, login: Mapping[str, str]) -> None:
        self.screen.begin(f"imagegate {name}")
        environment = {**self.environment, **self.origin.job_environment, **login}
        environment["IMAGEGATE_LOG_DIR"] = str(self.options.logs)
        environment["IMAGEGATE_ISSUER"] = self.board.issuer_url
        environment["IMAGEGATE_PROMOTED_REFS"] = self.origin.ref
        given = [name, *arguments, *self.options.product_arguments]
        self.outcome.add(name, run_product(given, environment, self.screen.pass_on))

    @property
    def observer(self) -> Observer:
        """Eyes on the Function that the set-up made; its log is there from now on."""
        site = str(self.outcome.commands["setup"].document["function"]["outputs"]["functionAppName"])
        self.outcome.function_log = str(self.options.logs / f"{site}.log")
        return Observer(self.session, site)


def run_steps(stage: Stage) -> None:
    """Set up, build, verify; what fails ends the story."""
    verify = _verify_by_function if stage.options.via is Via.FUNCTION else _verify_by_command
    for step in (_set_up, _build, verify):
        if not stage.outcome.exit_code:
            step(stage)


def _set_up(stage: Stage) -> None:
    origin, board = stage.origin, stage.board
    arguments = [str(stage.folder), *origin.setup_arguments(issuer_url=board.issuer_url)]
    if stage.options.via is Via.COMMAND:
        stage.run_as_owner("setup", *arguments)
        return
    stage.screen.say(f"Statuses for commits of {origin.repository} are shown here and posted nowhere else.")
    function = origin.function_arguments(github_url=board.github_url, unsigned=stage.options.unsigned)
    stage.run_as_owner("setup", *arguments, *function)
    if not stage.outcome.exit_code:
        outputs = stage.outcome.commands["setup"].document["function"]["outputs"]
        stage.session.subscribe(str(outputs["verdictTopicId"]), stage.board.verdicts_url)


def _build(stage: Stage) -> None:
    by_function = stage.options.via is Via.FUNCTION
    known = closings_of(stage.observer) if by_function else frozenset()
    stage.run_as(BUILDS, "build", str(stage.folder))
    if by_function and stage.outcome.exit_code == _BUILD_FAILED:
        _follow_closing(stage, known)


def _follow_closing(stage: Stage, known: frozenset[str]) -> None:
    """A run that failed is an event as well: the Function finds the root cause, and closes the commit's statuses."""
    stage.screen.begin("Waiting for the Function to close the commit's statuses")
    stage.screen.say("The build's end is an event, too; the Function that it wakes closes the commit's statuses.")
    follower = ClosingFollower(observer=stage.observer, say=stage.screen.say, known=known)
    stage.outcome.closing = follower.follow()
    stage.outcome.events, stage.outcome.timeline = follower.events, follower.timeline.entries
    _tell_statuses(stage)


def _verify_by_command(stage: Stage) -> None:
    version_id = str(stage.outcome.commands["build"].document["image_version_id"])
    stage.run_as(VERIFIES, "verify", version_id, "--image", str(stage.folder))


def _verify_by_function(stage: Stage) -> None:
    outcome, logs = stage.outcome, stage.options.logs
    version_id = str(outcome.commands["build"].document["image_version_id"])
    stage.screen.begin("Waiting for the Function's verdict")
    stage.screen.say(
        "The build's end is an event now; the Function that it wakes verifies the version, as its own identity."
    )
    follower = Follower(observer=stage.observer, image_version_id=version_id, say=stage.screen.say)
    outcome.add("verify", follower.follow())
    outcome.events, outcome.timeline = follower.events, follower.timeline.entries
    _tell_statuses(stage)
    if outcome.commands["verify"].document.get("verdict"):
        _await_verdict_event(stage, version_id)
    regions = outcome.commands["verify"].document.get("regions") or ()
    kept = [logs / f"{region['vm_name']}.serial.log" for region in regions]
    outcome.serial_log = next((str(file) for file in kept if file.is_file()), None)


def _tell_statuses(stage: Stage) -> None:
    for status in stage.board.statuses:
        told = f"{status['context']}: {status['state']}, {status.get('description', '')}"
        stage.screen.say(f"Status of commit {status['commit'][:12]}: {told}")


def _await_verdict_event(stage: Stage, version_id: str) -> None:
    """The Function has published its verdict; the topic delivers it here."""
    stage.screen.begin("Waiting for the event of the verdict")
    event = stage.outcome.verdict_event = stage.board.await_verdict(version_id, _VERDICT_EVENT_S)
    if event is None:
        stage.screen.say(f"No event of the verdict arrived within {_VERDICT_EVENT_S:.0f} s.")
        return
    stage.screen.say(f"Verdict event delivered by the topic: {event['type']}, id {event['id']}")
