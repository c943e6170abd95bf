"""Logs in the service's own formats, made from what a script says."""

from collections.abc import Callable

import pytest

OPERATION = "[7d2f6a0e-3a55-4c1b-9b0e-6f1f0c2b9a11] "


def newer_log(said: str, status: int | None, kind: str = "shell") -> str:
    """Since September 2023: a timestamp and `ui:`, no OUT and ERR."""
    at = "PACKER 2025/06/01 10:00:{:02d} "
    lines = [
        at.format(0) + "ui: ==> azure-arm: Running builder ...",
        at.format(1) + "ui: ==> azure-arm: Connected to SSH!",
        at.format(2) + f"[INFO] (telemetry) Starting provisioner {kind}",
        at.format(2) + "ui: ==> azure-arm: Provisioning with shell script: /tmp/packer-shell3141592653",
        *(at.format(3) + f"ui:     azure-arm: {line}" for line in said.splitlines()),
    ]
    if status is not None:
        reason = f"Script exited with non-zero exit status: {status}. Allowed exit codes are: [0]"
        lines += [
            at.format(9) + f"[INFO] (telemetry) ending {kind}",
            at.format(9) + "ui: ==> azure-arm: Provisioning step had errors: Running the cleanup provisioner...",
            at.format(9) + "ui: ==> azure-arm: Deleting individual resources ...",
            at.format(12) + "ui error: ==> azure-arm: Error deleting resource. Will retry.",
            at.format(15) + f"ui error: Build 'azure-arm' errored after 3 minutes 2 seconds: {reason}",
            at.format(15) + "ui: \n==> Some builds didn't complete successfully and had errors:",
            at.format(15) + f"ui error: --> azure-arm: {reason}",
            at.format(15) + "ui: \n==> Builds finished but no artifacts were created.",
            at.format(15) + "[INFO] (telemetry) Finalizing.",
            "PACKER Done exporting Packer logs to Azure Storage.",
        ]
    return "".join(f"{OPERATION}{line}\n" for line in lines)


def older_log(said: str, status: int | None, kind: str = "shell") -> str:
    """Until 2023: OUT and ERR, which says no more than standard error."""
    debug = "ERR 2021/03/04 10:00:02 "
    lines = [
        "OUT ==> azure-arm: Running builder ...",
        "OUT ==> azure-arm: Connected to SSH!",
        debug + f"[INFO] (telemetry) Starting provisioner {kind}",
        "OUT ==> azure-arm: Provisioning with shell script: /tmp/packer-shell3141592653",
        *(f"OUT ==> azure-arm: {line}" for line in said.splitlines()),
    ]
    if status is not None:
        reason = f"Script exited with non-zero exit status: {status}. Allowed exit codes are: [0]"
        lines += [
            debug + f"packer-plugin-azure plugin: 2021/03/04 10:00:02 [INFO] command exited with code: {status}",
            debug + f"[INFO] (telemetry) ending {kind}",
            "OUT ==> azure-arm: Provisioning step had errors: Running the cleanup provisioner, if present...",
            "OUT ==> azure-arm: The resource group was not created by Packer, deleting individual resources ...",
            "OUT ==> azure-arm: Error deleting resource. Will retry.",
            f"OUT Build 'azure-arm' errored: {reason}",
            "OUT ==> Some builds didn't complete successfully and had errors:",
            debug + f'machine readable: azure-arm,error []string{{"{reason}"}}',
            f"OUT --> azure-arm: {reason}",
            "ERR ==> Builds finished but no artifacts were created.",
            debug + "[INFO] (telemetry) Finalizing.",
        ]
    return "".join(f"{OPERATION}PACKER {line}\n" for line in lines)


@pytest.fixture(params=[newer_log, older_log], ids=["newer", "older"])
def render_log(request: pytest.FixtureRequest) -> Callable[..., str]:
    """Renders a step's words and exit status as a log, in each era's format."""
    found: Callable[..., str] = request.param
    return found
