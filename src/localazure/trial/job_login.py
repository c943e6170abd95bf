"""How the commands log in: the owner sets up; a job's identity does the rest, by a token of the trial's issuer.

Source: Microsoft Entra documentation, "Workload identity federation": the audience of a token that is exchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localazure.trial.issuer import Issuer

_OWNERS = ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
_AUDIENCE = "api://AzureADTokenExchange"
_FILE_LIFETIME_S = 24 * 3600
"""A token of five minutes would not do: azure-identity reads the file anew only after ten, and builds take longer."""


@dataclass(frozen=True, kw_only=True)
class JobIdentity:
    """An identity that `imagegate setup` makes for jobs; its output `output` has the client id."""

    name: str
    output: str


BUILDS = JobIdentity(name="imagegate-ci", output="ciClientId")
VERIFIES = JobIdentity(name="imagegate-ci-verify", output="ciVerifyClientId")


def split_login(environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The environment of a local cloud's client without a login, and the login of the cloud's owner."""
    owner = {name: environment[name] for name in _OWNERS}
    return {name: value for name, value in environment.items() if name not in owner}, owner


def job_login(issuer: Issuer, folder: Path, *, unsigned: bool) -> dict[str, str]:
    """What the job shows instead of a secret: it asks for tokens, which also sign, or has one in a file of `folder`."""
    if not unsigned:
        return issuer.environment
    file = folder / "job.token"
    file.touch(mode=0o600)
    file.write_text(issuer.mint(_AUDIENCE, lifetime_s=_FILE_LIFETIME_S))
    return {"AZURE_FEDERATED_TOKEN_FILE": str(file)}
