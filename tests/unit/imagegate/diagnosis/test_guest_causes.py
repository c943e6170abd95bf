"""What programs in the guest say, and the cause that is read from it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imagegate.diagnosis import diagnose
from imagegate.diagnosis.rule import Scope
from imagegate.diagnosis.rules import RULES


def _samples() -> Iterator[tuple[str, str, int | None, str]]:
    """Category, cause, exit status (None: the step did not end) and words of each block of the file."""
    text = (Path(__file__).parent / "samples" / "guest.txt").read_text(encoding="utf-8")
    for block in text.split("\n== ")[1:]:
        head, _, said = block.partition("\n")
        category, cause, status = head.split()
        yield category, cause, None if status == "-" else int(status), said.rstrip("\n")


SAMPLES = tuple(_samples())


@pytest.mark.parametrize(
    ("category", "cause", "status", "said"), SAMPLES, ids=[f"{one[1]}-{number}" for number, one in enumerate(SAMPLES)]
)
def test_reads_the_cause_from_what_the_script_said(
    render_log: Callable[..., str], category: str, cause: str, status: int | None, said: str
) -> None:
    """In both formats the cause is found, with the failing step, its exit status and a line that gives it away."""
    found = diagnose(render_log(said, status))
    assert (str(found.category), found.cause) == (category, cause), found
    assert found.exit_status == status
    assert found.customizer is not None
    assert found.customizer.index == 0
    assert found.signal.strip() in {line.strip() for line in said.splitlines()}
    assert found.root_cause.endswith((".", '".'))
    assert found.next_step


@pytest.mark.parametrize("sample", SAMPLES, ids=[f"{one[1]}-{number}" for number, one in enumerate(SAMPLES)])
def test_reads_the_same_cause_from_a_bare_excerpt(sample: tuple[str, str, int | None, str]) -> None:
    """A few lines without any prefix, as people paste them, are enough where the words themselves tell."""
    category, cause, _, said = sample
    if cause == "script-exit":
        return  # its only sign is the exit status
    assert (str(diagnose(said).category), diagnose(said).cause) == (category, cause)


def test_every_rule_for_the_guest_has_a_sample_or_a_test_of_its_own() -> None:
    """A rule that nothing proves is a guess."""
    elsewhere = {
        "rhui-certificate", "clock", "cloud-init", "selinux", "restart-pending", "windows-update",
        "windows-modules-installer", "windows-restart", "sysprep",
    }  # fmt: skip
    proved = {cause for _, cause, _, _ in SAMPLES} | elsewhere
    assert {rule.code for rule in RULES if rule.scope is Scope.GUEST} <= proved
