"""What a version's tags ask of its smoke test: input, since everybody who may write tags can have written them."""

from collections.abc import Mapping
from typing import Any

from imagegate.flows.telling import StepFailed
from imagegate.model import SmokeSpec
from imagegate.model.smoke_bounds import SmokeBounds
from imagegate.model.verification import Cause


def spec_of_tags(tags: Mapping[str, str]) -> SmokeSpec:
    """The specification in the version's tags.

    Raises:
        StepFailed: there is none, or none that the schema takes.
    """
    try:
        spec = SmokeSpec.from_tags(tags)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StepFailed(Cause.UNUSABLE, f"The smoke specification in its tags cannot be read: {error}.") from error
    if spec is None:
        text = "The image version carries no smoke specification: imagegate did not build it, or it was changed since."
        raise StepFailed(Cause.UNUSABLE, text)
    return spec


def hold_to_bounds(job: Mapping[str, Any], spec: SmokeSpec) -> None:
    """A specification that was given is the verifier's own, and is not held to anything.

    Raises:
        StepFailed: what the tags ask for is out of the verifier's bounds.
    """
    if job.get("smoke") or not job.get("bounds"):
        return
    if fault := SmokeBounds.from_json(job["bounds"]).fault_of(spec):
        raise StepFailed(Cause.UNUSABLE, fault)
