"""Azure's errors become ours."""

import json
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ReadTimeout, SSLError

from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from imagegate.errors import (
    ImageGateError,
    Inconclusive,
    InputError,
    LoginFailed,
    NotAuthorised,
    ResourceConflict,
    ResourceMissing,
    ServiceRefused,
    ServiceUnreachable,
)
from imagegate.gateway.arm_errors import ArmFault
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.credential import credential_of
from imagegate.gateway.endpoints import PUBLIC
from imagegate.gateway.translation import refusal, told_as, translate

PATH = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g"


def _raised(
    wire: Wire, status: int, code: str, message: str = "m", *, template_file: str | None = None
) -> ImageGateError:
    headers = {"x-ms-request-id": "r-1", "x-ms-correlation-request-id": "c-1"}
    wire.on("GET", ".*", Answer(status=status, body={"error": {"code": code, "message": message}}, headers=headers))
    with pytest.raises(ImageGateError) as caught, told_as("reading the gallery", template_file=template_file):
        cloud_on(wire).send("GET", PATH, api_version="2023-07-03")
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidParameter", ServiceRefused),
        (401, "ExpiredAuthenticationToken", LoginFailed),
        (403, "AuthorizationFailed", NotAuthorised),
        (403, "RequestDisallowedByPolicy", Inconclusive),
        (403, "RequestDisallowedByAzure", Inconclusive),
        (409, "RetryableError", Inconclusive),
        (404, "ResourceNotFound", ResourceMissing),
        (409, "OperationNotAllowed", ResourceConflict),
        (409, "SkuNotAvailable", Inconclusive),
        (409, "ZonalAllocationFailed", Inconclusive),
        (412, "PreconditionFailed", ResourceConflict),
        (429, "TooManyRequests", Inconclusive),
        (400, "QuotaExceeded", Inconclusive),
        (500, "InternalServerError", ServiceRefused),
    ],
)
def test_every_kind_of_refusal(wire: Wire, status: int, code: str, kind: type[ImageGateError]) -> None:
    """Status and code decide whose fault it is; capacity, quota, policy and throttling are nobody's."""
    error = _raised(wire, status, code)

    assert type(error) is kind
    assert error.message == f"Reading the gallery was refused.\n{code}: m"


def test_ids_are_kept(wire: Wire) -> None:
    """What support asks for stands on lines of its own: resource, request id, correlation id, API version."""
    assert _raised(wire, 404, "ResourceNotFound").ids == {
        "resource": PATH,
        "request id": "r-1",
        "correlation id": "c-1",
        "api-version": "2023-07-03",
    }


def test_quota_in_other_words(wire: Wire) -> None:
    """Compute says OperationNotAllowed for an exceeded quota; the text tells it from a forbidden operation."""
    message = "Operation results in exceeding quota limits of Core. Maximum allowed: 4, Current in use: 4."

    assert isinstance(_raised(wire, 409, "OperationNotAllowed", message), Inconclusive)


def test_a_missing_right_is_named(wire: Wire) -> None:
    """ARM's own sentence gives action, scope and principal."""
    message = (
        "The client 'app' with object id 'p-1' does not have authorization to perform action "
        "'Microsoft.Compute/galleries/read' over scope '/subscriptions/s/resourceGroups/rg' or the scope is invalid."
    )

    error = _raised(wire, 403, "AuthorizationFailed", message)

    assert isinstance(error, NotAuthorised)
    assert (error.action, error.principal) == ("Microsoft.Compute/galleries/read", "p-1")
    assert error.scope == "/subscriptions/s/resourceGroups/rg"
    assert error.exit_code == 9
    assert error.message.splitlines()[0].endswith(" was refused: Microsoft.Compute/galleries/read is missing.")


def test_a_right_that_a_deployment_lacks(wire: Wire) -> None:
    """The refusal of a whole template names the first resource that may not be written."""
    message = (
        "The template deployment failed with error: 'Authorization failed for template resource 'nsg' of type 'N/g'. "
        "The client 'app' with object id 'p-1' does not have permission to perform action 'N/g/write' at scope '/g'.'."
    )

    error = _raised(wire, 403, "InvalidTemplateDeployment", message)

    assert isinstance(error, NotAuthorised)
    assert (error.action, error.scope, error.principal) == ("N/g/write", "/g", "p-1")


def test_a_real_missing_right(wire: Wire, corpus: Path) -> None:
    """The recorded refusal to attach an identity of another tenant names the action and that subscription."""
    recorded = json.loads((corpus / "arm-recordings" / "errors.json").read_text())["errors"]
    entry = next(e for e in recorded if "LinkedAuthorizationFailed" in json.dumps(e["body"]))

    error = _raised(wire, entry["status"], "LinkedAuthorizationFailed", entry["body"]["error"]["message"])

    assert isinstance(error, NotAuthorised)
    assert error.action == "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
    assert error.scope == "/subscriptions/1c638cf4-608f-4ee6-b680-c329e824c3a8"


def test_a_right_that_is_missing_on_what_is_linked(wire: Wire) -> None:
    """Of the two actions in a linked refusal the one that is missing is named."""
    message = (
        "The client 'app' with object id 'p-1' has permission to perform action 'A/write' on scope '/s'; however, it "
        "does not have permission to perform action(s) 'B/assign/action' on the linked scope(s) '/t' (respectively)."
    )

    error = _raised(wire, 403, "LinkedAuthorizationFailed", message)

    assert isinstance(error, NotAuthorised)
    assert (error.action, error.scope, error.principal) == ("B/assign/action", "/t", "p-1")


def test_a_template_that_is_refused(wire: Wire) -> None:
    """400 for a template is that file's fault; a missing right for the same request is not."""
    refused = _raised(wire, 400, "ValidationFailed", "bad value", template_file="t.json")
    forbidden = _raised(wire, 403, "AuthorizationFailed", template_file="t.json")

    assert isinstance(refused, InputError)
    assert str(refused).startswith("t.json: Azure refuses it: ValidationFailed: bad value")
    assert isinstance(forbidden, NotAuthorised)


def test_a_provider_that_is_not_registered(wire: Wire) -> None:
    """The hint names the command that registers it; nothing registers by itself."""
    error = _raised(wire, 409, "MissingSubscriptionRegistration", "The subscription is not registered")

    assert error.hint is not None
    assert "imagegate setup" in error.hint
    assert [str(seen) for seen in wire.seen] == [f"GET {PATH}"]


def test_a_resource_group_that_setup_has_not_made(wire: Wire) -> None:
    """A missing resource group is told with the command that makes it; any other missing resource is not."""
    assert _raised(wire, 404, "ResourceGroupNotFound").hint == "Run `imagegate setup FOLDER` first."
    assert _raised(wire, 404, "ResourceNotFound").hint is None


@pytest.mark.parametrize(
    ("problem", "hint"),
    [
        (RequestsConnectionError("Name or service not known"), "proxy"),
        (SSLError("CERTIFICATE_VERIFY_FAILED: self-signed certificate"), "REQUESTS_CA_BUNDLE"),
    ],
)
def test_no_answer(wire: Wire, problem: Exception, hint: str) -> None:
    """No network and no trust are told with what to check."""
    wire.on("GET", ".*", problem)

    with pytest.raises(ServiceUnreachable, match="No answer while reading") as caught, told_as("reading"):
        cloud_on(wire).send("GET", PATH, api_version="1")

    assert caught.value.hint is not None
    assert hint in caught.value.hint


@pytest.mark.parametrize("job", [{}, {"GITHUB_ACTIONS": "true"}], ids=["by hand", "in a job"])
@pytest.mark.parametrize("problem", [RequestsConnectionError("refused"), ReadTimeout("gone")], ids=["at once", "later"])
def test_a_login_that_is_not_reached(wire: Wire, job: dict[str, str], problem: Exception) -> None:
    """A login host without an answer is a service that cannot be reached; the credential itself is not blamed."""
    wire.on("GET", ".*", problem)
    wire.on("POST", ".*", problem)
    given = {"AZURE_TENANT_ID": SUBSCRIPTION, "AZURE_CLIENT_ID": SUBSCRIPTION, "AZURE_CLIENT_SECRET": "secret"}
    login = credential_of({**given, **job}, PUBLIC, transport=wire.transport)
    cloud = Cloud(endpoints=PUBLIC, subscription_id=SUBSCRIPTION, credential=login, transport=wire.transport)

    with pytest.raises(ServiceUnreachable, match="No answer while reading") as caught, told_as("reading"):
        cloud.send("GET", PATH, api_version="1")

    assert caught.value.exit_code == 7
    assert "AZURE_" not in str(caught.value)


def test_quota_is_not_throttling() -> None:
    """A quota error is reported as a quota error: a later retry would not help."""
    found = refusal(ArmFault(code="OperationNotPermittedOnQuota", message="x"), "deploying", status=409, ids={})

    assert "ask for more quota" in str(found.hint)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("AADSTS7000215: Invalid client secret provided.", "The client secret is wrong"),
        ("AADSTS7000222: The provided client secret keys are expired.", "The client secret has expired"),
    ],
)
def test_a_wrong_secret(message: str, words: str) -> None:
    """A secret that Entra does not take is called that; nothing says that a credential is missing."""
    error = translate(ClientAuthenticationError(message), "reading")

    assert isinstance(error, LoginFailed)
    assert words in error.message
    assert "AZURE_CLIENT_ID" not in str(error)


def test_no_credential() -> None:
    """An environment without any credential is told with the ways to give one."""
    error = translate(ClientAuthenticationError("no token"), "reading")

    assert isinstance(error, LoginFailed)
    assert error.exit_code == 9
    assert error.hint is not None
    assert "AZURE_CLIENT_ID" in error.hint


def test_rights_that_are_missing_on_a_whole_template(wire: Wire) -> None:
    """Azure's sentence for each resource is replaced by how many they are; the actions and the scope are named once."""
    sentences = [
        f"The client 'app' with object id 'p-1' does not have permission to perform action '{action}' at scope "
        f"'/subscriptions/s/resourceGroups/rg/providers/{action}'."
        for action in ("A/write", "B/write")
    ]

    error = _raised(wire, 403, "InvalidTemplateDeployment", ":".join(sentences))

    assert isinstance(error, NotAuthorised)
    assert error.message == "Reading the gallery was refused: rights on 2 resources are missing."
    assert (error.action, error.scope) == ("A/write, B/write", "/subscriptions/s/resourceGroups/rg")
