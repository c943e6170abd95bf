"""`imagegate promote`: a person lets `latest` resolve to a version."""

from collections.abc import Mapping

import click

from imagegate.cli.command import Shell, input_options, shared_options
from imagegate.cli.decision import decide, decision_options
from imagegate.report.outcome import Outcome

_EXAMPLES = """\b
Examples:
  imagegate promote /subscriptions/…/versions/1.2.3 --reason "Built by hand for the audit, checked by ada"
  imagegate promote /subscriptions/…/versions/1.2.3 --reason "Back to the last good one" --dry-run
  imagegate promote /subscriptions/…/versions/1.2.3 --reason "CHG-1234" --json
"""


@click.command("promote", epilog=_EXAMPLES, short_help="Let `latest` resolve to a version, with a recorded reason.")
@decision_options
@input_options("subscription", "arm-endpoint")
@shared_options
def promote_command(
    *, shell: Shell, version_id: str, reason: str, dry_run: bool, inputs: Mapping[str, str | None]
) -> Outcome:
    """Let `latest` resolve to the image version VERSION_ID because you decide so.

    The decision is recorded with your principal (in a job: with who started it and the run) and the reason. It is never
    taken for a proof of origin. A version that was not verified, or that was withdrawn, is promoted with a warning.
    `latest` is the highest visible version number: the result says what it resolves to. Run again it changes nothing.
    """
    from imagegate.flows.promote_by_person import promote_by_person

    return decide(promote_by_person, shell, version_id, reason=reason, dry_run=dry_run, inputs=inputs)
