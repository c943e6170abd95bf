"""A cloud in which `imagegate setup` runs, and the jobs that log in there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt

from function_world import trusting_transport
from imagegate.gateway.cloud import Cloud
from imagegate.settings import CloudSettings
from localazure.assembly import LocalCloud

TEMPLATE = Path(__file__).parents[2] / "templates" / "apache-debian12"
REPOSITORY = "acme/images"
MAIN, PULL_REQUEST = f"repo:{REPOSITORY}:ref:refs/heads/main", f"repo:{REPOSITORY}:pull_request"
_TIMEOUT_S = 240
RUN_BY = {"build": "ciClientId", "verify": "ciVerifyClientId", "sweep": "ciVerifyClientId"}
"""By command, the output of the set-up that has the client id of who runs it."""


@dataclass
class Installation:
    """A cloud, and what `setup` printed there."""

    cloud: LocalCloud
    folder: Path
    document: dict[str, Any] = field(default_factory=dict)
    progress: str = ""
    """What the last command said on standard error."""

    def run(
        self,
        command: str,
        *arguments: str,
        target: str = str(TEMPLATE),
        environment: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Run a command as its user starts it, by default as the cloud's owner: exit code and what it printed.

        `target` is the command's first argument: a folder, or the id of a version.
        """
        foreign = ("AZURE_", "ARM_", "GITHUB_", "ACTIONS_", "IMAGEGATE_A")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        done = subprocess.run(
            [sys.executable, "-m", "imagegate", command, target, *arguments, "--json"],
            env={**kept, **(self.cloud.environment if environment is None else environment)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        assert done.stdout, done.stderr
        self.progress = done.stderr
        return done.returncode, json.loads(done.stdout)

    def set_up(self, *arguments: str) -> dict[str, Any]:
        """Run `imagegate setup`; what it printed."""
        exit_code, self.document = self.run("setup", *arguments)
        assert exit_code == 0, self.document
        return self.document

    def run_as_job(self, command: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run a command in a job on main, as the identity that the set-up made for it."""
        return self.run(command, *arguments, environment=self.job(RUN_BY[command], MAIN))

    def job(self, output: str, subject: str) -> dict[str, str]:
        """The environment of a job that logs in as the identity of an output of the set-up."""
        file = self.folder / f"{output}.token"
        claims = {
            "iss": "https://token.actions.githubusercontent.com",
            "aud": "api://AzureADTokenExchange",
            "sub": subject,
        }
        file.write_text(jwt.encode(claims, "k" * 32))
        return without_secret(self.cloud) | {
            "AZURE_CLIENT_ID": self.document["outputs"][output],
            "AZURE_FEDERATED_TOKEN_FILE": str(file),
        }

    def connect(self, environment: Mapping[str, str] | None = None) -> Cloud:
        """The product's own connection; by default the owner's."""
        known = self.cloud.environment
        settings = CloudSettings(
            arm_endpoint=self.cloud.cloud.arm_endpoint, subscription_id=known["AZURE_SUBSCRIPTION_ID"]
        )
        return Cloud.connect(settings, environment or known, transport=trusting_transport(self.cloud))


def without_secret(cloud: LocalCloud) -> dict[str, str]:
    """The environment of a cloud's client that has to show something else than the owner's secret."""
    return {name: value for name, value in cloud.environment.items() if name != "AZURE_CLIENT_SECRET"}


def template_body(group: str) -> dict[str, Any]:
    """An image template of a side's group, with the builder of that side."""
    builder = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/imagegate-builder"
    main = group.removesuffix("-pull-requests")
    definition = f"{main}/providers/Microsoft.Compute/galleries/golden/images/apache-debian12"
    return {
        "location": "westeurope",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {builder: {}}},
        "properties": {
            "source": {
                "type": "PlatformImage",
                "publisher": "Debian",
                "offer": "debian-12",
                "sku": "12-gen2",
                "version": "latest",
            },
            "customize": [{"type": "Shell", "name": "first", "inline": ["true"]}],
            "distribute": [
                {
                    "type": "SharedImage",
                    "runOutputName": "out",
                    "galleryImageId": definition,
                    "targetRegions": [{"name": "westeurope"}],
                    "excludeFromLatest": True,
                }
            ],
        },
    }
