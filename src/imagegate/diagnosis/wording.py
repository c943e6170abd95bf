"""Sentences where no rule applies: by exit status, by Packer's own verdict, or that it cannot be told."""

import re
from collections.abc import Sequence

from imagegate.diagnosis.benign import is_harmless
from imagegate.diagnosis.ending import Ending
from imagegate.diagnosis.provisioners import Placed
from imagegate.model.diagnosis import Category, Confidence, Diagnosis, FailingCustomizer

_LOOKS_BAD = re.compile(
    r"\b(?:error|err|fatal|fail(?:ed|ure|s)?|exception|cannot|can't|could not|couldn't|unable|not found|denied|refused|"
    r"invalid|missing|abort(?:ed|ing)?|unknown|unexpected|illegal|not (?:valid|supported|exist|allowed|permitted))\b",
    re.IGNORECASE,
)
_STATUSES = {
    -1: (Category.SCRIPT, "it was ended from outside, or ended itself without a status"),
    100: (Category.PACKAGE, "apt ends so when it fails"),
    124: (Category.TIMEOUT, "a command ran into the limit that `timeout` gave it"),
    126: (Category.GUEST_PERMISSION, "a file that is not executable was to be run"),
    127: (Category.COMMAND_MISSING, "a command was not found"),
    130: (Category.CANCELLED, "it was interrupted"),
    134: (Category.RESOURCES, "a program aborted itself"),
    137: (Category.RESOURCES, "it was killed, most often for want of memory"),
    139: (Category.SCRIPT, "a program crashed (segmentation fault)"),
    1603: (Category.PACKAGE, "a Windows Installer package failed"),
    1618: (Category.PACKAGE_LOCK, "another Windows installation was going on"),
    1641: (Category.WINDOWS_RESTART, "an installer began a restart, which is success; list it in validExitCodes"),
    3010: (Category.WINDOWS_RESTART, "an installer wants a restart, which is success; list it in validExitCodes"),
    16001: (Category.CONNECTION, "the WinRM connection broke off while it ran, as it does when the VM restarts"),
    267014: (Category.SCRIPT, "the task that ran it elevated was ended before it was done; list it in validExitCodes"),
    0xC0000005: (Category.SCRIPT, "a program crashed (access violation)"),
    0xC000013A: (Category.CANCELLED, "it was interrupted"),
    143: (Category.CANCELLED, "it was asked to end"),
}
_READ_THE_LOG = "Read the step's last lines; run the script by hand on a VM of the same source image."


def looks_bad(text: str) -> bool:
    """Whether a line speaks of trouble, in the words of any program."""
    return _LOOKS_BAD.search(text) is not None


def by_exit_status(ending: Ending, customizer: FailingCustomizer | None, said: Sequence[Placed]) -> Diagnosis:
    """A script that failed in words that no rule knows."""
    status = ending.exit_status
    category, what = _STATUSES.get(status or 0, (Category.SCRIPT, ""))
    if customizer is not None and customizer.section == "validate" and category is Category.SCRIPT:
        category = Category.VALIDATION
    telling = next(
        (one for one in reversed(said[-15:]) if looks_bad(one.line.text) and not is_harmless(one.line.text)), None
    )
    telling = telling or (said[-1] if said else None)
    who = str(customizer) if customizer else "A script"
    ended = f"{who} ended with exit status {status}" if status is not None else f"{who} failed"
    words = f'; it said "{telling.line.text.strip()[:200]}"' if telling else "; it said nothing"
    return Diagnosis(
        category=category,
        cause="script-exit",
        root_cause=f"{ended}{': ' + what if what else ''}{words}.",
        meaning=(
            "A customizer fails as soon as its script ends with another status than 0 (PowerShell: validExitCodes)."
        ),
        next_step=_READ_THE_LOG,
        confidence=Confidence.MEDIUM if telling and looks_bad(telling.line.text) else Confidence.LOW,
        signal=telling.line.text.strip() if telling else "",
        customizer=customizer,
        exit_status=status,
    )


def by_verdict(ending: Ending, customizer: FailingCustomizer | None) -> Diagnosis:
    """Packer says that it failed, in words that no rule knows."""
    return Diagnosis(
        category=Category.UNKNOWN,
        cause="packer-verdict",
        root_cause=_unknown(ending.reason),
        meaning="The cause lies in what the service did around the customizers, or the log is cut off before it.",
        next_step="Read the log's last hundred lines; with the operation id, Azure support can see more.",
        confidence=Confidence.LOW,
        signal=ending.reason,
        customizer=customizer,
        exit_status=ending.exit_status,
    )


def _unknown(reason: str) -> str:
    if not reason:
        return "The build failed, and the log does not tell why."
    return f'The build failed, and the log gives no cause that is known here. Packer says "{reason[:300]}".'


def no_failure(text: str) -> Diagnosis:
    """The log is that of a build that did not fail."""
    return Diagnosis(
        category=Category.NONE,
        cause="",
        root_cause=text,
        confidence=Confidence.HIGH,
    )


def cannot_tell(text: str, next_step: str, customizer: FailingCustomizer | None = None) -> Diagnosis:
    """Nothing says whether, or why, it failed."""
    return Diagnosis(
        category=Category.UNKNOWN,
        root_cause=text,
        next_step=next_step,
        confidence=Confidence.LOW,
        customizer=customizer,
    )
