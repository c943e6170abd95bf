"""The az CLI as its users have it: a program of its own, told by its environment where the cloud is."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from programs import REPOSITORY, find

CLOUD_NAME = "LocalAzure"
_FOREIGN = ("AZURE_", "ARM_", "REQUESTS_", "SSL_", "IMAGEGATE_")
_TIMEOUT_S = 240


class AzFailed(AssertionError):  # noqa: N818 - what happened
    """A call of az ended otherwise than it should have."""


def installed() -> Path:
    """The folder of `az`; made where it is missing or its pins have changed."""
    subprocess.run(["make", "--no-print-directory", "-C", str(REPOSITORY), "azure-cli"], check=True)
    return Path(find("az")).parent


class Az:
    """One configuration of az: the clouds that it knows, and who is logged in."""

    def __init__(self, program: Path, configuration: Path, cloud: Mapping[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        self.cloud = dict(cloud)
        self.environment = kept | {
            "AZURE_CONFIG_DIR": str(configuration),
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
            "REQUESTS_CA_BUNDLE": cloud["REQUESTS_CA_BUNDLE"],
            "PYTHONWARNINGS": "ignore",
        }
        self._program = program
        self.printed = ""  # what the last call wrote on standard error

    def __call__(self, *arguments: str) -> Any:  # noqa: ANN401 - any JSON
        """Run a command that succeeds; the JSON that it prints, or None where it prints nothing."""
        done = self._run(*arguments)
        if done.returncode:
            raise AzFailed(f"az {' '.join(arguments)}\nexit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def refused(self, *arguments: str) -> str:
        """Run a command that fails; what it tells its user."""
        done = self._run(*arguments)
        if not done.returncode:
            raise AzFailed(f"az {' '.join(arguments)}\nwas to fail, and printed\n{done.stdout}")
        return done.stderr

    def text(self, *arguments: str) -> str:
        """Run a command that prints text."""
        done = self._run(*arguments)
        if done.returncode:
            raise AzFailed(f"az {' '.join(arguments)}\nexit code {done.returncode}\n{done.stderr}")
        return done.stdout

    def register(self) -> None:
        """Make the cloud known, and make it the one that is used."""
        endpoint = self.cloud["IMAGEGATE_ARM_ENDPOINT"]
        self("cloud", "register", "--name", CLOUD_NAME, "--endpoint-resource-manager", endpoint)
        self("cloud", "set", "--name", CLOUD_NAME)

    def log_in(self) -> list[dict[str, Any]]:
        """As the cloud's owner, with the secret; the subscriptions that az sees."""
        cloud = self.cloud
        seen = self(
            *("login", "--service-principal", "--tenant", cloud["AZURE_TENANT_ID"]),
            *("--username", cloud["AZURE_CLIENT_ID"], "--password", cloud["AZURE_CLIENT_SECRET"]),
        )
        return list(seen)

    def registered(self, *namespaces: str) -> None:
        """Register resource providers; waited for on a second call, since az asks again after 10 s only."""
        for wait in ((), ("--wait",)):
            for namespace in namespaces:
                self("provider", "register", "--namespace", f"Microsoft.{namespace}", *wait)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(self._program), *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        self.printed = done.stderr
        return done
