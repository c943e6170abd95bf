"""`imagegate setup` on an installation of an older release, whose rights reached over the whole storage account."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from foundation import FOUNDATION
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resource_groups import ensure_resource_group
from imagegate.model import ResourceId
from imagegate.steps.await_deployment import await_deployment
from imagegate.waiting import Deadline, SystemClock
from sides_world import Installation

_OLD = Path(__file__).parent / "foundation_of_an_older_release.json"
_READER, _CONTRIBUTOR = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
_GROUP = "rg-images"
_SAID = ("roleDefinitionId", "principalId", "scope", "createdOn")


class Old:
    """An installation of an older release."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.owner: Cloud = installation.connect()
        ensure_resource_group(self.owner, _GROUP, location="westeurope", tags={})
        template = json.loads(_OLD.read_text())
        known = FOUNDATION | {"imageDefinitionName": "apache-debian12", "offer": "apache-debian12"}
        given = {name: value for name, value in known.items() if name in template["parameters"]}
        self.principal = installation.cloud.owner.object_id
        deployed = await_deployment(
            self.owner,
            _GROUP,
            "imagegate-foundation",
            template=template,
            parameters=given | {"principalId": self.principal, "sku": "apache-debian12", "securityType": "Standard"},
            deadline=Deadline.after(60, SystemClock()),
        )
        self.builder = str(deployed.outputs["identityPrincipalId"])
        self.account = ResourceId.of(
            self.owner.subscription_id,
            _GROUP,
            "Microsoft.Storage/storageAccounts",
            str(deployed.outputs["scriptStorageAccountName"]),
        )

    def assign(self, role: str, principal: str, scope: str) -> str:
        """Give somebody a role by hand; the assignment's id."""
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        role = f"/subscriptions/{self.owner.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        properties = {"roleDefinitionId": role, "principalId": principal, "principalType": "ServicePrincipal"}
        self.owner.send("PUT", path, api_version="2022-04-01", body={"properties": properties})
        return path

    def assignments(self) -> dict[str, dict[str, Any]]:
        """All of the subscription, by id in lower case."""
        path = f"/subscriptions/{self.owner.subscription_id}/providers/Microsoft.Authorization/roleAssignments"
        listed = self.owner.send("GET", path, api_version="2022-04-01")["value"]
        return {entry["id"].lower(): entry["properties"] for entry in listed}

    def on_account(self) -> set[tuple[str, str]]:
        """Role and principal of what is assigned on the whole account."""
        return {
            (one["roleDefinitionId"].rsplit("/", 1)[-1], one["principalId"])
            for one in self.assignments().values()
            if one["scope"].lower() == self.account.text.lower()
        }


@pytest.fixture
def old(installed: Callable[[], Installation]) -> Old:
    """As the older release left it."""
    return Old(installed())


def test_its_rights_go_and_nothing_else_does(old: Old) -> None:
    """What the older release assigned on the account is gone, and its builder's role has an assignment of another id.

    Every other assignment is as it was, and builds go on.
    """
    stranger = str(uuid.uuid4())
    by_hand = {
        old.assign(_CONTRIBUTOR, stranger, old.account.text).lower(),
        old.assign(_CONTRIBUTOR, old.builder, old.account.text).lower(),
        old.assign(_READER, old.principal, old.account.text).lower(),
    }
    wide = {(_READER, old.builder), (_CONTRIBUTOR, old.principal)}
    before = old.assignments()
    assert wide <= old.on_account()

    old.installation.set_up()

    after = old.assignments()
    given = {_what(one) for one in after.values()}
    gone = [_what(one) for name, one in before.items() if name not in after]
    assert {(role, principal) for role, principal, _ in gone if (role, principal) in wide} == wide
    (renamed,) = [one for one in gone if one[:2] not in wide]
    assert renamed[1] == old.builder
    assert renamed in given
    assert by_hand <= set(after)
    kept = {name: one for name, one in before.items() if name in after}
    same = ("roleDefinitionId", "principalId", "scope")
    assert [
        name for name, one in kept.items() if [one[key] for key in same] != [after[name][key] for key in same]
    ] == []
    exit_code, document = old.installation.run("build")
    assert exit_code == 0, document


def _what(assignment: dict[str, Any]) -> tuple[str, str, str]:
    """Role, principal and scope of an assignment, whatever its id is."""
    role = assignment["roleDefinitionId"].rsplit("/", 1)[-1]
    return role, assignment["principalId"], assignment["scope"].lower()


def test_a_principal_of_earlier_loses_them_too(old: Old) -> None:
    """The older set-up named another principal than this one: its rights on the account go as well."""
    earlier = old.principal

    old.installation.set_up("--principal-id", str(uuid.uuid4()))

    assert earlier not in {principal for _, principal in old.on_account()}


def test_twice_removes_nothing_more(old: Old) -> None:
    """A second set-up finds nothing to remove and assigns nothing anew."""
    old.installation.set_up()
    before = old.assignments()

    old.installation.set_up()

    assert set(old.assignments()) == set(before)
