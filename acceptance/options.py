"""What an acceptance run is asked to do, and what the owner has to say before it starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY_ROOT = Path(__file__).resolve().parents[1]
SAMPLE = REPOSITORY_ROOT / "templates" / "apache-debian12"
_PREFIX = re.compile(r"[a-z][a-z0-9-]{2,19}")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True, kw_only=True)
class Options:
    """`work` holds what is written meanwhile, `output` what stays. `flip` is the belief that is made false."""

    subscription: str
    location: str
    prefix: str
    yes: bool
    output: Path
    work: Path
    image: Path = SAMPLE
    arm_endpoint: str = "https://management.azure.com"
    repository: str = ""
    github_token: str = ""
    github_url: str = "https://api.github.com"
    tenant_id: str = ""
    least_client_id: str = ""
    least_client_secret: str = ""
    json_file: Path | None = None
    local: bool = False
    flip: str = ""
    patience_s: float = 1800.0
    """How long to wait for what Azure does on its own: an event, the end of a change."""
    interval_s: float = 5.0

    @property
    def group(self) -> str:
        """The resource group of templates and gallery; the others are named after it."""
        return f"{self.prefix}-images"

    @property
    def least_login(self) -> dict[str, str]:
        """How a command logs in as the least principal; empty where there is none, so that it runs as the owner."""
        login = {"AZURE_CLIENT_ID": self.least_client_id, "AZURE_CLIENT_SECRET": self.least_client_secret}
        return login if self.least_client_id else {}

    def missing(self) -> list[str]:
        """What the owner has not said yet, one sentence each."""
        found = []
        if not _GUID.fullmatch(self.subscription):
            found.append("--subscription ID: a subscription that you can throw away, and in which you are Owner.")
        if not self.location:
            found.append("--location REGION: where everything is made, such as westeurope.")
        if not _PREFIX.fullmatch(self.prefix):
            found.append("--prefix NAME: every group begins with it; 3 to 20 of a-z, 0-9 and -, a letter first.")
        if self.repository and not _REPOSITORY.fullmatch(self.repository):
            found.append("--repository OWNER/NAME: a repository that you can throw away.")
        if self.repository and not self.github_token:
            found.append("GITHUB_TOKEN in the environment: with --repository, a token that may write its statuses.")
        least = (self.least_client_id, self.least_client_secret)
        if any(least) and not all((*least, self.tenant_id)):
            names = "LEAST_CLIENT_ID, LEAST_CLIENT_SECRET and AZURE_TENANT_ID"
            found.append(f"{names} in the environment: all of them, or none of the first two.")
        if not self.yes:
            found.append("--yes: that it makes and deletes resources there, for some hours and some euros.")
        return found
