"""Say in one sentence why a template's last run brought no version: for the commit's status."""

import logging
from typing import Any

from imagegate.diagnosis import diagnose
from imagegate.errors import ImageGateError
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.staging_logs import fetch_log
from imagegate.model import ImageTemplate, ResourceId, RunState

_LOG = logging.getLogger(__name__)


def explain_failed_build(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """`{state, description}` of the run that `job` names by `template_id` and `run_started_at`.

    `state` is a commit status's: `failure`, or `error` for a run that was cancelled; `none` when that run is no longer
    the template's last, so that nothing can be said about it.
    """
    template = BuildState(cloud).template(ResourceId.parse(job["template_id"]))
    run = template.run if template else None
    if template is None or run is None:
        return {"state": "failure", "description": "The build failed; its image template is gone."}
    begun = run.started_at.isoformat() if run.started_at else ""
    if begun != job["run_started_at"] or not run.ended:
        return {"state": "none", "description": "Another run of the template has begun since."}
    if run.state is RunState.CANCELED:
        return {"state": "error", "description": "The build was cancelled."}
    found = diagnose(_log_of(cloud, template), message=run.message)
    return {"state": "failure", "description": found.root_cause if found.failed else "The build failed."}


def _log_of(cloud: Cloud, template: ImageTemplate) -> bytes:
    """The customization log; empty when it cannot be had, which must not hide that the build failed."""
    run = template.run
    if run is None or not template.staging_resource_group:
        return b""
    try:
        found = fetch_log(cloud, template.staging_resource_group, message=run.message, since=run.started_at)
    except ImageGateError as error:
        _LOG.warning("no build log of %s: %s", template.id, error.message.splitlines()[0])
        return b""
    return found.content if found else b""
