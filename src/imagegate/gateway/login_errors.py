"""What Entra's numbers say of a login that it refused, in a job or anywhere else."""

import re
from collections.abc import Mapping

from imagegate.errors import LoginFailed

_NUMBER = re.compile(r"AADSTS(\d+)")
_UNMATCHED = {"70021", "70025", "700211", "700212", "700213", "700214", "7002138"}
_WRONG_SECRET, _EXPIRED_SECRET = {"7000215"}, {"7000222"}
_UNKNOWN_APPLICATION = {"700016", "90002"}
_BLOCKED = {"53003"}
"""Source: Entra, "Microsoft Entra authentication & authorization error codes"."""

_WITHOUT = "Better none at all: give the job `permissions: id-token: write` and add a federated credential."


def matches_no_credential(message: str) -> bool:
    """Whether no federated credential fits the token: there is none, or none with its issuer, audience, subject."""
    return bool(_numbers(message) & _UNMATCHED)


def refused_login(message: str, ids: Mapping[str, str]) -> LoginFailed | None:
    """The error for what a number says of secret, application or policy; None where it says nothing of these."""
    numbers, first = _numbers(message), first_line(message)
    if numbers & _WRONG_SECRET:
        text = "The client secret is wrong: Entra knows no such secret of this application."
        hint = f"Give the secret's value, not its id. {_WITHOUT}"
    elif numbers & _EXPIRED_SECRET:
        text, hint = "The client secret has expired.", f"Make a new one. {_WITHOUT}"
    elif numbers & _UNKNOWN_APPLICATION:
        text = "Azure knows no such application in that tenant."
        hint = "Check client-id and tenant-id; a managed identity's client id counts as one."
    elif numbers & _BLOCKED:
        text = "A Conditional Access policy for workload identities blocks this login."
        hint = "Ask who owns Conditional Access in the tenant."
    else:
        return None
    return LoginFailed(f"{text}\n{first}", hint=hint, ids=dict(ids))


def first_line(message: str) -> str:
    """The first line that says something."""
    return next((line.strip() for line in message.splitlines() if line.strip()), "")[:500]


def _numbers(message: str) -> set[str]:
    return set(_NUMBER.findall(message))
