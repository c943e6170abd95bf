"""`imagegate verify`: boot an image version, probe it, tear it down, say what became of it."""

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imagegate.cli.command import Shell, input_options, shared_options
from imagegate.cli.commit import commit_teller, statuses_option
from imagegate.cli.leftovers import keep_for_post
from imagegate.errors import InputError, ResourceMissing
from imagegate.model import ResourceId, format_duration
from imagegate.report.outcome import Outcome
from imagegate.settings import CloudSettings, Settings, load_cloud_settings, load_settings

if TYPE_CHECKING:
    from imagegate.gateway.cloud import Cloud
    from imagegate.model.verification import Verification

_EXAMPLES = """\b
Examples:
  imagegate verify templates/apache-debian12          # the newest version of its definition
  imagegate verify /subscriptions/…/versions/1.2.3 --image templates/apache-debian12
  imagegate verify /subscriptions/…/versions/1.2.3 --reach run-command --json
"""
_VERSION_TYPE = "microsoft.compute/galleries/images/versions"
_VERSION_SHAPE = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/galleries/…/images/…/versions/1.2.3"
_TARGET_HINT = f"A version id is {_VERSION_SHAPE}; a folder holds imagegate.yaml and means its newest version."
_TAIL_LINES = 8
_DEFAULT_REFS = ("refs/heads/main", "refs/heads/master")


@click.command("verify", epilog=_EXAMPLES, short_help="Boot an image version, probe it, tear it down.")
@click.argument("target", metavar="VERSION_ID|FOLDER")
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
    target: str,
    folder: Path | None,
    reach: str | None,
    keep: bool,
    no_promote: bool,
    log_folder: Path | None,
    inputs: Mapping[str, str | None],
    statuses: str,
) -> Outcome:
    """Boot the image version VERSION_ID on a fresh VM, ask it what imagegate.yaml wants answered, and tear it down.

    With FOLDER instead, the newest version of its image definition. What passes, and comes from a ref that may, becomes
    `latest` (IMAGEGATE_PROMOTED_REFS, by default the repository's default branch). Ctrl-C tears down before it ends.
    """
    is_id = target.startswith("/subscriptions/") or target.lower().startswith("subscriptions/")
    if not is_id and not Path(target).exists():
        raise InputError.of(f'"{target}" is neither a folder nor the id of an image version', hint=_TARGET_HINT)
    version_id = _version_id(target) if is_id else None
    place = folder if is_id else Path(target)
    settings = load_settings(place, inputs=inputs) if place is not None else None
    cloud = shell.connect(cloud_settings := _cloud_settings(settings, version_id, inputs))
    if version_id is None:
        assert settings is not None  # noqa: S101 - a target that is no id is a folder
        version_id = _newest_version(cloud, settings.azure.gallery_image_id)
    from imagegate.flows.verify_here import verify_here
    from imagegate.steps.fetch_build_log import output_folder

    job: dict[str, Any] = {
        "image_version_id": version_id.text,
        "run": f"{os.environ.get('GITHUB_RUN_ID') or 'cli'}-{uuid.uuid4().hex[:12]}",
        "subscription_id": cloud.subscription_id,
        "resource_group": _smoke_group(settings, version_id, inputs),
        "smoke": settings.smoke.to_mapping() if settings is not None else None,
        "reach": reach,
        "promoted_refs": [] if no_promote else list(promoted_refs(os.environ)),
        "keep": keep,
        "folder": str((log_folder or output_folder(os.environ)).absolute()),
    }
    keep_for_post(shell, "verify", job["resource_group"], cloud_settings, run=job["run"])
    verification = verify_here(
        cloud, job, progress=shell.story().progress, clock=shell.clock, teardown_clock=shell.teardown_clock
    )
    if keep or not verification.left:
        keep_for_post(shell, "verify", None, cloud_settings)
    teller = commit_teller(shell, statuses)
    if teller is not None and statuses == "all":
        from imagegate.flows.tell_verdict import tell_verdict

        tell_verdict(cloud, teller, verification)
    return outcome_of(verification)


def promoted_refs(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The refs whose builds may become `latest`: as set, else the default branch that the job's event names."""
    given = environment.get("IMAGEGATE_PROMOTED_REFS")
    if given is not None:
        return tuple(word.strip() for word in given.split(",") if word.strip())
    try:
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        branch = event["repository"]["default_branch"]
    except (KeyError, TypeError, OSError, ValueError):
        return _DEFAULT_REFS
    return (f"refs/heads/{branch}",)


def outcome_of(verification: "Verification") -> Outcome:
    """The result for a person and for a machine."""
    from imagegate.flows.verify_failure import failure_of

    error = failure_of(verification)
    document = {**verification.to_json(), **({"error": error.to_json()} if error else {})}
    rows = [
        ("image version", verification.image_version_id),
        ("reason", verification.reason),
        *((f"probe {one.probe}", one.to_json()["detail"]) for region in verification.regions for one in region.probes),
        ("latest", verification.promotion),
        ("teardown", str(verification.teardown)),
        *(("still there", one) for one in verification.left),
        ("serial log", str(document["serial_log"] or "not fetched")),
        (
            "time",
            ", ".join(f"{name} {format_duration(s)}" for name, s in verification.timings_s.items() if s >= 1),
        ),
    ]
    version = "/".join(ResourceId(verification.image_version_id).names)
    return Outcome(
        headline=f"{str(verification.verdict).capitalize()}: {version}",
        document=document,
        rows=[(name, value) for name, value in rows if value],
        exit_code=verification.exit_code,
        notes=[
            *verification.notes,
            *([error.hint] if error is not None and error.hint else []),
            *(_serial_log_ends(verification) if error is not None else []),
        ],
    )


def _serial_log_ends(verification: "Verification") -> list[str]:
    """The last words of the machines that did not pass, marked as foreign at the beginning of each line.

    A runner takes lines that begin with `::` for commands, blanks before them included; the guest must not give any.
    """
    lines = []
    for region in verification.regions:
        tail = str(region.diagnostics.get("serial_log_tail") or "").splitlines()[-_TAIL_LINES:]
        if tail and region.verdict != "passed":
            lines += [f"The serial log of {region.vm_name} ends:", *(f"  | {line}" for line in tail)]
    return lines


def _version_id(text: str) -> ResourceId:
    try:
        found = ResourceId.parse(text)
    except ValueError as error:
        raise InputError.of(str(error), path="VERSION_ID") from error
    if found.type.lower() != _VERSION_TYPE:
        raise InputError.of(f'"{text}" is no image version but {found.type}', path="VERSION_ID", hint=_TARGET_HINT)
    return found


def _cloud_settings(
    settings: Settings | None, version_id: ResourceId | None, inputs: Mapping[str, str | None]
) -> CloudSettings:
    if settings is not None:
        return settings.azure
    assert version_id is not None  # noqa: S101 - without a folder there is an id
    return load_cloud_settings(inputs={"subscription": version_id.subscription_id, **_given(inputs)})


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
