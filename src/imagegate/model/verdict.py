"""What a verification says about an image version, and what became of its own resources."""

from enum import StrEnum


class Verdict(StrEnum):
    """`failed` blames the image; `inconclusive` blames nobody (capacity, quota, policy, throttling)."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"

    @property
    def exit_code(self) -> int:
        """As the table of exit codes has it."""
        return {Verdict.PASSED: 0, Verdict.FAILED: 5, Verdict.INCONCLUSIVE: 8}[self]


class TeardownResult(StrEnum):
    """A verdict of its own: a leak leaves the verdict on the image as it is, and still withholds promotion.

    `kept` is what somebody asked for: the smoke VM is left on purpose, until it expires.
    """

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    KEPT = "kept"
