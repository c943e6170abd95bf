"""Scope and deployment functions."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import Scope, TemplateFaults, Unknown, evaluate, evaluate_expression


@pytest.mark.parametrize(
    ("kind", "function"),
    [
        ("subscription", "resourceGroup"),
        ("tenant", "subscription"),
        ("managementGroup", "subscription"),
        ("resourceGroup", "managementGroup"),
    ],
)
def test_a_scope_has_only_what_it_stands_in(kind: str, function: str) -> None:
    """resourceGroup(), subscription() and managementGroup() fail outside of their scope."""
    with pytest.raises(TemplateFaults, match="at this scope"):
        evaluate_expression(f"[{function}()]", scope=Scope(kind=kind))  # type: ignore[arg-type] # parametrised


def test_facts_given_for_a_scope_are_shown() -> None:
    """Tags and display names come from the scope."""
    scope = Scope(resource_group_facts={"tags": {"a": "b"}}, subscription_facts={"displayName": "Mine"})
    assert evaluate_expression("[resourceGroup().tags.a]", scope=scope) == "b"
    assert evaluate_expression("[subscription().displayName]", scope=scope) == "Mine"


def test_tags_that_nobody_told_are_a_reference_to_the_group() -> None:
    """Only Azure knows a group's tags; what is told of a group and names none has none."""
    tags = evaluate_expression("[resourceGroup().tags]")
    assert isinstance(tags, Unknown)
    assert tags.expression.endswith("/resourceGroups/resource-group', '2021-04-01', 'Full').tags")
    kept = evaluate_expression("[union(resourceGroup().tags, createObject('a', 'b'))]")
    assert isinstance(kept, Unknown)
    with pytest.raises(TemplateFaults, match="'tags' doesn't exist"):
        evaluate_expression("[resourceGroup().tags]", scope=Scope(resource_group_facts={"managedBy": "x"}))


def test_a_location_that_is_not_given_is_a_reference_to_the_group() -> None:
    """Only Azure knows where another group lies; its name is known all the same."""
    scope = Scope(location=None, resource_group="other")
    location = evaluate_expression("[resourceGroup().location]", scope=scope)
    assert isinstance(location, Unknown)
    assert location.expression.endswith("/resourceGroups/other', '2021-04-01', 'Full').location")
    assert evaluate_expression("[resourceGroup().name]", scope=scope) == "other"


def test_deployment_shows_itself(template: Callable[..., dict[str, Any]]) -> None:
    """Name, template, parameters; the hash is Azure's alone; a link only where one was followed."""
    output = {"o": {"type": "object", "value": "[deployment().properties]"}}
    properties = evaluate(template(outputs=output), scope=Scope(deployment_name="d")).outputs["o"].value
    assert properties["template"]["contentVersion"] == "1.0.0.0"
    assert isinstance(properties["templateHash"], Unknown)
    assert "templateLink" not in properties
    link = Scope(template_link={"uri": "https://a.b/main.json"})
    assert (
        evaluate_expression("[uri(deployment().properties.templateLink.uri, 'x.json')]", scope=link)
        == "https://a.b/x.json"
    )


def test_who_deploys_is_unknown_until_told() -> None:
    """deployer() needs its principal from the scope."""
    assert isinstance(evaluate_expression("[deployer().objectId]"), Unknown)
    assert evaluate_expression("[deployer().objectId]", scope=Scope(deployer={"objectId": "o"})) == "o"
