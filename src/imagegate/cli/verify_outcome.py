"""The result of verifications, for a person and for a machine."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from imagegate.model import ResourceId, format_duration
from imagegate.report.outcome import Outcome

if TYPE_CHECKING:
    from imagegate.model.verification import Verification

_TAIL_LINES = 8
_WORST_FIRST = (130, 1, 6, 5, 9, 7, 4, 8, 0)
"""Exit codes of verifications: of several versions the first in this list decides."""


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
