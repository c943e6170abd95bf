"""The acceptance run as a list: refuse, ask step by step, clean up, judge."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from azure.core.exceptions import AzureError

from acceptance.belief import Finding, all_beliefs, judge_all
from acceptance.cleanup import clean_up
from acceptance.pseudonyms import Pseudonyms
from acceptance.refusal import refuse_unless_free
from acceptance.steps.ask_app_insights import ask_app_insights
from acceptance.steps.ask_github import ask_github
from acceptance.steps.await_verdict import await_verdict
from acceptance.steps.build_as_least import build_as_least
from acceptance.steps.build_image import build_image
from acceptance.steps.cancel_a_run import cancel_a_run
from acceptance.steps.collect_events import collect_events
from acceptance.steps.fail_a_build import fail_a_build
from acceptance.steps.listen_to_events import listen_to_events
from acceptance.steps.look_at_subscription import look_at_subscription
from acceptance.steps.promote_version import promote_version
from acceptance.steps.set_up import set_up
from acceptance.steps.set_up_function import set_up_function
from acceptance.steps.verify_version import verify_version
from acceptance.world import World
from imagegate.errors import ImageGateError, Interrupted

RECORDING = "recording.jsonl"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step; `name` is the first part of the labels of what it asks."""

    name: str
    title: str
    ask: Callable[[World], None]


STEPS = (
    Step(name="subscription", title="Looking at the subscription, the region and the base", ask=look_at_subscription),
    Step(name="github", title="Asking GitHub", ask=ask_github),
    Step(name="set-up", title="Setting up, twice", ask=set_up),
    Step(name="build", title="Building, and asking during the run", ask=build_image),
    Step(name="least", title="Building as the least principal", ask=build_as_least),
    Step(name="verify", title="Verifying by each reach", ask=verify_version),
    Step(name="promote", title="Promoting, and hiding again", ask=promote_version),
    Step(name="function", title="Setting up the Function", ask=set_up_function),
    Step(name="listen", title="Listening to events", ask=listen_to_events),
    Step(name="verdict", title="Building for the Function", ask=await_verdict),
    Step(name="fail", title="Letting a customizer fail", ask=fail_a_build),
    Step(name="cancel", title="Cancelling a run", ask=cancel_a_run),
    Step(name="events", title="Collecting events", ask=collect_events),
    Step(name="insights", title="Asking Application Insights", ask=ask_app_insights),
)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended. `left`: what could not be deleted."""

    findings: list[Finding]
    left: tuple[str, ...]
    interrupted: bool


def run(world: World) -> Ended:
    """Ask everything, whatever a step ends with; always clean up; judge by the recording alone.

    Raises:
        Refused: nothing was asked, made or deleted.
    """
    refuse_unless_free(world)
    interrupted = False
    try:
        for number, step in enumerate(STEPS, 1):
            world.say(f"[{number}/{len(STEPS)}] {step.title}")
            _ask(world, step)
    except (Interrupted, KeyboardInterrupt):
        interrupted = True
        world.say("Interrupted: cleaning up. A second Ctrl-C leaves what is there.")
    finally:
        left = _clean_up(world)
    findings = judge_all(all_beliefs(), world.recorder.recording(), local=world.options.local)
    return Ended(findings=findings, left=left, interrupted=interrupted)


def _clean_up(world: World) -> tuple[str, ...]:
    """A cloud that does not answer any more, or a second Ctrl-C, must not cost the verdicts."""
    try:
        return clean_up(world)
    except KeyboardInterrupt:
        world.say(f"    The cleanup was interrupted: look for what begins with {world.options.prefix}-")
        return ("not known: the cleanup was interrupted",)
    except (AzureError, ImageGateError) as error:
        world.say(f"    The cleanup ended early: {error}")
        return (f"not known: {type(error).__name__}",)


def _ask(world: World, step: Step) -> None:
    """A step that fails leaves its reason; the next one is asked all the same."""
    try:
        step.ask(world)
    except Interrupted:
        raise
    except Exception as error:  # noqa: BLE001 - a defect of one step must not cost the hours of the others
        told = str(error).splitlines() or [type(error).__name__]
        reason = f"{step.title} ended early: {told[0]}"
        world.say(f"    {reason}")
        world.recorder.skip(step.name, reason)


def write_recording(world: World, pseudonyms: Pseudonyms) -> Path:
    """The whole recording without ids, names and secrets; the file."""
    file = world.options.output / RECORDING
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(pseudonyms.hide_in(asdict(one))) for one in world.recorder.recording().exchanges]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file
