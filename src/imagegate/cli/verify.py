"""`imagegate verify`: boot image versions, probe them, tear them down, report what became of each."""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imagegate.cli.command import Shell, input_options, shared_options
from imagegate.cli.commit import commit_teller, statuses_option
from imagegate.cli.leftovers import keep_for_post, note_ended
from imagegate.cli.verify_decision import decided
from imagegate.cli.verify_limits import limits_of, smoke_limits
from imagegate.cli.verify_outcome import outcome_of, outcome_of_all
from imagegate.cli.verify_targets import read_targets
from imagegate.errors import InputError, ResourceMissing
from imagegate.model import ResourceId
from imagegate.model.verification import Cause
from imagegate.report.outcome import Outcome
from imagegate.settings import CloudSettings, Settings, image_name, load_cloud_settings, load_settings

if TYPE_CHECKING:
    from imagegate.gateway.cloud import Cloud
    from imagegate.model.verification import Verification

_EXAMPLES = """\b
Examples:
  imagegate verify templates/apache-debian12          # the newest version of its definition
  imagegate verify /subscriptions/…/versions/1.2.3 --image templates/apache-debian12
  imagegate verify /subscriptions/…/versions/1.2.3 --reach run-command --json
  imagegate verify /subscriptions/…/golden-eu/…/1.2.3 /subscriptions/…/golden-us/…/1.2.3
"""


@click.command("verify", epilog=_EXAMPLES, short_help="Boot an image version, probe it, tear it down.")
@click.argument("targets", metavar="VERSION_ID...|FOLDER", nargs=-1, required=True)
@click.option(
    "--image",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder whose imagegate.yaml says how to prove it. Default: what the version's tags say.",
)
@click.option("--reach", type=click.Choice(["public-ip", "run-command"]), help="Instead of what imagegate.yaml says.")
@click.option("--keep", is_flag=True, help="Leave the smoke VM until it expires, to look at it. Nothing is promoted.")
@click.option("--no-promote", is_flag=True, help="Leave `latest` as it is, even when it passes.")
@click.option(
    "--log-folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="IMAGEGATE_LOG_DIR",
    show_envvar=True,
    help="Where the serial log goes. Default: the job's temporary folder, else the user's state folder.",
)
@input_options("subscription", "smoke-resource-group", "arm-endpoint")
@statuses_option
@shared_options
def verify_command(
    *,
    shell: Shell,
    targets: Sequence[str],
    folder: Path | None,
    reach: str | None,
    keep: bool,
    no_promote: bool,
    log_folder: Path | None,
    inputs: Mapping[str, str | None],
    statuses: str,
) -> Outcome:
    """Boot each image version VERSION_ID on a fresh VM, ask it what imagegate.yaml wants answered, and tear it down.

    With FOLDER instead, the newest version of its image definition. What passes becomes `latest` if this run of the
    workflow built it (IMAGEGATE_WORKFLOWS lists others that may) from a ref that may (IMAGEGATE_PROMOTED_REFS, by
    default the repository's default branch). Without a folder the version's tags say what is asked, within
    IMAGEGATE_SMOKE_VM_SIZES and IMAGEGATE_ALLOWED_SOURCE. Ctrl-C tears down before it ends.
    """
    version_ids, place = read_targets(targets, folder)
    from imagegate.flows.report_verification import reported_verification
    from imagegate.steps.fetch_build_log import output_folder

    job: dict[str, Any] = {
        "reach": reach,
        "keep": keep,
        "folder": str((log_folder or output_folder(os.environ)).absolute()),
    }
    image = image_name(place) if place is not None else ""
    teller = commit_teller(shell, statuses) if statuses == "all" else None
    may_be_left: list[str] = []
    done = []
    try:
        with reported_verification(teller, image=image, versions=[one.text for one in version_ids]) as report:
            for cloud, found in _verify_all(shell, version_ids, place, inputs, job, may_be_left):
                verification, silent = decided(cloud, shell, found, no_promote=no_promote)
                report.close(cloud, verification, silent=silent)
                done.append(verification)
    finally:
        if not may_be_left:
            note_ended(shell)
    return outcome_of(done[0]) if len(done) == 1 else outcome_of_all(done)


def _verify_all(
    shell: Shell,
    version_ids: Sequence[ResourceId],
    place: Path | None,
    inputs: Mapping[str, str | None],
    job: Mapping[str, Any],
    may_be_left: list[str],
) -> "Iterator[tuple[Cloud, Verification]]":
    """Verify one version after the other; `may_be_left` holds the runs whose resources may be there."""
    from imagegate.flows.verify_here import verify_here

    settings = load_settings(place, inputs=inputs) if place is not None else None
    limits = smoke_limits(os.environ)
    cloud_settings = _cloud_settings(settings, version_ids, inputs)
    cloud = shell.connect(cloud_settings)
    if not version_ids:
        assert settings is not None  # noqa: S101 - a target that is no id is a folder
        version_ids = [_newest_version(cloud, settings.azure.gallery_image_id)]
    for version_id in version_ids:
        group = _smoke_group(settings, version_id, inputs)
        run = f"{os.environ.get('GITHUB_RUN_ID') or 'cli'}-{uuid.uuid4().hex[:12]}"
        may_be_left.append(run)
        keep_for_post(shell, "verify", group, cloud_settings, run=",".join(may_be_left))
        verification = verify_here(
            cloud,
            {
                **job,
                **limits_of(cloud, version_id.resource_group, limits),
                "run": run,
                "image_version_id": version_id.text,
                "subscription_id": cloud.subscription_id,
                "resource_group": group,
                "smoke": settings.smoke.to_mapping() if settings is not None else None,
            },
            progress=shell.story().progress,
            clock=shell.clock,
            teardown_clock=shell.teardown_clock,
        )
        if job["keep"] or not verification.left:
            may_be_left.remove(run)
            keep_for_post(shell, "verify", group if may_be_left else None, cloud_settings, run=",".join(may_be_left))
        yield cloud, verification
        if verification.cause is Cause.INTERRUPTED:
            return


def _cloud_settings(
    settings: Settings | None, version_ids: Sequence[ResourceId], inputs: Mapping[str, str | None]
) -> CloudSettings:
    if settings is not None:
        return settings.azure
    return load_cloud_settings(inputs={"subscription": version_ids[0].subscription_id, **_given(inputs)})


def _smoke_group(settings: Settings | None, version_id: ResourceId, inputs: Mapping[str, str | None]) -> str:
    if settings is not None:
        return settings.azure.smoke_resource_group
    given = inputs.get("smoke-resource-group") or os.environ.get("IMAGEGATE_SMOKE_RESOURCE_GROUP")
    return given or f"{version_id.resource_group}-smoke"


def _given(inputs: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in inputs.items() if value}


def _newest_version(cloud: "Cloud", definition_id: ResourceId) -> ResourceId:
    from imagegate.gateway.image_versions import newest_version
    from imagegate.gateway.translation import SET_UP_FIRST

    try:
        found = newest_version(cloud, definition_id)
    except ResourceMissing as missing:
        what = f'There is no image definition "{definition_id.name}".'
        raise ResourceMissing(f"{what}\n{missing.message}", hint=SET_UP_FIRST, ids=missing.ids) from missing
    if found is None:
        hint = "Build one first: `imagegate build FOLDER`"
        raise InputError.of(f"the image definition {definition_id.name} has no version", hint=hint)
    return found
