"""`imagegate verify`: boot image versions, probe them, tear them down, report what became of each."""

import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imagegate.cli.command import Shell, input_options, shared_options
from imagegate.cli.commit import commit_teller, statuses_option
from imagegate.cli.leftovers import keep_for_post, note_ended
from imagegate.errors import InputError, NotAuthorised, ResourceMissing, ServiceError
from imagegate.model import ResourceId, format_duration
from imagegate.model.verification import Cause
from imagegate.report.outcome import Outcome
from imagegate.settings import CloudSettings, Settings, image_name, load_cloud_settings, load_settings

if TYPE_CHECKING:
    from imagegate.gateway.cloud import Cloud
    from imagegate.model.origin_claims import OriginRules
    from imagegate.model.verification import Verification
    from imagegate.steps.check_proof import Parents

_EXAMPLES = """\b
Examples:
  imagegate verify templates/apache-debian12          # the newest version of its definition
  imagegate verify /subscriptions/…/versions/1.2.3 --image templates/apache-debian12
  imagegate verify /subscriptions/…/versions/1.2.3 --reach run-command --json
  imagegate verify /subscriptions/…/golden-eu/…/1.2.3 /subscriptions/…/golden-us/…/1.2.3
"""
_VERSION_TYPE = "microsoft.compute/galleries/images/versions"
_VERSION_SHAPE = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/galleries/…/images/…/versions/1.2.3"
_TARGET_HINT = f"A version id is {_VERSION_SHAPE}; a folder holds imagegate.yaml and means its newest version."
_TAIL_LINES = 8
_WORST_FIRST = (130, 1, 6, 5, 9, 7, 4, 8, 0)
"""Exit codes of verifications: of several versions the first in this list decides."""
_DEFAULT_REFS = ("refs/heads/main", "refs/heads/master")


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
    default the repository's default branch). Ctrl-C tears down before it ends.
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
                verification, silent = _decide(cloud, shell, found, no_promote=no_promote)
                report.close(cloud, verification, silent=silent)
                done.append(verification)
    finally:
        if not may_be_left:
            note_ended(shell)
    return outcome_of_all(done)


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


def _decide(
    cloud: "Cloud", shell: Shell, verification: "Verification", *, no_promote: bool
) -> tuple["Verification", str]:
    """The verification with what was decided about `latest`; why the version may not speak for its commit, or ""."""
    if no_promote:
        verification = replace(verification, may_promote=False, promotion="Not promoted: --no-promote was given.")
    resource_group = ResourceId.parse(verification.image_version_id).resource_group
    from imagegate.flows.decide_here import decide_here
    from imagegate.flows.verify_for_commit import with_decision
    from imagegate.steps.check_proof import Verifier
    from imagegate.steps.find_container import container_url

    try:
        verifier = Verifier(
            rules=origin_rules(os.environ),
            origin_containers=(container_url(cloud, resource_group, "origin"),),
            records_container=container_url(cloud, resource_group, "records"),
            parents_of=_parents_of(shell),
        )
    except (InputError, ServiceError, NotAuthorised) as error:
        reason = error.message.splitlines()[0].rstrip(".")
        undecided = with_decision(verification.to_json(), {"promoted": False, "reason": reason})
        return type(verification).from_json(undecided), reason
    verification, decision = decide_here(
        cloud, verifier, verification, progress=shell.story().progress, clock=shell.clock
    )
    return verification, "" if decision["speaks"] else str(decision["reason"])


def origin_rules(environment: Mapping[str, str]) -> "OriginRules":
    """Whose proofs count in this job: those of its own run, or of the workflows that IMAGEGATE_WORKFLOWS lists.

    Raises:
        InputError: there is no job of GitHub.
    """
    from imagegate.model.origin_claims import ANY_WORKFLOW, ISSUER_OF_GITHUB, OriginRules

    repository, run_id = environment.get("GITHUB_REPOSITORY", ""), environment.get("GITHUB_RUN_ID", "")
    if not repository or not run_id:
        raise InputError.of("this is no job of GitHub, so no proof of origin can be checked")
    workflows = _words(environment.get("IMAGEGATE_WORKFLOWS", ""))
    repository_id = environment.get("GITHUB_REPOSITORY_ID", "")
    return OriginRules(
        issuer=environment.get("IMAGEGATE_ISSUER") or ISSUER_OF_GITHUB,
        repositories=frozenset({repository.lower()}),
        repository_ids=frozenset({repository_id} if repository_id else ()),
        workflows=workflows or (ANY_WORKFLOW,),
        promoted_refs=promoted_refs(environment),
        run_ids=frozenset() if workflows else frozenset({run_id}),
    )


def _parents_of(shell: Shell) -> "Parents | None":
    """GitHub's word on the parents of a commit, where the job has a token."""
    from imagegate.gateway.github import GitHubStatuses
    from imagegate.gateway.github_access import GitHubAccess

    access = GitHubAccess.from_environment(os.environ)
    if not access.configured:
        return None
    return GitHubStatuses(access, on_secret=shell.surroundings.on_secret).parents_of


def promoted_refs(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The refs whose builds may become `latest`: as set, else the default branch that the job's event names."""
    given = environment.get("IMAGEGATE_PROMOTED_REFS")
    if given is not None:
        return _words(given)
    try:
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        branch = event["repository"]["default_branch"]
    except (KeyError, TypeError, OSError, ValueError):
        return _DEFAULT_REFS
    return (f"refs/heads/{branch}",)


def outcome_of_all(verifications: "Sequence[Verification]") -> Outcome:
    """The result of one verification, or of several: then the worst one decides, and each is listed."""
    outcomes = [outcome_of(one) for one in verifications]
    if len(outcomes) == 1:
        return outcomes[0]
    worst = min(outcomes, key=lambda one: _WORST_FIRST.index(one.exit_code) if one.exit_code in _WORST_FIRST else 0)
    return replace(
        worst,
        headline=f"{worst.headline} ({len(outcomes)} versions were verified)",
        document={**worst.document, "verifications": [one.document for one in outcomes]},
        rows=[(f"version {number}", one.headline) for number, one in enumerate(outcomes, start=1)] + list(worst.rows),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def outcome_of(verification: "Verification") -> Outcome:
    """The result for a person and for a machine."""
    from imagegate.flows.verify_failure import failure_of
    from imagegate.report.verdict_text import headline_of

    error = failure_of(verification)
    headline = headline_of(verification)
    document = {
        **verification.to_json(),
        "headline": headline,
        **({"error": error.to_json()} if error else {}),
    }
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
        headline=f"{headline}: {version}",
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


def read_targets(targets: Sequence[str], folder: Path | None) -> tuple[list[ResourceId], Path | None]:
    """The ids of versions, and the folder that says how to prove them; or no id, and the folder whose newest is meant.

    Raises:
        InputError: an id of something else, or ids and folders together.
    """
    ids = [one for one in targets if one.lower().startswith(("/subscriptions/", "subscriptions/"))]
    if not ids and len(targets) == 1:
        if not Path(targets[0]).exists():
            message = f'"{targets[0]}" is neither a folder nor the id of an image version'
            raise InputError.of(message, hint=_TARGET_HINT)
        return [], Path(targets[0])
    if len(ids) < len(targets):
        raise InputError.of("expected ids of image versions, or one folder", path="VERSION_ID")
    return list(dict.fromkeys(_version_id(one) for one in ids)), folder


def _version_id(text: str) -> ResourceId:
    try:
        found = ResourceId.parse(text)
    except ValueError as error:
        raise InputError.of(str(error), path="VERSION_ID") from error
    if found.type.lower() != _VERSION_TYPE:
        raise InputError.of(f'"{text}" is no image version but {found.type}', path="VERSION_ID", hint=_TARGET_HINT)
    return found


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
