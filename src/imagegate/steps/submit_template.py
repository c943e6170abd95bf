"""Create the image template of a build job."""

from collections.abc import Callable, Mapping
from typing import Any

from imagegate.errors import (
    ImageGateError,
    InputError,
    NotAuthorised,
    ResourceConflict,
    ServiceRefused,
    StagingGroupRefused,
)
from imagegate.gateway import not_yet
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate, Stamp
from imagegate.waiting import Deadline, Look, poll

_LONGEST_PAUSE_S = 15
_FIRST_PAUSE_S = 0.5
_STAGING_CODE = "badstagingresourcegroup"
_INPUT_CODES = {
    "badsourcetype",
    "badpirsource",
    "badmanagedimagesource",
    "badsharedimageversionsource",
    "badcustomizertype",
    "unsupportedcustomizertype",
    "nocustomizerscript",
    "badvalidatortype",
    "unsupportedvalidatortype",
    "novalidatorscript",
    "baddistributetype",
    "badsharedimagedistribute",
    _STAGING_CODE,
}


def submit_template(
    templates: ImageTemplates,
    name: str,
    body: Mapping[str, Any],
    *,
    template_file: str,
    deadline: Deadline,
    note: Callable[[str], None],
) -> ImageTemplate:
    """Submit the template and wait until the service has accepted it (it fetches the scripts meanwhile).

    A builder identity whose rights have not arrived yet is tried again for five minutes. What the service refused is
    deleted.

    Raises:
        StagingGroupRefused: the service refuses the staging group.
        InputError: the service refuses the template.
        NotAuthorised: the builder identity may not read a script or write to the gallery.
    """
    patience = not_yet.Patience(deadline=deadline, note=note)
    while True:
        retry_after_s = None
        try:
            retry_after_s = templates.submit(name, body, template_file=template_file)
        except ResourceConflict:
            # The pipeline repeats a PUT after a 5xx, so the first one may have taken effect.
            found = templates.find(name)
            if found is None or found.stamp != Stamp.from_tags(body["tags"]):
                raise
        template = await_settled(templates, name, deadline=deadline, retry_after_s=retry_after_s)
        if template is not None and template.state == "succeeded":
            return template
        fault = _fault(template, name, template_file)
        delete_template(templates, name, deadline=deadline)
        if not patience.wait(not_yet.BUILDER if isinstance(fault, NotAuthorised) else None):
            raise fault


def await_settled(
    templates: ImageTemplates, name: str, *, deadline: Deadline, retry_after_s: float | None = None
) -> ImageTemplate | None:
    """The template once the service is done with it; None when it is gone."""
    gone = object()

    def look() -> Look[object]:
        found = templates.find(name)
        if found is None:
            return Look(value=gone)
        return Look(value=found if found.settled else None, retry_after_s=retry_after_s)

    seen = poll(
        look,
        deadline=deadline,
        what=f'the image template "{name}"',
        interval_s=_LONGEST_PAUSE_S,
        first_interval_s=_FIRST_PAUSE_S,
    )
    return seen if isinstance(seen, ImageTemplate) else None


def delete_template(templates: ImageTemplates, name: str, *, deadline: Deadline) -> None:
    """Delete the template and wait until it is gone."""
    retry_after_s = templates.delete(name)

    def look() -> Look[bool]:
        return Look(value=True if templates.find(name) is None else None, retry_after_s=retry_after_s)

    poll(
        look,
        deadline=deadline,
        what=f'the deletion of the image template "{name}"',
        interval_s=_LONGEST_PAUSE_S,
        first_interval_s=_FIRST_PAUSE_S,
    )


def _fault(template: ImageTemplate | None, name: str, template_file: str) -> ImageGateError:
    if template is None:
        return ServiceRefused(f'The image template "{name}" vanished while it was being submitted.')
    code, message = template.provisioning_error_code, template.provisioning_error
    text = f'The service does not take the image template "{name}": {code or template.provisioning_state}.\n{message}'
    ids = {"resource": str(template.id)}
    if "not authorized to access the resource" in message.lower():
        hint = "Give the builder identity that right (`imagegate setup` gives the usual ones)."
        return NotAuthorised(text, principal="the template's user-assigned identity", hint=hint, ids=ids)
    if code.lower() == _STAGING_CODE:
        return StagingGroupRefused.of(f"{code}: {message}", file=template_file)
    if code.lower() in _INPUT_CODES or "validation failed" in message.lower():
        return InputError.of(f"{code}: {message}", file=template_file)
    return ServiceRefused(text, service_code=code, ids=ids)
