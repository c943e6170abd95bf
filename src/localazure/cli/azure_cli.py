"""The az CLI, made to know a local cloud: a configuration of its own, registered and logged in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_CLOUD = "LocalAzure"
_TIMEOUT_S = 120


class AzNotReady(Exception):  # noqa: N818 - what happened, as a sentence
    """az could not be made to know the cloud; carries what it said."""


def az_environment(folder: Path) -> dict[str, str]:
    """What az reads: its configuration lies in `folder`, and nothing that it does here is anybody's business."""
    return {
        "AZURE_CONFIG_DIR": str(folder / "azure"),
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
    }


def prepare_az(az: str, environment: Mapping[str, str]) -> None:
    """Register the cloud under its endpoint of this start, and log its owner in. Raises `AzNotReady`."""
    configuration = Path(environment["AZURE_CONFIG_DIR"])
    configuration.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = (configuration / "clouds.config").exists()
    endpoint = environment["IMAGEGATE_ARM_ENDPOINT"]
    _az(
        az,
        environment,
        "cloud",
        "update" if known else "register",
        "--name",
        _CLOUD,
        "--endpoint-resource-manager",
        endpoint,
    )
    _az(az, environment, "cloud", "set", "--name", _CLOUD)
    _log_in(az, environment, configuration / "secret")


def _log_in(az: str, environment: Mapping[str, str], secret: Path) -> None:
    """With the secret in a file: everyone on this machine can read a command line."""
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(environment["AZURE_CLIENT_SECRET"])
        who = ("--tenant", environment["AZURE_TENANT_ID"], "--username", environment["AZURE_CLIENT_ID"])
        _az(az, environment, "login", "--service-principal", *who, "--password", f"@{secret}")
    finally:
        secret.unlink(missing_ok=True)


def _az(az: str, environment: Mapping[str, str], *arguments: str) -> None:
    command = [az, *arguments, "--only-show-errors", "--output", "none"]
    try:
        done = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AzNotReady(f"az could not be run: {error}. `--no-az` goes without it.") from error
    if done.returncode:
        asked = " ".join(arguments[:2])
        said = done.stderr.strip()
        raise AzNotReady(f"`az {asked}` refused (exit code {done.returncode}). `--no-az` goes without it.\n{said}")
