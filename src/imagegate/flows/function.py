"""What the Function runs: tables of orchestrators and activities, and what each trigger hands over to.

Nothing here is asked of Azure or of the settings before something is called: the platform indexes the functions of an
app that has no settings yet.
"""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from imagegate.errors import ImageGateError
from imagegate.flows.activities import decision_activities, verify_activities
from imagegate.flows.close_failed_build import close_failed_build
from imagegate.flows.closing import POST_STATUS
from imagegate.flows.decide_promotion import decide_promotion
from imagegate.flows.give_up import give_up
from imagegate.flows.guard import Guard
from imagegate.flows.promote_late import promote_late
from imagegate.flows.receive_event import receive_again as look_again
from imagegate.flows.receive_event import receive_event
from imagegate.flows.receive_later import receive_later
from imagegate.flows.reconcile import reconcile as reconcile_once
from imagegate.flows.reconcile_promotions import reconcile_promotions
from imagegate.flows.reconcile_statuses import reconcile_statuses
from imagegate.flows.smoke_one import smoke_one
from imagegate.flows.sweep import sweep as sweep_groups
from imagegate.flows.verify import verify_image_version
from imagegate.flows.verify_for_commit import verify_for_commit
from imagegate.gateway.blobs import Container
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess
from imagegate.gateway.heartbeats import write_heartbeat
from imagegate.gateway.records import Records
from imagegate.gateway.scheduler import Scheduler
from imagegate.model.gate_heartbeat import GateHeartbeat
from imagegate.report.progress import Silent
from imagegate.settings.function_settings import FunctionSettings, load_function_settings
from imagegate.steps.check_proof import Verifier
from imagegate.steps.post_status import post_status
from imagegate.steps.publish_verdict import publish_verdict
from imagegate.waiting import Deadline, SystemClock

if TYPE_CHECKING:
    from durabletask.client import TaskHubGrpcClient

Job = dict[str, Any]

_LOG = logging.getLogger(__name__)
_SWEEP_PATIENCE_S = 300
"""Well under the Function's own time limit; what is left is the next sweep's."""

ORCHESTRATORS: tuple[Callable[..., Any], ...] = (
    verify_for_commit,
    verify_image_version,
    smoke_one,
    decide_promotion,
    promote_late,
    close_failed_build,
    give_up,
    receive_later,
)


def on_build_event(event: str, client: "TaskHubGrpcClient") -> None:
    """An event of Azure came in; raising asks Event Grid to deliver it again."""
    receive_event(event, **_receiving(client))


def receive_again(job: Job, client: "TaskHubGrpcClient") -> Job:
    """An activity of `receive_later`; the only one that starts orchestrations, and so is given the client."""
    try:
        return dict(look_again(job, **_receiving(client)))
    except ImageGateError as error:  # asked again like what is early
        return {"early": error.message}


def _receiving(client: "TaskHubGrpcClient") -> dict[str, Any]:
    """What an event is handled with."""
    return {
        "state": BuildState(connection()),
        "records": _records(),
        "scheduler": Scheduler(client),
        "settings": settings(),
        "guard": _guard().look_at,
    }


def reconcile(client: "TaskHubGrpcClient") -> None:
    """The timer: let the guard look, start what an event should have started, promote what is proved late.

    It also closes statuses that would stay pending.
    """
    try:
        _guard().look_everywhere()
    except Exception:  # noqa: BLE001 - a defect of the guard keeps nothing else from being looked at
        _LOG.exception("the guard broke off")
    now, cloud = datetime.now(UTC), connection()
    known: dict[str, Any] = {"scheduler": Scheduler(client), "settings": settings(), "now": now}
    try:
        done = reconcile_once(state=BuildState(cloud), records=_records(), **known)
        late = reconcile_promotions(cloud=cloud, state=BuildState(cloud), verifier=verifier(), **known)
        _beat({**asdict(done), "late_promotions": late})
    finally:  # neither service keeps the other from being asked
        reconcile_statuses(github=_statuses(), **known)


def _beat(started: Mapping[str, int]) -> None:
    """Leave a sign of life; without it everything goes on."""
    try:
        heartbeat = GateHeartbeat(at=datetime.now(UTC), started=started)
        write_heartbeat(Container(connection(), settings().heartbeat_container), heartbeat)
    except ImageGateError as error:
        _LOG.warning("no heartbeat could be written: %s", error.message.splitlines()[0])


def sweep() -> None:
    """The timer: delete what is past its expiry tag, whoever left it behind."""
    swept = sweep_groups(
        connection(),
        [settings().smoke_group],
        template_groups=settings().template_groups,
        now=datetime.now(UTC),
        deadline=Deadline.after(_SWEEP_PATIENCE_S, SystemClock()),
        progress=Silent(),
    )
    _LOG.info("swept: %s found, %s gone, %s left", len(swept.found), len(swept.gone), len(swept.left))


def _explain_failed_build(job: Job) -> Job:
    # Half a cold start is imports, and what reads build logs is needed only where one failed.
    from imagegate.steps.explain_failed_build import explain_failed_build

    return explain_failed_build(connection(), job)


def _post_status(job: Job) -> Job:
    return post_status(_statuses(), job)


def _publish_verdict(job: Job) -> Job:
    return publish_verdict(connection(), job, endpoint=settings().verdict_topic)


@cache
def _records() -> Records:
    """The container of records."""
    return Records(Container(connection(), settings().records_container))


@cache
def _guard() -> Guard:
    """What looks at image definitions."""
    cloud = connection()
    return Guard(cloud=cloud, state=BuildState(cloud), records=_records(), settings=settings())


@cache
def _statuses() -> GitHubStatuses:
    """The way to GitHub, made once a process so that installation tokens are kept."""
    return GitHubStatuses(GitHubAccess.from_environment(os.environ))


@cache
def verifier() -> Verifier:
    """Checks proofs of origin by the application settings."""
    return Verifier(
        rules=settings().origin_rules,
        origin_containers=settings().origin_containers,
        records_container=settings().records_container,
        parents_of=_statuses().parents_of,
        default_branch_of=_statuses().default_branch_of if _statuses().access.configured else None,
    )


@cache
def settings() -> FunctionSettings:
    """The application settings, read once a process."""
    return load_function_settings(os.environ)


@cache
def connection() -> Cloud:
    """The connection to Azure, made once a process so that tokens and sockets are kept."""
    return Cloud.connect(settings(), os.environ)


ACTIVITIES: Mapping[str, Callable[[Job], Any]] = {
    **verify_activities(connection),
    **decision_activities(connection, verifier),
    "explain_failed_build": _explain_failed_build,
    POST_STATUS: _post_status,
    "publish_verdict": _publish_verdict,
}
