"""Role definitions, role assignments, and what they let a principal do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest
from localazure.assembly import LocalCloud

type Call = Callable[..., requests.Response]

_READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
_CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
_OPERATOR = "f1a07417-d97a-45cb-824c-7a7467783830"
_CLIENT = "88888888-8888-4888-8888-888888888888"
_IDENTITIES = "/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
_ROLE = "16d6824d-0b57-44d3-b831-a839706df556"


@pytest.fixture
def assign(call: Call, object_id_of: Callable[[str], str]) -> Callable[..., requests.Response]:
    """Give a role to the application `_CLIENT`."""

    def assigned(role: str, scope: str, **more: Any) -> requests.Response:  # noqa: ANN401 - any JSON
        properties = {
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
            "principalId": object_id_of(_CLIENT),
        }
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        return call("PUT", path, {"properties": properties | more})

    return assigned


def test_without_a_role_nothing_is_seen(as_other: Callable[[str], Call]) -> None:
    """AuthorizationFailed in Azure's words names client, object id, action and scope; lists are empty."""
    other = as_other(_CLIENT)
    answer = other("GET", "~/resourceGroups/rg")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "AuthorizationFailed")
    assert error["message"].startswith(f"The client '{_CLIENT}' with object id '")
    assert "to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read'" in error["message"]
    assert error["message"].endswith("If access was recently granted, please refresh your credentials.")
    assert other("GET", "/subscriptions").json()["value"] == []
    assert other("GET", "~/resourcegroups").json()["value"] == []
    assert other("GET", "~/resources").json()["value"] == []


def test_roles_are_inherited_downwards_only(
    call: Call, as_other: Callable[[str], Call], assign: Callable[..., requests.Response]
) -> None:
    """Reader of one group reads what is in it, writes nothing, and does not see the other group."""
    other = as_other(_CLIENT)
    call("PUT", "~/resourceGroups/second", {"location": "westeurope"})
    call("PUT", "~/resourceGroups/rg" + _IDENTITIES + "/i", {"location": "westeurope"})
    assert assign(_READER, "~/resourceGroups/rg").status_code == 201
    assert other("GET", "~/resourceGroups/rg" + _IDENTITIES + "/i").status_code == 200
    assert [entry["name"] for entry in other("GET", "~/resources").json()["value"]] == ["i"]
    assert [entry["name"] for entry in other("GET", "~/resourcegroups").json()["value"]] == ["rg"]
    assert len(other("GET", "/subscriptions").json()["value"]) == 1
    refused = other("PUT", "~/resourceGroups/rg" + _IDENTITIES + "/j", {"location": "westeurope"})
    assert refused.status_code == 403
    assert "userAssignedIdentities/write'" in refused.json()["error"]["message"]
    assert other("GET", "~/resourceGroups/second").status_code == 403


def test_a_contributor_assigns_no_roles(
    as_other: Callable[[str], Call], assign: Callable[..., requests.Response], object_id_of: Callable[[str], str]
) -> None:
    """`notActions` take back what `*` gave."""
    other = as_other(_CLIENT)
    assign(_CONTRIBUTOR, "~")
    assert other("PUT", "~/resourceGroups/theirs", {"location": "westeurope"}).status_code == 201
    path = f"~/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    properties = {"roleDefinitionId": f"/x/roleDefinitions/{_READER}", "principalId": object_id_of(_CLIENT)}
    refused = other("PUT", path, {"properties": properties})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "AuthorizationFailed")


def test_rights_end_with_the_assignment(
    call: Call, as_other: Callable[[str], Call], assign: Callable[..., requests.Response]
) -> None:
    """A deleted assignment counts at once; deleting it again answers 204."""
    other = as_other(_CLIENT)
    made = assign(_READER, "~/resourceGroups/rg").json()
    assert other("GET", "~/resourceGroups/rg").status_code == 200
    assert call("DELETE", made["id"]).json()["name"] == made["name"]
    assert other("GET", "~/resourceGroups/rg").status_code == 403
    assert call("DELETE", made["id"]).status_code == 204


def test_an_assignment_has_the_recorded_shape(
    as_other: Callable[[str], Call], assign: Callable[..., requests.Response]
) -> None:
    """The fields of the recording, and its defaults."""
    as_other(_CLIENT)
    body = assign(_READER, "~/resourceGroups/rg").json()
    assert set(body["properties"]) == {
        "roleDefinitionId", "principalId", "principalType", "scope", "condition", "conditionVersion", "createdOn",
        "updatedOn", "createdBy", "updatedBy", "delegatedManagedIdentityResourceId", "description",
    }  # fmt: skip
    assert body["properties"]["principalType"] == "ServicePrincipal"
    assert body["properties"]["scope"].endswith("/resourceGroups/rg")


def test_the_same_assignment_twice_is_a_conflict(
    as_other: Callable[[str], Call], assign: Callable[..., requests.Response]
) -> None:
    """RoleAssignmentExists, for another name with the same role, principal and scope."""
    as_other(_CLIENT)
    assign(_READER, "~/resourceGroups/rg")
    answer = assign(_READER, "~/resourceGroups/RG")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "RoleAssignmentExists")


@pytest.mark.parametrize(
    ("name", "properties", "code"),
    [
        ("no-guid", {"roleDefinitionId": f"/x/{_READER}", "principalId": "p"}, "InvalidRoleAssignmentName"),
        (str(uuid.UUID(int=1)), {"principalId": "p"}, "InvalidRequestContent"),
        (
            str(uuid.UUID(int=1)),
            {"roleDefinitionId": f"/x/{uuid.UUID(int=2)}", "principalId": "p"},
            "RoleDefinitionDoesNotExist",
        ),
        (
            str(uuid.UUID(int=1)),
            {"roleDefinitionId": f"/x/{_READER}", "principalId": str(uuid.UUID(int=3))},
            "PrincipalNotFound",
        ),
    ],
)
def test_an_assignment_that_cannot_be_is_refused(call: Call, name: str, properties: dict[str, str], code: str) -> None:
    """400 with the code for it; PrincipalNotFound as recorded."""
    path = f"~/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments/{name}"
    answer = call("PUT", path, {"properties": properties})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_principal_with_a_type_is_taken_on_trust(call: Call) -> None:
    """Azure skips the look-up where `principalType` is given: the directory replicates late."""
    path = f"~/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    properties = {"roleDefinitionId": f"/x/{_READER}", "principalId": str(uuid.uuid4())}
    answer = call("PUT", path, {"properties": properties | {"principalType": "ServicePrincipal"}})
    assert answer.status_code == 201


def test_assignments_are_found_by_scope_and_principal(
    call: Call,
    as_other: Callable[[str], Call],
    assign: Callable[..., requests.Response],
    object_id_of: Callable[[str], str],
) -> None:
    """`principalId eq` and `atScope()`, as `az role assignment list` asks."""
    as_other(_CLIENT)
    assign(_READER, "~/resourceGroups/rg")
    assign(_CONTRIBUTOR, "~")
    mine = {"$filter": f"principalId eq '{object_id_of(_CLIENT)}'"}
    path = "~/providers/Microsoft.Authorization/roleAssignments"
    assert len(call("GET", path, **mine).json()["value"]) == 2
    here = call("GET", path, **{"$filter": "atScope()"}).json()["value"]
    assert all("/resourceGroups/" not in entry["properties"]["scope"] for entry in here)
    group = call("GET", "~/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments", **mine)
    assert len(group.json()["value"]) == 2


def test_a_role_is_found_by_its_name(call: Call) -> None:
    """`roleName eq 'Contributor'` answers Azure's own id and actions (recorded)."""
    path = "~/resourceGroups/rg/providers/Microsoft.Authorization/roleDefinitions"
    (role,) = call("GET", path, **{"$filter": "roleName eq 'Contributor'"}).json()["value"]
    assert role["name"] == _CONTRIBUTOR
    assert role["properties"]["permissions"][0]["notActions"] == [
        "Microsoft.Authorization/*/Delete",
        "Microsoft.Authorization/*/Write",
        "Microsoft.Authorization/elevateAccess/Action",
        "Microsoft.Blueprint/blueprintAssignments/write",
        "Microsoft.Blueprint/blueprintAssignments/delete",
        "Microsoft.Compute/galleries/share/action",
    ]


def test_a_custom_role_grants_what_it_says(
    call: Call, as_other: Callable[[str], Call], assign: Callable[..., requests.Response]
) -> None:
    """A definition made in a group has one id, can be assigned, and cannot go while it is assigned."""
    path = f"~/resourceGroups/rg/providers/Microsoft.Authorization/roleDefinitions/{_ROLE}"
    scope = call("GET", "~/resourceGroups/rg").json()["id"]
    definition = {
        "roleName": "group viewer",
        "permissions": [{"actions": ["Microsoft.Resources/subscriptions/resourceGroups/read"]}],
        "assignableScopes": [scope],
    }
    made = call("PUT", path, {"properties": definition})
    assert made.status_code == 201
    assert made.json()["properties"]["type"] == "CustomRole"
    other = as_other(_CLIENT)
    assign(_ROLE, "~/resourceGroups/rg")
    assert other("GET", "~/resourceGroups/rg").status_code == 200
    assert other("GET", "~/resourceGroups/rg" + _IDENTITIES).status_code == 403
    assert call("DELETE", path).json()["error"]["code"] == "RoleDefinitionHasAssignments"
    twin = f"~/providers/Microsoft.Authorization/roleDefinitions/{uuid.uuid4()}"
    assert call("PUT", twin, {"properties": definition}).json()["error"]["code"] == "RoleDefinitionWithSameNameExists"


def test_attaching_an_identity_needs_the_right_to_assign_it(
    cloud_server: LocalCloud,
    call: Call,
    as_other: Callable[[str], Call],
    assign: Callable[..., requests.Response],
) -> None:
    """LinkedAuthorizationFailed until Managed Identity Operator is given on the identity."""
    as_other(_CLIENT)
    identity = call("PUT", "~/resourceGroups/rg" + _IDENTITIES + "/i", {"location": "westeurope"}).json()["id"]
    entry = cloud_server.cloud.directory.find(_CLIENT)
    assert entry is not None
    principal = cloud_server.cloud.directory.principal(entry)
    request = ArmRequest(method="PUT", path="/subscriptions/x/template", api_version="1", principal=principal)

    def attach() -> None:
        cloud_server.cloud.authorize_linked(
            request,
            action="Microsoft.VirtualMachineImages/imageTemplates/write",
            linked_action="Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
            linked_scope=identity,
        )

    with pytest.raises(ArmError) as refused:
        attach()
    assert (refused.value.status, refused.value.code) == (403, "LinkedAuthorizationFailed")
    assert identity in refused.value.message
    assign(_OPERATOR, identity)
    attach()


def test_the_directory_finds_principals_by_any_name(
    cloud_server: LocalCloud, call: Call, as_other: Callable[[str], Call]
) -> None:
    """What `az role assignment create --assignee` asks of Microsoft Graph."""
    as_other(_CLIENT)
    entry = cloud_server.cloud.directory.find(_CLIENT)
    assert entry is not None
    text = f"servicePrincipalNames/any(c:c eq '{_CLIENT}')"
    (found,) = call("GET", "/v1.0/servicePrincipals", **{"$filter": text}).json()["value"]
    assert (found["id"], found["appId"]) == (entry.object_id, _CLIENT)
    listed = call("POST", "/v1.0/directoryObjects/getByIds", {"ids": [entry.object_id]}).json()["value"]
    assert [row["appId"] for row in listed] == [_CLIENT]


def test_a_caller_may_ask_what_it_may_do(
    call: Call, as_other: Callable[[str], Call], assign: Callable[..., requests.Response]
) -> None:
    """Permissions at a scope, inherited ones included; none for who has no role."""
    other, path = as_other(_CLIENT), "~/resourceGroups/rg/providers/Microsoft.Authorization/permissions"
    assert other("GET", path).json() == {"value": []}
    assign(_READER, "~")
    (permission,) = other("GET", path).json()["value"]
    assert permission == {"actions": ["*/read"], "notActions": [], "dataActions": [], "notDataActions": []}
