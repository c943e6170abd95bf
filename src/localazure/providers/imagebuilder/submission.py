"""What goes on behind a template's PUT: staging group, scripts, destinations. Failing leaves a Failed template."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from localazure.arm.errors import ArmError
from localazure.arm.resource_id import ResourceId
from localazure.clock import sleep_until
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import destinations, identities, scripts, sources, staging, states
from localazure.providers.imagebuilder.failures import SubmissionFailed
from localazure.providers.imagebuilder.settings import ImageBuilderSettings


class Submission:
    """Brings a template from Creating to Succeeded or Failed."""

    def __init__(self, cloud: Cloud, settings: ImageBuilderSettings, *, auto_run: Callable[[ResourceId], None]) -> None:
        self._cloud = cloud
        self._settings = settings
        self._auto_run = auto_run

    def carry_out(self, template_id: ResourceId, accepted: datetime) -> None:
        """The operation's work, `accepted` at that time; raises what the operation fails with."""
        try:
            self._provision(template_id, accepted)
        except SubmissionFailed as failure:
            self._fail(template_id, failure.provisioning_code, failure.message)
            raise
        except ArmError as error:
            self._fail(template_id, "Other", error.message)
            raise
        except Exception:
            self._fail(template_id, "ServerError", "Internal error occurred.")
            raise
        template = states.require(self._cloud, template_id)
        if (template.body["properties"].get("autoRun") or {}).get("state") == "Enabled":
            self._auto_run(template_id)

    def _provision(self, template_id: ResourceId, accepted: datetime) -> None:
        due = accepted + timedelta(seconds=self._cloud.settings.current.template_submission_s)
        sleep_until(self._cloud.clock, due, self._cloud.long_running.closing)
        template = states.require(self._cloud, template_id)
        identity = identities.principal_of(self._cloud, template.body)
        place = staging.create(self._cloud, template, identity)
        states.put_internal(self._cloud, template_id, staging=place.internal())
        states.set_properties(self._cloud, template_id, exactStagingResourceGroup=place.group_id.text)
        body = states.require(self._cloud, template_id).body
        identities.with_ids(self._cloud, body)
        properties = body["properties"]
        source, location = properties["source"], str(body["location"])
        exact = sources.resolved(self._cloud, source, location=location, identity=identity)
        destinations.check(self._cloud, properties, identity)
        kept = scripts.fetch_all(
            self._cloud,
            properties,
            staging=place,
            identity=identity,
            timeout_s=self._settings.download_timeout_s,
        )
        if exact:
            source["exactVersion"] = exact
        properties["provisioningState"] = "Succeeded"
        self._cloud.store.put(template_id, body, internal={"staging": place.internal(), "scripts": kept})

    def _fail(self, template_id: ResourceId, code: str, message: str) -> None:
        states.set_properties(
            self._cloud,
            template_id,
            provisioningState="Failed",
            provisioningError={"provisioningErrorCode": code, "message": message},
        )
        template = self._cloud.store.get(template_id)
        if template is not None:
            identities.with_ids(self._cloud, template.body)
            self._cloud.store.put(template.id, template.body)
