"""`imagegate sweep`: remove what earlier builds and verifications left behind."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from imagegate.cli.command import Shell, input_options, shared_options
from imagegate.errors import InputError, TeardownIncomplete
from imagegate.model import parse_duration
from imagegate.report.outcome import Outcome
from imagegate.settings import FILE_NAME, AzureSettings, CloudSettings, load_cloud_settings, load_settings
from imagegate.waiting import Deadline

_EXAMPLES = """\b
Examples:
  imagegate sweep templates/apache-debian12
  imagegate sweep --smoke-resource-group rg-images-smoke --dry-run
  imagegate sweep --older-than 2h --json
"""


@click.command("sweep", epilog=_EXAMPLES, short_help="Remove what earlier builds and verifications left behind.")
@click.argument("folder", type=click.Path(path_type=Path), required=False, metavar="[FOLDER]")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@click.option("--older-than", metavar="DURATION", help="Also what is ours and older than this, such as 2h.")
@click.option("--deadline", metavar="DURATION", default="15m", show_default=True, help="How long to go on trying.")
@input_options("subscription", "resource-group", "smoke-resource-group", "arm-endpoint")
@shared_options
def sweep_command(
    *,
    shell: Shell,
    folder: Path | None,
    dry_run: bool,
    older_than: str | None,
    deadline: str,
    inputs: Mapping[str, str | None],
) -> Outcome:
    """Delete smoke VMs with all their parts, and image templates, that have expired.

    Only what carries imagegate's ownership tag and is past its expiry is touched: everything in the smoke resource
    group, and image templates in the resource groups of the builds, with their staging groups.
    FOLDER, or the current folder if it has an imagegate.yaml, says which group that is; --smoke-resource-group wins.
    """
    older_than_s = _duration(older_than, "--older-than") if older_than else None
    patience_s = _duration(deadline, "--deadline")
    cloud_settings, group, template_group = _place(folder, inputs)
    from imagegate.flows.sweep import sweep
    from imagegate.steps.find_side import find_pull_request_side

    story = shell.story()
    cloud = shell.connect(cloud_settings)
    template_groups = [template_group] if template_group else []
    if isinstance(cloud_settings, AzureSettings):
        other = find_pull_request_side(cloud, cloud_settings, note=story.progress.note)
        template_groups += [other] if other else []
    with story.step("sweep", f"Sweeping {group}"):
        swept = sweep(
            cloud,
            [group],
            template_groups=template_groups,
            now=datetime.now(UTC),
            deadline=Deadline.after(patience_s, shell.clock),
            progress=story.progress,
            older_than_s=older_than_s,
            dry_run=dry_run,
        )
    count = len(swept.found)
    what = "1 expired resource" if count == 1 else f"{count} expired resources"
    done = f"{what} in {group}" if dry_run else f"{what} in {group}: {len(swept.gone)} removed, {len(swept.left)} left"
    rows = [("would remove", name) for name in swept.found] if dry_run else [("removed", name) for name in swept.gone]
    rows += [("still there", f"{name} ({reason})") for name, reason in swept.left.items()]
    return Outcome(
        headline=done,
        document={**swept.to_json(), "resource_group": group, "dry_run": dry_run, "timings_s": story.timings},
        rows=rows,
        exit_code=TeardownIncomplete.exit_code if swept.left else 0,
        notes=["Remove it by hand: az resource delete --ids <id>"] if swept.left else [],
    )


def _place(folder: Path | None, inputs: Mapping[str, str | None]) -> tuple[CloudSettings, str, str | None]:
    """The connection's settings, the smoke group, and the templates' group where it is known."""
    if folder is not None or Path(FILE_NAME).is_file():
        azure = load_settings(folder or Path(), inputs=inputs).azure
        return azure, azure.smoke_resource_group, azure.resource_group
    base = inputs.get("resource-group") or os.environ.get("IMAGEGATE_RESOURCE_GROUP")
    group = inputs.get("smoke-resource-group") or os.environ.get("IMAGEGATE_SMOKE_RESOURCE_GROUP")
    if not group and not base:
        hint = "Name the folder of an image, or give --smoke-resource-group or --resource-group."
        raise InputError.of("which resource group the smoke VMs are in is not known", hint=hint)
    return load_cloud_settings(inputs=inputs), group or f"{base}-smoke", base


def _duration(text: str, option: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InputError.of(str(error), path=option) from error
