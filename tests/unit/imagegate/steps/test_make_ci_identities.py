"""Identities for jobs, and the template that makes them."""

from typing import Any

import armtemplate
from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.principal import OwnPrincipal
from imagegate.steps.make_ci_identities import CiIdentity, make_ci_identities
from imagegate.waiting import Deadline

DEPLOYMENT = (
    f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/Microsoft.Resources/deployments/imagegate-ci-identities"
)


def test_identities_are_those_of_the_deployment(wire: Wire, clock: HandClock) -> None:
    """Names and subjects are the deployment's parameters; what it made comes back in the order of the names."""
    made = [{"clientId": f"c-{one}", "principalId": f"p-{one}", "tenantId": "t"} for one in (1, 2)]
    properties = {"provisioningState": "Succeeded", "outputs": {"identities": {"type": "Array", "value": made}}}
    wire.on("PUT", DEPLOYMENT, Answer(status=201, body={"id": DEPLOYMENT, "properties": {}}))
    wire.on("GET", DEPLOYMENT, Answer(body={"id": DEPLOYMENT, "properties": properties}))

    first, second = make_ci_identities(
        cloud_on(wire),
        group="rg",
        location="westeurope",
        names=["one", "two"],
        subjects=["repo:a/b:pull_request"],
        issuer="https://github.example/_services/token",
        deadline=Deadline.after(60, clock),
    )

    given = wire.calls("PUT", DEPLOYMENT)[0].json["properties"]["parameters"]
    assert (given["identities"]["value"], given["subjects"]["value"]) == (["one", "two"], ["repo:a/b:pull_request"])
    assert given["issuer"]["value"] == "https://github.example/_services/token"
    principal = OwnPrincipal(object_id="p-1", kind="ServicePrincipal")
    assert first == CiIdentity(client_id="c-1", tenant_id="t", principal=principal)
    assert second.client_id == "c-2"


def test_every_identity_takes_every_subject() -> None:
    """A credential for each pair, one after the other: the service refuses two writes at once to one identity."""
    template = azure_template("ci-identities")
    given: dict[str, Any] = {"identities": ["one", "two"], "subjects": ["repo:a/b:ref:r", "repo:a/b:environment:e"]}

    found = list(armtemplate.evaluate(template, parameters=given).deployed_resources())

    credentials = [one for one in found if one.type.endswith("/federatedIdentityCredentials")]
    pairs = [(one.name.partition("/")[0], one.body["properties"]["subject"]) for one in credentials]
    assert pairs == [(identity, subject) for identity in given["identities"] for subject in given["subjects"]]
    assert len({one.name for one in credentials}) == 4
    assert {one.body["properties"]["issuer"] for one in credentials} == {"https://token.actions.githubusercontent.com"}
    loop = next(one["copy"] for one in template["resources"] if one["type"] == credentials[0].type)
    assert (loop["mode"], loop["batchSize"]) == ("serial", 1)
