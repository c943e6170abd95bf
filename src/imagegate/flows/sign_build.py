"""The end of a build: the template is compared with what was sent, then each gallery version is signed."""

from collections.abc import Callable, Mapping

from imagegate.errors import ImageGateError
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model.build_result import gallery_versions
from imagegate.model.smoke_spec import smoke_text_of
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.model.verification import innermost_line
from imagegate.steps.compare_template import Compared, compare_template
from imagegate.steps.sign_origin import PublishedBetween, Signer, Signing, sign_origin

_MOST_TOLD = 10


def sign_build(
    cloud: Cloud,
    signer: Signer,
    submitted: SubmittedTemplate,
    artifacts: Mapping[str, str],
    *,
    note: Callable[[str], None],
    late: bool = False,
) -> Signing:
    """Sign the run's gallery versions if the template is what was sent; a difference is noted.

    `late` says that the replication ended after the run. Nothing here raises: an unsigned version is verified, and
    stays hidden.
    """
    versions = gallery_versions(artifacts)
    if not versions:
        return Signing()
    group = submitted.id.resource_group
    try:
        compared = compare_template(ImageTemplates(cloud, group), submitted)
    except ImageGateError as error:
        reason = f"its image template could not be compared with what was sent: {_first_line(error)}"
        return Signing(unsigned=dict.fromkeys(versions, reason), retry=not signer.why_not)
    if compared.differences:
        _tell(compared, note)
        reason = f"its image template is not what this job sent ({compared.differences[0]})"
        return Signing(unsigned=dict.fromkeys(versions, reason))
    signing = sign_origin(
        cloud,
        signer,
        resource_group=group,
        versions=dict.fromkeys(versions, submitted.stamp),
        sent_smoke=smoke_text_of(submitted.distribute[0].get("artifactTags") or {}),
        published=PublishedBetween(
            start=compared.run.started_at if compared.run else None,
            end=compared.run.ended_at if compared.run and not late else None,
        ),
    )
    for version_id, reason in signing.unsigned.items():
        note(f"not signed: {version_id.rsplit('/', 1)[-1]}: {reason}")
    return signing


def _tell(compared: Compared, note: Callable[[str], None]) -> None:
    for difference in compared.differences[:_MOST_TOLD]:
        note(f"not as sent: {difference}")
    if len(compared.differences) > _MOST_TOLD:
        note(f"not as sent: {len(compared.differences) - _MOST_TOLD} more")


def _first_line(error: ImageGateError) -> str:
    return innermost_line(error.message)
