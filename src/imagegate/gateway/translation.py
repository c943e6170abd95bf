"""Turns what the Azure SDK raises into our own tree of errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from imagegate.errors import (
    ImageGateError,
    Inconclusive,
    InputError,
    InputFault,
    LoginFailed,
    NotAuthorised,
    ResourceConflict,
    ResourceMissing,
    ServiceRefused,
    ServiceUnreachable,
)
from imagegate.gateway.arm_errors import ArmFault, parse_error_body
from imagegate.gateway.login_errors import refused_login
from imagegate.gateway.refused_actions import refused_actions
from imagegate.model.provisioning_fault import cause_of
from imagegate.model.verification import Cause

SET_UP_FIRST = "Run `imagegate setup FOLDER` first."
_HINTS = {
    Cause.POLICY: "An Azure Policy forbids it; ask who owns the policy.",
    Cause.CAPACITY: "Capacity or quota: try another size or region, or ask for more quota.",
    Cause.THROTTLING: "Azure throttles these requests; try again later.",
}
"""By the cause that a code means in a smoke test, too: one code has one meaning."""


@contextmanager
def told_as(doing: str, *, template_file: str | None = None) -> Iterator[None]:
    """Raise Azure's errors as ours, with `doing` ("submitting the image template") as what was tried.

    With `template_file`, an answer 400 is that file's fault: an `InputError`.
    """
    try:
        yield
    except AzureError as error:
        raise translate(error, doing, template_file=template_file) from error
    except OSError as error:
        # Not the network (the SDK wraps that), but the machine: such as a REQUESTS_CA_BUNDLE that is not there.
        hint = "Check the file that REQUESTS_CA_BUNDLE names." if "certificate" in str(error).lower() else None
        raise InputError.of(f"cannot begin {doing}: {error}", hint=hint) from error


def translate(error: AzureError, doing: str, *, template_file: str | None = None) -> ImageGateError:
    """Our error for Azure's; capacity, quota, policy and throttling are nobody's fault."""
    if isinstance(error, HttpResponseError) and error.response is not None:
        return _refused(error, doing, template_file)
    if connection_error := no_connection(error):
        return _unreachable(connection_error, doing)
    if isinstance(error, ClientAuthenticationError):
        if known := refused_login(str(error.message or error), {}):
            return known
        return LoginFailed(
            f"No credential for {doing}: {_first_lines(error)}",
            hint="Set AZURE_TENANT_ID, AZURE_CLIENT_ID and a secret or federated token, use a managed identity, "
            "or sign in with az login.",
        )
    return ServiceRefused(f"{_sentence(doing)} failed: {_first_lines(error)}")


def no_connection(error: BaseException) -> AzureError | None:
    """The connection error that `error` is or was raised for; None where the other side answered.

    A login that cannot reach its host raises an authentication error, as one that is refused does: the cause differs.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ServiceRequestError | ServiceResponseError):
            return cause
        cause = cause.__cause__
    return None


def refusal(fault: ArmFault, doing: str, *, status: int | None, ids: dict[str, str]) -> ImageGateError:
    """Our error for a service's fault, however it came: as an answer, or as the end of an operation."""
    codes = set(fault.codes)
    text = _told(f"{_sentence(doing)} was refused.", fault)
    code = fault.innermost.code or fault.code
    cause = cause_of(fault.codes, str(fault))
    hint = _HINTS.get(cause) or (_HINTS[Cause.THROTTLING] if status == 429 else None)
    if hint:
        return Inconclusive(text, service_code=code, hint=hint, ids=ids)
    if status in {401, 403} or "authorizationfailed" in codes or "linkedauthorizationfailed" in codes:
        return _not_authorised(fault, doing, ids, LoginFailed if status == 401 else NotAuthorised)
    if "missingsubscriptionregistration" in codes:
        hint = "Run `imagegate setup` once with rights on the subscription; it registers the providers."
        return ServiceRefused(text, service_code=code, status=status, hint=hint, ids=ids)
    kinds: dict[int | None, type[ServiceRefused]] = {404: ResourceMissing, 409: ResourceConflict, 412: ResourceConflict}
    first = SET_UP_FIRST if "resourcegroupnotfound" in codes else None
    return kinds.get(status, ServiceRefused)(text, service_code=code, status=status, hint=first, ids=ids)


def _refused(error: HttpResponseError, doing: str, template_file: str | None) -> ImageGateError:
    response: Any = error.response
    fault = parse_error_body(_body_text(response), status=error.status_code)
    if stored := (getattr(response, "headers", None) or {}).get("x-ms-error-code"):
        # Blob storage: XML in the body, or nothing at all after HEAD; the code is in a header.
        fault = ArmFault(code=str(stored), message=fault.message)
    if not any(cause.message for cause in fault.walk()):
        fault = ArmFault(code=fault.code, message=fault.message or str(error.reason or ""))
    ids = _ids(response)
    if error.status_code == 400 and template_file is not None:
        told = refusal(fault, doing, status=400, ids=ids)
        if isinstance(told, ServiceRefused):
            message = f"Azure refuses it: {fault}"
            return InputError([InputFault(message=message, file=template_file)], ids=ids)
        return told
    return refusal(fault, doing, status=error.status_code, ids=ids)


def _told(sentence: str, fault: ArmFault) -> str:
    return f"{sentence}\n{fault}" if str(fault) else sentence


def _not_authorised(fault: ArmFault, doing: str, ids: dict[str, str], kind: type[NotAuthorised]) -> NotAuthorised:
    missing = refused_actions(str(fault))
    # What is missing is in the first line, because a refusal that is no obstacle is noted with that line alone.
    if missing.count > 1:
        # Azure repeats its sentence for each resource of a template: thirty of them hide what is missing.
        text = f"{_sentence(doing)} was refused: rights on {missing.count} resources are missing."
    else:
        why = f": {missing.action} is missing" if missing.action else ""
        text = _told(f"{_sentence(doing)} was refused{why}.", fault)
    return kind(
        text,
        action=missing.action or None,
        scope=missing.scope or None,
        principal=missing.principal or None,
        hint=missing.hint,
        ids=ids,
    )


def _unreachable(error: AzureError, doing: str) -> ServiceUnreachable:
    reason = _first_lines(error)
    hint = "Check the network, a proxy (HTTPS_PROXY) and the endpoint's name."
    if "certificate" in reason.lower():
        hint = "The certificate is not trusted: REQUESTS_CA_BUNDLE names the file of the authorities to trust."
    return ServiceUnreachable(f"No answer while {doing}: {reason}", hint=hint)


def _body_text(response: Any) -> str:  # noqa: ANN401 - two response classes of azure-core, without a common base
    try:
        body = response.text()
    except Exception:  # noqa: BLE001 - a body that cannot be read must not hide the status
        return ""
    return body if isinstance(body, str) else ""


def _ids(response: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    headers = getattr(response, "headers", None) or {}
    url = urlsplit(str(getattr(getattr(response, "request", None), "url", "")))
    found = {
        "resource": url.path if url.path.lower().startswith("/subscriptions/") else "",
        "request id": headers.get("x-ms-request-id", ""),
        "correlation id": headers.get("x-ms-correlation-request-id", ""),
        "api-version": ",".join(parse_qs(url.query).get("api-version", [])),
    }
    return {name: value for name, value in found.items() if value}


def _first_lines(error: BaseException) -> str:
    text = getattr(error, "message", None) or str(error)
    return "\n".join(str(text).strip().splitlines()[:6])


def _sentence(doing: str) -> str:
    return doing[:1].upper() + doing[1:]
