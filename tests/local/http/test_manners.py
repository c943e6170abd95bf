"""What every call to Resource Manager meets: metadata before it, headers with it, faults that were asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from localazure.assembly import LocalCloud

type Call = Callable[..., requests.Response]


@pytest.fixture
def anonymous(cloud_server: LocalCloud) -> Call:
    """GET without a token."""

    def get(path: str) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(cloud_server.cloud.arm_endpoint + path, verify=str(cloud_server.ca_bundle))

    return get


def test_endpoints_of_2022_are_one_object(cloud_server: LocalCloud, anonymous: Call) -> None:
    """A client that knows the ARM endpoint alone learns login endpoint and audiences, without a token."""
    document = anonymous("/metadata/endpoints?api-version=2022-09-01").json()
    assert document["authentication"]["loginEndpoint"] == cloud_server.cloud.arm_endpoint
    assert cloud_server.cloud.arm_endpoint in document["authentication"]["audiences"]
    assert document["resourceManager"] == cloud_server.cloud.arm_endpoint


@pytest.mark.parametrize("version", ["2019-05-01", "2020-06-01"])
def test_older_endpoints_are_a_list(anonymous: Call, version: str) -> None:
    """The versions of 2019 and 2020 list clouds, as Azure's do."""
    assert [entry["name"] for entry in anonymous(f"/metadata/endpoints?api-version={version}").json()] == ["localazure"]


@pytest.mark.parametrize("tenant", ["common", "organizations", "{tenant}"])
def test_the_authority_says_where_tokens_are(cloud_server: LocalCloud, anonymous: Call, tenant: str) -> None:
    """OpenID configuration is served for the tenant and for the names that stand for any."""
    name = tenant.format(tenant=cloud_server.cloud.tenant_id)
    document = anonymous(f"/{name}/v2.0/.well-known/openid-configuration").json()
    assert document["token_endpoint"] == f"{cloud_server.cloud.arm_endpoint}/{name}/oauth2/v2.0/token"


def test_calls_without_api_version_are_refused(cloud_server: LocalCloud, call: Call) -> None:
    """MissingApiVersionParameter, as in Azure."""
    answer = call("GET", "~/resourceGroups/rg", api_version="")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "MissingApiVersionParameter")


def test_unknown_operations_are_501_with_a_code_of_our_own(call: Call) -> None:
    """What is not served is never 200."""
    answer = call("GET", "~/resourceGroups/rg/providers/Microsoft.Sql/servers/x")
    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "NotServedByLocalCloud")


def test_answers_count_what_is_left(call: Call) -> None:
    """Reads and writes have buckets of their own, told in headers."""
    before = int(call("GET", "~").headers["x-ms-ratelimit-remaining-subscription-reads"])
    after = int(call("GET", "~").headers["x-ms-ratelimit-remaining-subscription-reads"])
    assert 0 < after <= 250
    assert before <= 250
    assert "x-ms-ratelimit-remaining-subscription-writes" in call("PATCH", "~/resourceGroups/rg", {}).headers


def test_answers_carry_request_and_correlation_ids(call: Call) -> None:
    """Two calls have two request ids."""
    first, second = call("GET", "~").headers, call("GET", "~").headers
    assert first["x-ms-request-id"] != second["x-ms-request-id"]
    assert first["x-ms-correlation-request-id"]


def test_a_fault_that_was_asked_for_happens_as_often_as_asked(call: Call) -> None:
    """The control path makes the next call fail; the one after it is served again."""
    fault = {"method": "GET", "path": "/resourcegroups/rg$", "status": 429, "code": "TooManyRequests"}
    fault |= {"headers": {"Retry-After": "7"}}
    assert call("POST", "/_localazure/faults", fault).status_code == 204
    refused = call("GET", "~/resourceGroups/rg")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "TooManyRequests")
    assert refused.headers["Retry-After"] == "7"
    assert call("GET", "~/resourceGroups/rg").status_code == 200


def test_what_is_no_fault_is_refused(call: Call) -> None:
    """A fault without a path is told so."""
    assert call("POST", "/_localazure/faults", {"status": 500}).json()["error"]["code"] == "InvalidFault"


def test_faults_can_be_taken_back(call: Call) -> None:
    """DELETE forgets the faults that are still to come."""
    call("POST", "/_localazure/faults", {"path": "rg", "status": 500})
    call("DELETE", "/_localazure/faults")
    assert call("GET", "~/resourceGroups/rg").status_code == 200


def test_bodies_that_are_no_json_are_refused(raw: Call) -> None:
    """InvalidRequestContent, before a provider sees the call."""
    answer = raw("PUT", "~/resourceGroups/other", b"{")
    assert answer.json()["error"]["code"] == "InvalidRequestContent"


def test_a_template_pasted_into_a_body_is_taken(call: Call, raw: Call) -> None:
    """`az deployment` sends a template as it was written: comments, and a key without quotes (recorded)."""
    body = b"""{"properties": {"mode": "Incremental", template:{
      "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      "contentVersion": "1.0.0.0", // comment
      "resources": [], /** comment **/
    }}}"""
    path = "~/resourceGroups/rg/providers/Microsoft.Resources/deployments/pasted"
    assert raw("PUT", path, body).status_code == 201
    assert call("POST", path + "/exportTemplate").json()["template"]["resources"] == []
