"""When the run's time is over while a gallery still copies the version to its regions: find the version, and wait.

The service reports such a run as failed, although the image was made and the copying goes on. Source: Azure VM Image
Builder, troubleshooting, "the build times out while the image is replicated".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagegate.diagnosis import diagnose
from imagegate.errors import Inconclusive, ServiceError
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.gateway.resources import get_resource, list_pages
from imagegate.model import ImageVersion, ResourceId, Run, RunState, RunSubState, Stamp
from imagegate.waiting import Deadline, Look, poll

_INTERVAL_S = 30.0
_PENDING_STATES = {"creating", "updating", "migrating"}
_TIME_IS_UP = {"replication-timeout", "build-timeout"}


@dataclass(frozen=True, kw_only=True)
class Replication:
    """How the versions of a run stand: `artifacts` by run output, `regions` in words by region.

    `state` is `completed`, `replicating` (it goes on) or `failed`, and `reason` says why it failed.
    """

    artifacts: Mapping[str, str]
    regions: Mapping[str, str]
    state: str
    reason: str = ""

    def __str__(self) -> str:
        told = "; ".join(f"{name}: {state}" for name, state in self.regions.items())
        return told or "no region is told"


def timed_out_replicating(run: Run, last_sub_state: RunSubState | None) -> bool:
    """Whether the run ended because its time was over while it distributed."""
    if run.state not in {RunState.FAILED, RunState.PARTIALLY_SUCCEEDED}:
        return False
    cause = diagnose("", message=run.message).cause
    return cause == "replication-timeout" or (last_sub_state is RunSubState.DISTRIBUTING and cause in _TIME_IS_UP)


def find_unfinished_artifacts(
    cloud: Cloud,
    templates: ImageTemplates,
    name: str,
    distribute: Sequence[Mapping[str, Any]],
    *,
    run: Run,
    stamp: Stamp,
) -> dict[str, str] | None:
    """What each distributor of the run made, by run output name; None unless every one of them made something.

    A version without a run output yet is told by the run's stamp among its tags, and by its age.
    """
    outputs = templates.run_outputs(name)
    found: dict[str, str] = {}
    for entry in distribute:
        key = str(entry.get("runOutputName", ""))
        output = outputs.get(key)
        if output is not None:
            found[key] = str(output.artifact_id) if output.artifact_id else output.artifact_uri
            continue
        version = _version_of_run(cloud, str(entry.get("galleryImageId") or ""), run, stamp)
        if version is None:
            return None
        found[key] = version.text
    return found


def _version_of_run(cloud: Cloud, promised: str, run: Run, stamp: Stamp) -> ResourceId | None:
    if not promised:
        return None
    target = ResourceId.parse(promised)
    if target.type.lower().endswith("/versions"):
        body = get_resource(cloud, target)
        listed: list[Mapping[str, Any]] = [body] if body is not None else []
    else:
        listed = list(list_pages(cloud, f"{target}/versions"))
    for body in listed:
        version = ImageVersion.from_arm(body)
        early = version.published_at and run.started_at and version.published_at < run.started_at
        if Stamp.from_tags(version.tags) == stamp and not early:
            return version.id
    return None


def await_replication(
    cloud: Cloud, artifacts: Mapping[str, str], *, deadline: Deadline, note: Callable[[str], None]
) -> Replication:
    """Look, at last every half minute, until every version is everywhere, one has failed, or the deadline.

    Tells how far it is with every look; a look without a good answer is made again.
    """
    versions = [ResourceId.parse(one) for one in artifacts.values() if "/galleries/" in one.lower()]
    last = Replication(artifacts=artifacts, regions={}, state="replicating")

    def look() -> Look[Replication]:
        nonlocal last
        at_the_end = deadline.passed
        try:
            last = _look(cloud, artifacts, versions)
        except (ServiceError, Inconclusive) as error:
            note(f"no good answer about the replication, asking on: {error.message.splitlines()[0]}")
        else:
            note(f"replication {last.state}: {last}")
        return Look(value=last if last.state != "replicating" or at_the_end else None)

    return poll(look, deadline=deadline, what="the replication", interval_s=_INTERVAL_S, first_interval_s=5)


def _look(cloud: Cloud, artifacts: Mapping[str, str], versions: Sequence[ResourceId]) -> Replication:
    regions: dict[str, str] = {}
    pending, reason = False, ""
    for version_id in versions:
        body = get_resource(cloud, version_id, query={"$expand": "ReplicationStatus"})
        if body is None:
            reason = reason or f"the version {version_id.name} is gone"
            continue
        version = ImageVersion.from_arm(body)
        for region in version.regions:
            percent = f", {region.progress_percent} %" if region.progress_percent not in (None, 100) else ""
            told = f"{region.replication or 'not told'}{percent}{f' ({region.details})' if region.details else ''}"
            regions[region.name if len(versions) == 1 else f"{region.name} ({version_id.parent.name})"] = told
            if (region.replication or "").lower() == "failed":
                reason = reason or f"its replication to {region.name} failed"
            pending = pending or (region.replication or "completed").lower() not in {"completed", "failed"}
        state = version.provisioning_state
        if state.lower() in _PENDING_STATES:
            pending = True
        elif not version.succeeded:
            reason = reason or f'the provisioning state of {version_id.name} is "{state}"'
    state = "failed" if reason else "replicating" if pending else "completed"
    return Replication(artifacts=artifacts, regions=regions, state=state, reason=reason)
