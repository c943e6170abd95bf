"""Compare the image template as Azure has it after the run with what this job sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate, Run
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.model.template_comparison import builder_on_build_vm, compare


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What differs, a sentence each, and the run as the same answer shows it."""

    differences: tuple[str, ...]
    run: Run | None = None


def compare_template(templates: ImageTemplates, submitted: SubmittedTemplate) -> Compared:
    """Read the template once and compare body, times, run and the build VM's identities.

    The body alone does not show what was changed and changed back; the times do. Those of the template are compared
    only where the service answered any after the job's last write.

    Raises:
        ServiceError, Inconclusive, NotAuthorised: the template could not be read.
    """
    body = templates.read_body(submitted.id.name)
    if body is None:
        return Compared(differences=("the image template is gone",))
    found = ImageTemplate.from_arm(body)
    differences = [str(one) for one in compare(submitted.body, body)]
    differences += _times(submitted, found)
    if builder_on_build_vm(body):
        differences.append("the builder's identity is among the build VM's own identities")
    return Compared(differences=tuple(differences), run=found.run)


def _times(submitted: SubmittedTemplate, found: ImageTemplate) -> Iterator[str]:
    if submitted.created_at and found.created_at != submitted.created_at:
        yield f"the image template was made anew at {_moment(found.created_at)}"
    elif submitted.modified_at and found.modified_at != submitted.modified_at:
        yield f"the image template was changed at {_moment(found.modified_at)}, after this job wrote it"
    started_at = found.run.started_at if found.run else None
    if started_at is None or started_at != submitted.run_started_at:
        yield f"its last run is not this job's: it started at {_moment(started_at)}"


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "an unknown time"
