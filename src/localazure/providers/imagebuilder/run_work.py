"""One run of a template: build, validate, distribute, under the build timeout, until it ends one way or another."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from localazure.arm.errors import ArmError
from localazure.arm.resource_id import ResourceId
from localazure.clock import sleep_until
from localazure.cloud import Cloud
from localazure.control.fault import Call
from localazure.control.faults import Due
from localazure.engine_port import BuildCancelled, BuildFailed, BuildRequest, BuiltImage
from localazure.long_running import Canceled
from localazure.providers.imagebuilder import failures, identities, recipes, run_outputs, staging, states
from localazure.providers.imagebuilder.build_log import BuildLog
from localazure.providers.imagebuilder.build_plan import build_request
from localazure.providers.imagebuilder.distribution import Distribution
from localazure.providers.imagebuilder.run_status import RunStatus
from localazure.providers.imagebuilder.settings import (
    DEFAULT_BUILD_TIMEOUT_MINUTES,
    FOR_EVER_S,
    SHORTEST_BUILD_TIMEOUT_MINUTES,
    ImageBuilderSettings,
)
from localazure.store import Document

_PROVIDERS_API = "2021-04-01"
_DEFAULT_SIZE = "Standard_D1_v2"
"""Source: image builder JSON reference, vmProfile."""


class Run:
    """A run that was accepted. `stop` is set by cancellation and by the timeout; `cancelled` by cancellation alone."""

    def __init__(self, cloud: Cloud, settings: ImageBuilderSettings, template_id: ResourceId) -> None:
        self._cloud = cloud
        self._settings = settings
        self._template_id = template_id
        self._stop = threading.Event()
        self._cancelled = False
        self._accepted = cloud.clock.now()
        self.status = RunStatus(cloud, template_id)
        self.operation_id = str(uuid.uuid4())

    def cancel(self) -> None:
        """Ask the run to end; it does so in its own time."""
        self._cancelled = True
        self.status.cancel()
        self._stop.set()

    def carry_out(self) -> None:
        """The operation's work; raises what the operation ends with."""
        try:
            self._work()
        except (BuildCancelled, Canceled) as stopped:
            if self._cancelled:
                self._linger_in_canceling()
                self.status.end("Canceled")
                raise Canceled from stopped
            timeout = self._timed_out()
            self.status.end("Failed", timeout.message)
            raise timeout from stopped
        except PartlyDistributed as partly:
            self.status.end("PartiallySucceeded", partly.message)
            raise
        except ArmError as error:
            self.status.end("Failed", error.message)
            raise
        except Exception as error:
            detail = f"(The local cloud has a defect here: {error!r})"
            self.status.end("Failed", f"Internal error occurred. This is a generic error. {detail}")
            raise
        self.status.end("Succeeded")

    def _due(self, kind: str) -> Due | None:
        """The fault of that kind that was asked for in this run's work."""
        path = f"{self._template_id}/run"
        call = Call(method="POST", path=path, operation="VirtualMachineImageTemplates_Run")
        return self._cloud.faults.due(call, "inside", kind=kind)

    def _allocate(self, template: Document, log: BuildLog) -> None:
        """Find a machine for the build VM; with a fault there is none of its size (recorded in logs of Packer)."""
        due = self._due("allocation-failed")
        if due is None:
            return
        size = (template.body["properties"].get("vmProfile") or {}).get("vmSize") or _DEFAULT_SIZE
        log.add(
            f"[{self.operation_id}] PACKER 2026/11/22 00:00:00 ui error: ==> azure-arm: ERROR: -> {due.fault.code} : "
            "Allocation failed. We do not have sufficient capacity for the requested VM size in this region: "
            f"{size}. Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance"
        )
        raise failures.build_failed(log_path=log.path, operation_id=self.operation_id)

    def _linger_in_canceling(self) -> None:
        """Stay where a fault wants the run to get stuck; it ends with the fault or with the cloud."""
        due = self._due("stuck-canceling")
        if due is not None:
            seconds = FOR_EVER_S if due.fault.delay_s is None else due.fault.delay_s
            self._cloud.clock.sleep(seconds, until=due.released)

    def _work(self) -> None:
        template = states.require(self._cloud, self._template_id)
        place = staging.of(template)
        location = str(template.body["location"])
        self._require_containers(template)
        with (
            BuildLog(self._cloud, place, location=location, flush_s=self._settings.log_flush_s) as log,
            self._deadline(template, log),
        ):
            request = build_request(self._cloud, template, operation_id=self.operation_id)
            self._allocate(template, log)
            image, validated = self._build(template, request, log)
            if not (template.body["properties"].get("validate") or {}).get("sourceValidationOnly"):
                self._optimize(template)
                self._distribute(template, image, request)
            if not validated:
                raise failures.build_failed(log_path=log.path, operation_id=self.operation_id)

    def _require_containers(self, template: Document) -> None:
        """Ask Resource Manager, as the service does, whether container groups may be made in the subscription."""
        path = f"/subscriptions/{template.id.subscription_id}/providers/Microsoft.ContainerInstance"
        answer = self._cloud.call("GET", path, principal=self._cloud.platform, api_version=_PROVIDERS_API)
        if (answer.body or {}).get("registrationState") not in ("Registered", "Registering"):
            raise failures.containers_not_registered()

    def _build(self, template: Document, request: BuildRequest, log: BuildLog) -> tuple[BuiltImage, bool]:
        """The image, and whether validation passed; if not, there is an image only where the template wants it."""

        def on_phase(phase: str) -> None:
            self.status.enter(phase)
            log.validating = phase == "Validating"

        try:
            return self._ask_engine(request, log, on_phase), True
        except BuildFailed as failed:
            validate = template.body["properties"].get("validate") or {}
            if not (log.validating and validate.get("continueDistributeOnFailure")):
                raise failures.build_failed(log_path=log.path, operation_id=self.operation_id) from failed
        return self._ask_engine(replace(request, validate=()), log, lambda _phase: None), False

    def _ask_engine(self, request: BuildRequest, log: BuildLog, on_phase: Callable[[str], None]) -> BuiltImage:
        return self._cloud.engine.build(request, log=log.add, on_phase=on_phase, cancelled=self._stop)

    def _optimize(self, template: Document) -> None:
        """The stage is shown; there is nothing of Azure's boot optimization that a local disk could gain from."""
        optimize = (template.body["properties"].get("optimize") or {}).get("vmBoot") or {}
        if optimize.get("state") == "Enabled":
            self.status.enter("Optimizing")

    def _distribute(self, template: Document, image: BuiltImage, request: BuildRequest) -> None:
        if self._stop.is_set():
            raise Canceled
        self.status.enter("Distributing")
        targets = template.body["properties"]["distribute"]
        distribution = Distribution(
            self._cloud,
            self._settings,
            identity=identities.principal_of(self._cloud, template.body),
            staging=staging.of(template),
            stop=self._stop,
            recipe=recipes.of_request(request),
        )
        location = str(template.body["location"])
        source_version = str(template.body["properties"]["source"].get("exactVersion") or request.base.version)
        written, failed = distribution.write(targets, image, location=location, source_version=source_version)
        for artifact in written:
            run_outputs.write(self._cloud, self._template_id, artifact)
        if failed:
            error = failures.distribution_failed(len(failed), len(targets), [entry.reason for entry in failed])
            raise PartlyDistributed(error) if written else error

    @contextmanager
    def _deadline(self, template: Document, log: BuildLog) -> Iterator[None]:
        minutes = int(template.body["properties"].get("buildTimeoutInMinutes") or DEFAULT_BUILD_TIMEOUT_MINUTES)
        if minutes < SHORTEST_BUILD_TIMEOUT_MINUTES:
            log.add(
                f"[{self.operation_id}] PACKER ERR * client_jwt will expire within 5 minutes, "
                "please use a JWT that is valid for at least 5 minutes"
            )
            raise failures.build_failed(log_path=log.path, operation_id=self.operation_id)
        over, due = threading.Event(), self._accepted + timedelta(minutes=minutes)

        def watch() -> None:
            if not sleep_until(self._cloud.clock, due, over):
                self._stop.set()

        threading.Thread(target=watch, daemon=True, name="build timeout").start()
        try:
            yield
        finally:
            over.set()

    def _timed_out(self) -> ArmError:
        if self.status.sub_state != "Distributing":
            return failures.build_timed_out()
        reason = (
            "[Distribute 0] Error publishing MDI to Shared Image Gallery: Future#WaitForCompletion: context has been "
            "cancelled: StatusCode=200 -- Original Error: context deadline exceeded"
        )
        template = self._cloud.store.get(self._template_id)
        total = len(template.body["properties"]["distribute"]) if template else 1
        return failures.distribution_failed(1, total, [reason])


class PartlyDistributed(ArmError):  # noqa: N818 - the state's name
    """Some targets were written and some were not."""

    def __init__(self, error: ArmError) -> None:
        super().__init__(error.status, error.code, error.message)
