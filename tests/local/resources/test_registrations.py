"""Resource provider registration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.resources import ResourceManagementClient

type Call = Callable[..., requests.Response]

_VAULT = "~/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v"


def test_a_fresh_subscription_has_to_register(
    credential: ClientSecretCredential, subscription_id: str, sdk_options: dict[str, Any]
) -> None:
    """NotRegistered, then Registering, then Registered, seen through the SDK."""
    with ResourceManagementClient(credential, subscription_id, **sdk_options) as client:
        assert client.providers.get("Microsoft.Compute").registration_state == "NotRegistered"
        assert client.providers.get("Microsoft.Resources").registration_state == "Registered"
        assert client.providers.register("Microsoft.Compute").registration_state == "Registering"
        while (state := client.providers.get("Microsoft.Compute").registration_state) == "Registering":
            pass
        assert state == "Registered"
        assert "virtualMachines" in [
            entry.resource_type for entry in client.providers.get("microsoft.compute").resource_types or []
        ]


def test_a_put_without_registration_is_refused_in_azures_words(caller: Callable[..., Any]) -> None:
    """409 MissingSubscriptionRegistration, with the namespace as target (recorded)."""
    client = caller()
    client("PUT", "~/resourceGroups/rg", {"location": "westeurope"})
    path = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
    answer = client("PUT", path, {"location": "westeurope"})
    message = (
        "The subscription is not registered to use namespace 'Microsoft.ManagedIdentity'. See "
        "https://aka.ms/rps-not-found for how to register subscriptions."
    )
    assert answer.status_code == 409
    assert answer.json()["error"] == {
        "code": "MissingSubscriptionRegistration",
        "message": message,
        "details": [
            {
                "code": "MissingSubscriptionRegistration",
                "target": "Microsoft.ManagedIdentity",
                "message": message,
            }
        ],
    }


def test_registering_needs_the_right_to(as_other: Callable[[str], Call]) -> None:
    """Without a role, the refusal names the namespace's own register action."""
    answer = as_other("44444444-4444-4444-4444-444444444444")("POST", "~/providers/Microsoft.Compute/register")
    assert answer.status_code == 403
    assert "'Microsoft.Compute/register/action'" in answer.json()["error"]["message"]


def test_unregistering_takes_the_namespace_away(call: Call) -> None:
    """Unregistering is seen at once in the answer."""
    answer = call("POST", "~/providers/Microsoft.Storage/unregister").json()
    assert answer["registrationState"] == "Unregistering"


def test_a_namespace_that_is_none_is_not_registered(call: Call) -> None:
    """InvalidResourceNamespace."""
    answer = call("POST", "~/providers/Contoso.Widgets/register")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "InvalidResourceNamespace")


def test_every_namespace_is_listed(call: Call) -> None:
    """The list tells each namespace's state."""
    states = {entry["namespace"]: entry["registrationState"] for entry in call("GET", "~/providers").json()["value"]}
    assert states["Microsoft.KeyVault"] == "NotRegistered"
    assert states["Microsoft.Network"] in {"Registering", "Registered"}
