"""Image templates: the calls of Microsoft.VirtualMachineImages that a build needs."""

from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from imagegate.errors import ResourceMissing
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.retry_after import RetryAfter
from imagegate.gateway.translation import told_as
from imagegate.model import ImageTemplate, ResourceId, RunOutput

RESOURCE_TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
BODY_API_VERSION = "2025-10-01"
"""The one that templates are submitted with, the SDK's own: an older one would not show all that was sent."""


class ImageTemplates:
    """The image templates of one resource group.

    Nothing here waits: writes return as soon as the service took them, with the seconds after which it wants to be
    asked (None when it does not say). How they end is read from the template itself, which a principal with rights on
    the group may read, unlike the operations, which belong to the subscription.
    """

    def __init__(self, cloud: Cloud, resource_group: str) -> None:
        self._cloud = cloud
        self._resource_group = resource_group

    @property
    def _operations(self) -> Any:  # noqa: ANN401 - with polling off the SDK's return types say nothing
        return self._cloud.image_builder.virtual_machine_image_templates

    def id_of(self, name: str) -> ResourceId:
        """The id of the template of that name."""
        return ResourceId.of(self._cloud.subscription_id, self._resource_group, RESOURCE_TYPE, name)

    def find(self, name: str) -> ImageTemplate | None:
        """The template as it is now; None when there is none."""
        with told_as(f'reading the image template "{name}"'):
            try:
                found = self._operations.get(self._resource_group, name)
            except ResourceNotFoundError:
                return None
            return ImageTemplate.from_arm(found.as_dict())

    def read_body(self, name: str) -> dict[str, Any] | None:
        """The template as the service answers it, in the api-version of its submission; None when there is none."""
        path = self.id_of(name).text
        try:
            with told_as(f'reading the image template "{name}"'):
                body: dict[str, Any] = self._cloud.send("GET", path, api_version=BODY_API_VERSION)
        except ResourceMissing:
            return None
        return body

    def submit(self, name: str, body: Mapping[str, Any], *, template_file: str) -> float | None:
        """Create the template. An answer 400 is the fault of `template_file`."""
        asked = RetryAfter()
        with told_as(f'submitting the image template "{name}"', template_file=template_file):
            self._operations.begin_create_or_update(
                self._resource_group, name, dict(body), polling=False, raw_response_hook=asked
            )
        return asked.seconds

    def write_tags(self, name: str, tags: Mapping[str, str]) -> None:
        """Replace the template's tags and nothing else; takes effect a moment later."""
        with told_as(f'changing the tags of the image template "{name}"'):
            path = self.id_of(name).text
            self._cloud.send("PATCH", path, api_version=BODY_API_VERSION, body={"tags": dict(tags)})

    def delete(self, name: str) -> float | None:
        """Delete the template, its staging resource group and the logs of its runs; fine when there is none."""
        asked = RetryAfter()
        with told_as(f'deleting the image template "{name}"'):
            try:
                self._operations.begin_delete(self._resource_group, name, polling=False, raw_response_hook=asked)
            except ResourceNotFoundError:
                return None
        return asked.seconds

    def start_run(self, name: str) -> float | None:
        """Ask for a run. The pipeline repeats the request after a 5xx, so a conflict may speak of our own run.

        Raises:
            ResourceConflict: a run goes on.
        """
        asked = RetryAfter()
        with told_as(f'starting a run of the image template "{name}"'):
            self._operations.begin_run(self._resource_group, name, polling=False, raw_response_hook=asked)
        return asked.seconds

    def cancel_run(self, name: str, *, timeout_s: float) -> None:
        """Ask for the run's end, once and without patience: somebody is waiting for us to go."""
        with told_as(f'cancelling the run of the image template "{name}"'):
            self._operations.begin_cancel(
                self._resource_group,
                name,
                polling=False,
                retry_total=0,
                connection_timeout=timeout_s / 2,
                read_timeout=timeout_s / 2,
            )

    def run_outputs(self, name: str) -> dict[str, RunOutput]:
        """What the distributors put out last, by run output name; a failed run leaves what an earlier one put there."""
        with told_as(f'reading the run outputs of the image template "{name}"'):
            found = [
                RunOutput.from_arm(output.as_dict())
                for output in self._operations.list_run_outputs(self._resource_group, name)
            ]
        return {output.name: output for output in found}
