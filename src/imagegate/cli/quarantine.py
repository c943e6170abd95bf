"""`imagegate quarantine`: a person keeps a version out of `latest`."""

from collections.abc import Mapping

import click

from imagegate.cli.command import Shell, input_options, shared_options
from imagegate.cli.decision import decide, decision_options
from imagegate.report.outcome import Outcome

_EXAMPLES = """\b
Examples:
  imagegate quarantine /subscriptions/…/versions/1.2.3 --reason "CVE-2026-1234 in openssl"
  imagegate quarantine /subscriptions/…/versions/1.2.3 --reason "Breaks logins" --dry-run
  imagegate quarantine /subscriptions/…/versions/1.2.3 --reason "CHG-1234" --json
"""


@click.command("quarantine", epilog=_EXAMPLES, short_help="Keep a version out of `latest`, with a recorded reason.")
@decision_options
@input_options("subscription", "arm-endpoint")
@shared_options
def quarantine_command(
    *, shell: Shell, version_id: str, reason: str, dry_run: bool, inputs: Mapping[str, str | None]
) -> Outcome:
    """Keep the image version VERSION_ID out of `latest` in every region, and give it an end-of-life date.

    The decision is recorded with your principal (in a job: with who started it and the run) and the reason; no proof
    of origin promotes the version again, only `imagegate promote` does. The result says what `latest` resolves to now,
    or that it is empty. Machines can still be made from the exact version. Run again it changes nothing.
    """
    from imagegate.flows.quarantine_by_person import quarantine_by_person

    return decide(quarantine_by_person, shell, version_id, reason=reason, dry_run=dry_run, inputs=inputs)
