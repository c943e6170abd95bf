"""Faults on the wire, as a client meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from requests.exceptions import ConnectionError as Broken

from localazure.assembly import LocalCloud

type Call = Callable[..., requests.Response]
OTHER = "~/resourceGroups/other"
BODY = {"location": "westeurope"}


@pytest.fixture
def ask_for(call: Call) -> Callable[..., None]:
    """Ask for a fault over the control path."""

    def ask(**document: Any) -> None:  # noqa: ANN401 - any JSON
        answer = call("POST", "/_localazure/faults", document)
        assert answer.status_code == 204, answer.text

    return ask


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("throttled", 429, "TooManyRequests"),
        ("internal-error", 500, "InternalServerError"),
        ("unavailable", 503, "ServiceUnavailable"),
        ("gateway-timeout", 504, "GatewayTimeout"),
    ],
)
@pytest.mark.parametrize(("moment", "there"), [("before", 404), ("after", 200)])
def test_an_error_comes_before_or_after_the_effect(
    call: Call, ask_for: Callable[..., None], kind: str, status: int, code: str, moment: str, there: int
) -> None:
    """The answer is the same; the resource is there or not, as the fault says."""
    ask_for(kind=kind, operation="ResourceGroups_CreateOrUpdate", moment=moment)
    refused = call("PUT", OTHER, BODY)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert ("Retry-After" in refused.headers) == (kind == "throttled")
    assert call("GET", OTHER).status_code == there
    assert call("PUT", OTHER, BODY).status_code in (200, 201)


@pytest.mark.parametrize(("moment", "there"), [("before", 404), ("after", 200)])
def test_a_connection_ends_without_an_answer(call: Call, ask_for: Callable[..., None], moment: str, there: int) -> None:
    """The client is told nothing, whether or not the call took effect; the next call is served."""
    ask_for(kind="connection-reset", operation="ResourceGroups_CreateOrUpdate", moment=moment)
    with pytest.raises(Broken):
        call("PUT", OTHER, BODY)
    assert call("GET", OTHER).status_code == there


def test_a_body_ends_in_the_middle_or_is_something_else(call: Call, ask_for: Callable[..., None]) -> None:
    """A status of 200 and no JSON, as proxies are known to answer."""
    ask_for(kind="malformed-body", operation="ResourceGroups_Get")
    ask_for(kind="malformed-body", operation="ResourceGroups_Get", body="<html>Gateway</html>")
    cut = call("GET", "~/resourceGroups/rg")
    assert cut.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        cut.json()
    assert call("GET", "~/resourceGroups/rg").text == "<html>Gateway</html>"
    assert call("GET", "~/resourceGroups/rg").json()["name"] == "rg"


def test_reads_are_wrong_and_then_right(call: Call, ask_for: Callable[..., None]) -> None:
    """Not there yet, of another state, of another body; then the truth. Writes are left alone."""
    ask_for(kind="wrong-read", operation="ResourceGroups_Get", status=404)
    ask_for(kind="wrong-read", operation="ResourceGroups_Get", merge={"properties": {"provisioningState": "Failed"}})
    ask_for(kind="wrong-read", operation="ResourceGroups_Get", merge={"tags": {"a": "b"}, "location": None})
    ask_for(kind="wrong-read", operation="ResourceGroups_Get", body={"value": []})
    assert call("PATCH", "~/resourceGroups/rg", {"tags": {"c": "d"}}).status_code == 200
    first, second, third, fourth, fifth = (call("GET", "~/resourceGroups/rg") for _ in range(5))
    assert (first.status_code, first.json()["error"]["code"]) == (404, "NotFound")
    assert second.json()["properties"]["provisioningState"] == "Failed"
    assert third.json()["tags"] == {"a": "b", "c": "d"}
    assert "location" not in third.json()
    assert fourth.json() == {"value": []}
    assert fifth.json()["properties"]["provisioningState"] == "Succeeded"


def test_an_answer_may_be_slow(cloud_server: LocalCloud, call: Call, ask_for: Callable[..., None]) -> None:
    """It comes after the client has given up, and the call took effect all the same."""
    ask_for(kind="slow", operation="ResourceGroups_CreateOrUpdate", delay_s=2)
    session: requests.Session = call.session  # type: ignore[attr-defined] # the caller's own session
    url = f"{cloud_server.cloud.arm_endpoint}/subscriptions/{cloud_server.environment['AZURE_SUBSCRIPTION_ID']}"
    with pytest.raises(requests.exceptions.ReadTimeout):
        session.put(f"{url}/resourceGroups/other", json=BODY, params={"api-version": "2021-04-01"}, timeout=0.2)
    for _ in range(1000):
        if call("GET", OTHER).status_code == 200:
            return
        cloud_server.cloud.clock.sleep(0.01)
    raise AssertionError("the slow call took no effect")


def test_a_policy_meets_what_a_deployment_makes(settled: Call, call: Call, ask_for: Callable[..., None]) -> None:
    """A provider's refusal comes out whoever calls: the deployment fails with it."""
    ask_for(kind="disallowed-by-policy", operation="PublicIPAddresses_CreateOrUpdate", policy="no-public-ip")
    resource = {
        "type": "Microsoft.Network/publicIPAddresses",
        "apiVersion": "2023-11-01",
        "name": "ip",
        "location": "westeurope",
        "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": "Static"},
    }
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [resource],
    }
    path = "~/resourceGroups/rg/providers/Microsoft.Resources/deployments/smoke"
    settled("PUT", path, {"properties": {"mode": "Incremental", "template": template}})
    shown = call("GET", path).json()["properties"]
    assert shown["provisioningState"] == "Failed"
    assert "RequestDisallowedByPolicy" in str(shown["error"])


def test_the_control_path_wants_a_token(cloud_server: LocalCloud) -> None:
    """Health is for anyone; settings, faults and scenarios are not."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(cloud_server.ca_bundle)
        base = f"{cloud_server.cloud.arm_endpoint}/_localazure"
        assert session.get(f"{base}/health").status_code == 200
        for path in ("faults", "settings", "scenario"):
            assert session.get(f"{base}/{path}").status_code == 401
        assert session.patch(f"{base}/settings", json={"throttling": False}).status_code == 401
        assert session.put(f"{base}/scenario", data="faults: []").status_code == 401


def test_the_control_path_is_no_part_of_resource_manager(call: Call) -> None:
    """Below a subscription, and under any name that is not its own, it is not served."""
    assert call("GET", "~/_localazure/faults").status_code == 501
    assert call("GET", "/_localazure/nothing").status_code == 501


def test_settings_are_read_changed_and_put_back(call: Call) -> None:
    """What is named changes at once: three reads are one too many for a bucket of two."""
    assert call("GET", "/_localazure/settings").json()["reads_bucket"] == 250
    changed = call("PATCH", "/_localazure/settings", {"writes_bucket": 1, "writes_per_s": 0})
    assert changed.json()["writes_bucket"] == 1
    call("PUT", OTHER, BODY)
    refused = call("PUT", OTHER, BODY)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "SubscriptionRequestsThrottled")
    assert int(refused.headers["Retry-After"]) >= 1
    assert call("DELETE", "/_localazure/settings").json()["writes_bucket"] == 200
    wrong = call("PATCH", "/_localazure/settings", {"writes_bukket": 1, "throttling": 3}).json()["error"]
    assert [detail["target"] for detail in wrong["details"]] == ["writes_bukket", "throttling"]


def test_a_scenario_takes_the_place_of_all_that_was_asked_for(call: Call, raw: Call) -> None:
    """Faults and settings of before are gone; what is playing can be read; DELETE ends it."""
    call("POST", "/_localazure/faults", {"kind": "unavailable", "path": "/other$"})
    call("PATCH", "/_localazure/settings", {"regional_cores": 3})
    text = b"name: slow\nseed: 3\nsettings: {replication_s_per_region: 9}\nfaults: [{kind: slow, path: /x$}]\n"
    playing = raw("PUT", "/_localazure/scenario", text).json()
    assert (playing["name"], playing["seed"]) == ("slow", 3)
    assert [fault["kind"] for fault in playing["faults"]] == ["slow"]
    assert (playing["settings"]["regional_cores"], playing["settings"]["replication_s_per_region"]) == (100, 9)
    wrong = raw("PUT", "/_localazure/scenario", b"faults:\n- kind: slo\n  path: x\nsettings: {a: 1}\n").json()["error"]
    assert wrong["code"] == "InvalidScenario"
    assert "<scenario>:2:3: faults[0].kind" in wrong["message"]
    assert "<scenario>:4:12: settings.a" in wrong["message"]
    assert call("GET", "/_localazure/scenario").json()["name"] == "slow"
    call("DELETE", "/_localazure/scenario")
    assert call("GET", "/_localazure/faults").json() == {"seed": 0, "faults": []}


def test_an_operation_of_a_fault_has_to_exist(call: Call) -> None:
    """A slip of the pen is told instead of a fault that never happens."""
    answer = call("POST", "/_localazure/faults", [{"kind": "slow", "operation": "ResourceGroups_Gett"}])
    [detail] = answer.json()["error"]["details"]
    assert (detail["target"], "did you mean 'ResourceGroups_Get'?" in detail["message"]) == ("[0].operation", True)


def test_a_new_role_counts_after_a_while(
    cloud_server: LocalCloud,
    call: Call,
    as_other: Callable[[str], Call],
    object_id_of: Callable[[str], str],
) -> None:
    """Where role assignments take their time, the call is refused with AuthorizationFailed until they count."""
    other_id = "5b9b1a3c-1f0f-4c58-9d6f-0f4b7a2d9c11"
    other = as_other(other_id)
    call("PATCH", "/_localazure/settings", {"role_assignment_delay_s": 3600})
    scope = "~/resourceGroups/rg"
    role = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    subscription = f"/subscriptions/{cloud_server.environment['AZURE_SUBSCRIPTION_ID']}"
    definition = f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    name = "8f2f1a6e-6d0b-4b43-8a7b-0a6f6f1f2b3c"
    properties = {"roleDefinitionId": definition, "principalId": object_id_of(other_id)}
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    assert call("PUT", path, {"properties": properties}, api_version="2022-04-01").status_code == 201
    refused = other("GET", scope)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "AuthorizationFailed")
    call("PATCH", "/_localazure/settings", {"role_assignment_delay_s": 0})
    assert other("GET", scope).status_code == 200


def test_an_operation_can_be_asked_about_until_it_is_forgotten(call: Call, settled: Call) -> None:
    """After its retention its URL answers 404, as one that never was."""
    deleted = settled("DELETE", "~/resourceGroups/rg")
    url = deleted.headers["Location"]
    session: requests.Session = call.session  # type: ignore[attr-defined] # the caller's own session
    assert session.get(url).status_code == 200
    call("PATCH", "/_localazure/settings", {"operation_retention_s": 0})
    assert session.get(url).status_code == 404
