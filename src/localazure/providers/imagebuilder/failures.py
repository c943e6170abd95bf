"""What can end a submission or a run badly: the service's codes and sentences (image-builder-troubleshoot)."""

from __future__ import annotations

from localazure.arm.errors import ArmError

HELP = "https://aka.ms/azvmimagebuilderts"


class SubmissionFailed(ArmError):  # noqa: N818 - the state's name
    """The template is kept, in state Failed, with a provisioning error of this code."""

    def __init__(self, provisioning_code: str, message: str, *, code: str = "ValidationFailed") -> None:
        super().__init__(400, code, message)
        self.provisioning_code = provisioning_code


def not_authorized(resource: str) -> SubmissionFailed:
    """The template's identity may not read something (recorded)."""
    return SubmissionFailed(
        "Other",
        f"Not authorized to access the resource: {resource}. Please check the user assigned identity has the correct "
        f"permissions. For more details, go to {HELP}.",
        code="Unauthorized",
    )


def identity_unusable() -> SubmissionFailed:
    """The template's identity was deleted."""
    return SubmissionFailed(
        "Other",
        "The assigned managed identity cannot be used. Please remove the existing one and re-assign a new identity. "
        f"For more troubleshooting steps go to {HELP}.",
        code="BadRequest",
    )


def build_failed(*, log_path: str, operation_id: str) -> ArmError:
    """Customizing or validating ended badly; the log says why."""
    return ArmError(
        400,
        "PackerBuildFailed",
        f"During the image build a failure has occurred. Packer build logs are at location {log_path}. Please navigate "
        "to this location using portal or other tools to download logs for identifying which build/customization step "
        f"failed. Use this operationId {operation_id} to search packer logs. "
        f"For more troubleshooting steps go to {HELP}.",
    )


def build_timed_out() -> ArmError:
    """The build timeout passed before there was an image."""
    return ArmError(
        400,
        "PackerBuildFailed",
        "Failed while waiting for packerizer: Timeout waiting for microservice to complete: "
        "'context deadline exceeded'",
    )


def containers_not_registered() -> ArmError:
    """Builds run in container groups, whose provider the subscription has to have registered."""
    message = "Azure Container Instances provider not registered for your subscription."
    return ArmError(400, "MissingSubscriptionRegistration", message)


def distribution_failed(failed: int, total: int, reasons: list[str]) -> ArmError:
    """Some or all targets could not be written."""
    inner = " ".join(f"[Error {index}] {reason}" for index, reason in enumerate(reasons))
    message = f"Failed in distributing {failed} images out of total {total}: {{{inner}}}"
    return ArmError(400, "ImageDistributeFailed", message)


def not_served(message: str) -> ArmError:
    """Azure would take it; the local engine cannot do it."""
    return ArmError(400, "NotSupportedByLocalCloud", message)
