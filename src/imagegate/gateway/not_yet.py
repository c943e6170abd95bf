"""Refusals that mean "not yet": what was just made is not known everywhere at once. Which they are, and the wait.

What is not listed here is final: waiting would not help.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from imagegate.errors import ImageGateError, LoginFailed, NotAuthorised, ServiceRefused
from imagegate.gateway.arm_errors import ArmFault
from imagegate.model.duration import format_duration
from imagegate.waiting import Deadline

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 20.0
_ROLES_S = 600
"""Azure's own figure for a role assignment. Source: "Troubleshoot Azure RBAC", "Symptom - Role assignment changes are
not being detected"."""


@dataclass(frozen=True, kw_only=True)
class NotYet:
    """What has to happen first; it completes "Waiting for …". After `at_most_s` the refusal counts as final."""

    awaited: str
    at_most_s: float


_PRINCIPAL = NotYet(awaited="the directory to know a new identity", at_most_s=300)
_ROLE = NotYet(awaited="a new role to be known", at_most_s=300)
_RIGHTS = NotYet(awaited="new role assignments to take effect", at_most_s=_ROLES_S)
_HOST = NotYet(awaited="the host of the new app to take packages", at_most_s=_ROLES_S)
_STORAGE = NotYet(awaited="the app's right to its storage to take effect", at_most_s=_ROLES_S)
BUILDER = NotYet(awaited="the builder identity's rights to take effect", at_most_s=300)
"""Source: image builder troubleshooting guide."""

FIRST_READ = NotYet(awaited="the rights of this job's identity, which may be new, to take effect", at_most_s=120)
"""Whether they are new cannot be read without them, so this is short."""

_OF_DEPLOYMENTS = {
    "principalnotfound": _PRINCIPAL,
    "roledefinitiondoesnotexist": _ROLE,
    # Event Grid asks for the right of a subscription's identity: https://aka.ms/egmsivalidation
    "managed identity authorization error": _RIGHTS,
}
_YOUNG_HOST = {409, 502, 503, 504}
_NO_STORAGE = ("inaccessiblestorage", "blobuploadfailed")
"""In what Flex Consumption says where it could not put the package into the app's container: azure-dev#8026."""


def of_deployment(fault: ArmFault) -> NotYet | None:
    """Why a deployment failed for now; None where one of its causes stays. Deploying again changes nothing else."""
    causes = [_OF_DEPLOYMENTS.get(cause.code.lower()) for cause in fault.walk() if not cause.causes]
    return causes[0] if all(causes) else None


def of_host(refusal: ImageGateError) -> NotYet | None:
    """Why the host of an app does not take its code for now. One that names an action that is missing means it."""
    if isinstance(refusal, ServiceRefused) and refusal.status in _YOUNG_HOST:
        return _HOST
    forbidden = isinstance(refusal, NotAuthorised) and not isinstance(refusal, LoginFailed)
    return _HOST if forbidden and not getattr(refusal, "action", None) else None


def of_publication(message: str) -> NotYet | None:
    """Why an ended publication failed for now."""
    return _STORAGE if any(word in message.lower().replace(" ", "") for word in _NO_STORAGE) else None


def of_rights(given_at: datetime | None) -> NotYet | None:
    """Why a right may be missing for now: it was given a moment ago. An older assignment has arrived everywhere."""
    young = given_at is not None and datetime.now(UTC) - given_at < timedelta(seconds=_ROLES_S)
    return _RIGHTS if young else None


class Patience:
    """Waits between attempts, as long as waiting can help; notes once for what."""

    def __init__(self, *, deadline: Deadline, note: Callable[[str], None]) -> None:
        self._deadline = deadline
        self._note = note
        self._until: dict[str, Deadline] = {}
        self._pause_s = _FIRST_PAUSE_S

    def wait(self, refusal: NotYet | None) -> bool:
        """Wait a moment; False when the refusal is final, for itself or by now. Then raise it.

        So it is where no time is left for another attempt: that one would only say that the time is over.
        """
        if refusal is None:
            return False
        until = self._until.get(refusal.awaited)
        if until is None:
            at_most_s = min(refusal.at_most_s, self._deadline.remaining_s)
            until = self._until[refusal.awaited] = Deadline.after(at_most_s, self._deadline.clock)
            self._note(f"waiting for {refusal.awaited}, {format_duration(at_most_s)} at most")
        if until.passed:
            return False
        self._deadline.clock.sleep(min(self._pause_s, until.remaining_s))
        self._pause_s = min(self._pause_s * 1.5, _LONGEST_PAUSE_S)
        return not self._deadline.passed
