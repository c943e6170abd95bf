"""What `imagegate promote` and `imagegate quarantine` share: their arguments, the records, how they end."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from imagegate.cli.command import Shell
from imagegate.cli.decided_by import decided_by
from imagegate.cli.verify_targets import version_id_of
from imagegate.errors import InputError, InputFault
from imagegate.model import ResourceId
from imagegate.model.persons_decision import DecisionResult, PersonsDecision
from imagegate.report.outcome import Outcome
from imagegate.settings import load_cloud_settings

REASON_LIMIT = 500
_DONE = {"promote": "promoted", "quarantine": "quarantined"}


def decision_options[R](function: Callable[..., R]) -> Callable[..., R]:
    """The argument VERSION_ID, `--reason` and `--dry-run`."""
    reason = click.option(
        "--reason", required=True, metavar="TEXT", help=f"Why; it is recorded. At most {REASON_LIMIT} characters."
    )
    dry_run = click.option("--dry-run", is_flag=True, help="Only show what would change; nothing is written.")
    argument = click.argument("version_id", metavar="VERSION_ID")
    return argument(reason(dry_run(function)))


def decide(
    story_of: Callable[..., DecisionResult],
    shell: Shell,
    version_id: str,
    *,
    reason: str,
    dry_run: bool,
    inputs: Mapping[str, str | None],
) -> Outcome:
    """Read who decides, find the records that the set-up made, and tell the story of the decision.

    Raises:
        InputError: VERSION_ID or the reason is not usable.
    """
    version, said = _checked(version_id, reason)
    given: dict[str, Any] = {name: value for name, value in inputs.items() if value}
    cloud = shell.connect(load_cloud_settings(inputs={"subscription": version.subscription_id, **given}))
    from imagegate.gateway.blobs import Container
    from imagegate.gateway.principal import own_principal
    from imagegate.gateway.records import Records
    from imagegate.steps.find_container import container_url

    story = shell.story()
    with story.step("records", "Finding the records"):
        decision = PersonsDecision(by=decided_by(own_principal(cloud), os.environ), reason=said)
        records = Records(Container(cloud, container_url(cloud, version.resource_group, "records")))
    result = story_of(cloud, records, version, decision, story=story, now=datetime.now(UTC), dry_run=dry_run)
    return outcome_of(result)


def outcome_of(result: DecisionResult) -> Outcome:
    """The result for a person and for a machine."""
    record, done = result.record, _DONE[result.command]
    version = "/".join(ResourceId.parse(record.image_version_id).names)
    since = f" since {record.changed_at:%Y-%m-%dT%H:%M:%SZ}" if record.changed_at else ""
    if not result.changes:
        headline = f"Already {done} by {record.by}{since}: {version}"
    elif result.dry_run:
        headline = f"Would be {done}: {version} (dry run, nothing was written)"
    else:
        headline = f"{done.capitalize()}: {version}"
    label = "would change" if result.dry_run else "changed"
    rows = [
        ("image version", record.image_version_id),
        ("by", f"{record.by} (a decision, no proof)"),
        ("reason", record.reason),
        *((label, change) for change in result.changes),
        ("latest", result.sentence),
    ]
    return Outcome(headline=headline, document=result.to_json(), rows=rows, warnings=result.warnings)


def _checked(version_id: str, reason: str) -> tuple[ResourceId, str]:
    """The id, and the reason on one line; all faults at once."""
    said, faults = " ".join(reason.split()), list[InputFault]()
    if not said:
        hint = "Say why in one sentence; it is recorded."
        faults.append(InputFault(message="the reason is empty", path="--reason", hint=hint))
    if len(said) > REASON_LIMIT:
        message = f"the reason has {len(said)} characters, and at most {REASON_LIMIT} are recorded"
        faults.append(InputFault(message=message, path="--reason"))
    try:
        version = version_id_of(version_id)
    except InputError as error:
        raise InputError([*error.faults, *faults]) from error
    if faults:
        raise InputError(faults)
    return version, said
