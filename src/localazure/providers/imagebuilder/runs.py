"""Runs: started, cancelled, one at a time for a template; ended as Failed when a restart cuts them off."""

from __future__ import annotations

import logging
import threading

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import rendering, states
from localazure.providers.imagebuilder.accepted import accept
from localazure.providers.imagebuilder.build_log import CONTAINER_GROUP_TYPE, remove_container
from localazure.providers.imagebuilder.run_status import RunStatus
from localazure.providers.imagebuilder.run_work import Run
from localazure.providers.imagebuilder.settings import ImageBuilderSettings

logger = logging.getLogger(__name__)


class Runs:
    """The operations `run` and `cancel`, and the runs that are under way."""

    def __init__(self, cloud: Cloud, settings: ImageBuilderSettings) -> None:
        self._cloud = cloud
        self._settings = settings
        self._under_way: dict[str, Run] = {}
        self._lock = threading.Lock()

    def run(self, request: ArmRequest) -> ArmResponse:
        """Start a run: 202; refused while one is under way or the template is not provisioned."""
        run = self._accepted(request.target_id)
        template = states.require(self._cloud, request.target_id)
        location = str(template.body["location"])
        return accept(self._cloud, request, lambda: self._carry_out(template.id, run), location=location, status=202)

    def run_by_itself(self, template_id: ResourceId) -> None:
        """Start a run without a request (`autoRun`); nobody can ask about its operation."""
        run = self._accepted(template_id)
        threading.Thread(target=self._carry_out_quietly, args=(template_id, run), daemon=True, name="auto run").start()

    def cancel(self, request: ArmRequest) -> ArmResponse:
        """Ask a run to end: 202 and Canceling; 204 when none is under way, 409 when it is being cancelled already."""
        template = states.require(self._cloud, request.target_id)
        with self._lock:
            run = self._under_way.get(template.id.key)
        if run is None:
            return ArmResponse(status=204)
        if states.run_state(template) == states.CANCELING:
            raise states.not_allowed(template, "cancel/action")
        run.cancel()
        # The operation does not wait for the run: its end shows in lastRunStatus alone.
        location = str(template.body["location"])
        return accept(self._cloud, request, lambda: None, location=location, status=202)

    def _accepted(self, template_id: ResourceId) -> Run:
        with self._lock:
            template = states.require(self._cloud, template_id)
            if states.provisioning_state(template) != "Succeeded" or states.is_running(template):
                raise states.not_allowed(template, "run/action")
            run = Run(self._cloud, self._settings, template.id)
            run.status.begin()
            self._under_way[template.id.key] = run
            return run

    def _carry_out(self, template_id: ResourceId, run: Run) -> None:
        try:
            run.carry_out()
        finally:
            with self._lock:
                self._under_way.pop(template_id.key, None)

    def _carry_out_quietly(self, template_id: ResourceId, run: Run) -> None:
        try:
            self._carry_out(template_id, run)
        except Exception:
            logger.info("the automatic run of %s ended badly; its lastRunStatus says how", template_id, exc_info=True)


def fail_what_a_restart_cut_off(cloud: Cloud) -> None:
    """End runs and submissions that were under way when the process ended, and take their containers away."""
    for template in cloud.store.of_type(rendering.TYPE):
        if states.is_running(template):
            status = RunStatus(cloud, template.id)
            status.end("Failed", "Internal error occurred. This is a generic error. The service was restarted.")
        if states.provisioning_state(template) in ("Creating", "Updating", "Deleting"):
            message = "Internal error occurred. The service was restarted during the operation."
            error = {"provisioningErrorCode": "ServerError", "message": message}
            states.set_properties(cloud, template.id, provisioningState="Failed", provisioningError=error)
    for container in cloud.store.of_type(CONTAINER_GROUP_TYPE):
        remove_container(cloud, container.id)
