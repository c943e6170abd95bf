"""Where a function app's code is published."""

from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from imagegate.errors import NotAuthorised, ServiceRefused
from imagegate.gateway.function_app import has_function, publish_code, read_publication, scm_host
from imagegate.model import ResourceId

SITE = ResourceId.of(SUBSCRIPTION, "rg", "Microsoft.Web/sites", "gate")
HOST = "gate-a1b2.scm.westeurope-01.azurewebsites.net"


def _site(**properties: Any) -> Answer:  # noqa: ANN401 - any JSON
    return Answer(body={"id": SITE.text, "properties": properties})


@pytest.mark.parametrize(
    "properties",
    [
        {"hostNameSslStates": [{"name": "gate.x", "hostType": "Standard"}, {"name": HOST, "hostType": "Repository"}]},
        {"enabledHostNames": ["gate.azurewebsites.net", HOST]},
    ],
    ids=["by the kind of host", "by name"],
)
def test_host_is_the_one_that_the_site_names(wire: Wire, properties: dict[str, Any]) -> None:
    """The host is read from the site: some regions put random parts into it."""
    wire.on("GET", SITE.text, _site(**properties))

    assert scm_host(cloud_on(wire), SITE) == HOST


def test_site_without_such_a_host(wire: Wire) -> None:
    """A host is never guessed."""
    wire.on("GET", SITE.text, _site(enabledHostNames=["gate.azurewebsites.net"]))

    with pytest.raises(ServiceRefused, match="names no host"):
        scm_host(cloud_on(wire), SITE)


def test_package_is_handed_over(wire: Wire) -> None:
    """The zip is posted with a token, to be built there or as it is; the answer's text is the deployment's id."""
    wire.on("POST", "/api/publish", Answer(status=202, body='"d-1"'))

    assert publish_code(cloud_on(wire), HOST, b"PK", remote_build=False) == "d-1"
    assert publish_code(cloud_on(wire), HOST, b"PK", remote_build=True) == "d-1"

    seen, other = wire.calls("POST", "/api/publish")
    assert (seen.host, seen.body) == (HOST, b"PK")
    assert (seen.query["RemoteBuild"], other.query["RemoteBuild"]) == ("false", "true")
    assert seen.headers["Content-Type"] == "application/zip"
    assert seen.headers["Authorization"] == "Bearer token"


def test_refused_package(wire: Wire) -> None:
    """Who may not publish is told so."""
    body = {"error": {"code": "AuthorizationFailed", "message": "not allowed to perform action 'x' over scope 'y'"}}
    wire.on("POST", "/api/publish", Answer(status=403, body=body))

    with pytest.raises(NotAuthorised):
        publish_code(cloud_on(wire), HOST, b"PK", remote_build=True)


@pytest.mark.parametrize(
    ("status", "ended", "succeeded"),
    [(0, False, False), (1, False, False), (3, True, False), (4, True, True), (5, True, False), (6, True, True)],
)
def test_publication(wire: Wire, status: int, ended: bool, succeeded: bool) -> None:
    """4 is a success, 6 one in part, 3 and 5 (another deployment ended it) are failures; the rest goes on."""
    wire.on("GET", "/api/deployments/d-1", Answer(body={"status": status, "message": "said"}))

    found = read_publication(cloud_on(wire), HOST, "d-1")

    assert (found.ended, found.succeeded, found.message) == (ended, succeeded, "said")
    assert found.in_part is (status == 6)


def test_unknown_publication_has_only_begun(wire: Wire) -> None:
    """The service knows an id only a while after it gave it."""
    wire.on("GET", "/api/deployments/d-1", Answer(status=404, body={"error": {"code": "NotFound", "message": "x"}}))

    assert not read_publication(cloud_on(wire), HOST, "d-1").ended


def test_functions_that_are_found(wire: Wire) -> None:
    """A function is there once Resource Manager shows it."""
    wire.on("GET", f"{SITE}/functions/there", Answer(body={}))
    wire.on("GET", f"{SITE}/functions/not", Answer(status=404, body={"error": {"code": "NotFound", "message": "x"}}))

    assert has_function(cloud_on(wire), SITE, "there")
    assert not has_function(cloud_on(wire), SITE, "not")
