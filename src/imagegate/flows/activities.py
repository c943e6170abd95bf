"""The steps of the verify story as activities: named, taking a job alone, telling faults as data.

Every fault of a service is an answer, with whether it may pass by itself: what is raised comes out of each engine as
another text, and its cause would be lost. What is raised is a defect, or the end of a worker.
"""

from collections.abc import Callable, Mapping
from typing import Any

from imagegate.errors import ImageGateError, Inconclusive, NotAuthorised, ServiceRefused, ServiceUnreachable
from imagegate.gateway.cloud import Cloud
from imagegate.model.provisioning_fault import cause_of
from imagegate.model.verification import Cause
from imagegate.steps.await_smoke_vm import await_smoke_vm
from imagegate.steps.check_proof import Verifier, check_proof
from imagegate.steps.collect_diagnostics import collect_diagnostics
from imagegate.steps.probe_http import probe_http
from imagegate.steps.probe_tcp import probe_tcp
from imagegate.steps.promote_by_proof import promote_by_proof
from imagegate.steps.prove_gone import prove_gone
from imagegate.steps.provision_smoke_vm import provision_smoke_vm
from imagegate.steps.quarantine_image_version import quarantine_image_version
from imagegate.steps.reboot_smoke_vm import await_reboot, reboot_smoke_vm
from imagegate.steps.record_verdict import record_verdict
from imagegate.steps.reserve_smoke_vm import release_smoke_vm, reserve_smoke_vm
from imagegate.steps.run_inside import await_run_inside, run_inside
from imagegate.steps.tear_down_smoke_vm import stop_smoke_deployment, tear_down_smoke_vm
from imagegate.steps.validate_image_version import validate_image_version

Job = dict[str, Any]
Step = Callable[[Cloud, Job], Job]

STEPS: tuple[Step, ...] = (
    validate_image_version,
    reserve_smoke_vm,
    release_smoke_vm,
    provision_smoke_vm,
    await_smoke_vm,
    probe_http,
    probe_tcp,
    run_inside,
    await_run_inside,
    reboot_smoke_vm,
    await_reboot,
    collect_diagnostics,
    stop_smoke_deployment,
    tear_down_smoke_vm,
    prove_gone,
    quarantine_image_version,
    record_verdict,
)
_SERVER_ERROR = 500


def verify_activities(connect: Callable[[], Cloud]) -> Mapping[str, Callable[[Job], Job]]:
    """All activities by name. `connect` is asked at each call and should keep its connection."""
    return {step.__name__: _activity(step, connect) for step in STEPS}


def decision_activities(
    connect: Callable[[], Cloud], verifier: Callable[[], Verifier]
) -> Mapping[str, Callable[[Job], Job]]:
    """The activities of the decision about a version, with the verifier's rules."""

    def check(cloud: Cloud, job: Job) -> Job:
        return check_proof(cloud, verifier(), job)

    def promote(cloud: Cloud, job: Job) -> Job:
        return promote_by_proof(cloud, verifier(), job)

    check.__name__, promote.__name__ = check_proof.__name__, promote_by_proof.__name__
    return {step.__name__: _activity(step, connect) for step in (check, promote)}


def _activity(step: Step, connect: Callable[[], Cloud]) -> Callable[[Job], Job]:
    def activity(job: Job) -> Job:
        try:
            return step(connect(), job)
        except ImageGateError as error:
            return {
                "fault": {
                    "cause": str(cause_of_error(error)),
                    "reason": str(error),
                    "may_pass": _may_pass(error),
                }
            }

    activity.__name__ = step.__name__
    activity.__doc__ = step.__doc__
    return activity


def cause_of_error(error: ImageGateError) -> Cause:
    """Whose fault an error of ours is."""
    if isinstance(error, NotAuthorised):
        return Cause.NOT_AUTHORISED
    if isinstance(error, Inconclusive):
        found = cause_of([error.service_code], error.message)
        return Cause.CAPACITY if found is Cause.SERVICE else found
    return Cause.SERVICE


def _may_pass(error: ImageGateError) -> bool:
    if isinstance(error, ServiceRefused):
        return error.status is not None and error.status >= _SERVER_ERROR
    return isinstance(error, ServiceUnreachable) or (
        isinstance(error, Inconclusive) and cause_of_error(error) is Cause.THROTTLING
    )
