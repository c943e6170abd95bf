"""Resources: loops, children, scopes, conditions, names."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from armtemplate import Fault, Scope, TemplateFaults, evaluate
from armtemplate.json_types import Value

type Make = Callable[..., dict[str, Any]]
type FaultsOf = Callable[[Callable[[], Value]], tuple[Fault, ...]]

_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/resource-group"


def _resource(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - template text
    return {"type": "A.B/c", "apiVersion": "1", "name": "n", **members}


def test_a_body_is_what_is_sent(template: Make) -> None:
    """Everything of the declaration but its header, evaluated."""
    declared = _resource(
        location="[resourceGroup().location]",
        comments="for people",
        metadata={"description": "for people"},
        dependsOn=[],
        condition=True,
        tags={"a": "[[b]"},
        zones=["1"],
        properties={"copy": [{"name": "x", "count": 2, "input": "[copyIndex('x', 1)]"}], "y": 1},
    )
    (resource,) = evaluate(template(resources=[declared])).resources
    assert resource.body == {
        "location": "location",
        "tags": {"a": "[b]"},
        "zones": ["1"],
        "properties": {"x": [1, 2], "y": 1},
    }
    assert (resource.id, resource.scope, resource.api_version) == (f"{_GROUP}/providers/A.B/c/n", _GROUP, "1")


def test_a_body_may_be_changed_by_its_receiver(template: Make) -> None:
    """Two resources that take the same parameter have bodies of their own."""
    values = {"p": {"a": [1]}}
    declared = [_resource(name=name, properties="[parameters('p')]") for name in ("n", "m")]
    given = template(parameters={"p": {"type": "object"}}, resources=declared)
    first, second = evaluate(given, parameters=values).resources
    first.body["properties"]["a"].append(2)
    assert second.body["properties"] == {"a": [1]}
    assert values == {"p": {"a": [1]}}


def test_children_carry_their_parents_segments(template: Make) -> None:
    """Nested children at any depth, and one written with its full type."""
    grandchild = {"type": "e", "apiVersion": "1", "name": "g"}
    child = {"type": "d", "apiVersion": "1", "name": "k", "resources": [grandchild]}
    lock = {"type": "Microsoft.Authorization/locks", "apiVersion": "1", "name": "l"}
    resources = evaluate(template(resources=[_resource(resources=[child, lock])])).resources
    assert [(item.type, item.name) for item in resources] == [
        ("A.B/c", "n"),
        ("A.B/c/d", "n/k"),
        ("A.B/c/d/e", "n/k/g"),
        ("Microsoft.Authorization/locks", "l"),
    ]
    assert resources[2].id == f"{_GROUP}/providers/A.B/c/n/d/k/e/g"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"scope": "/"}, "/providers/A.B/c/n"),
        ({"scope": "/subscriptions/s"}, "/subscriptions/s/providers/A.B/c/n"),
        ({"scope": "D.E/f/g"}, f"{_GROUP}/providers/D.E/f/g/providers/A.B/c/n"),
        (
            {"scope": "Microsoft.Management/managementGroups/m"},
            "/providers/Microsoft.Management/managementGroups/m/providers/A.B/c/n",
        ),
        ({"type": "A.B/c/providers/locks", "name": "n/D.E/l"}, f"{_GROUP}/providers/A.B/c/n/providers/D.E/locks/l"),
    ],
)
def test_a_scope_moves_the_id(template: Make, members: dict[str, Any], expected: str) -> None:
    """Absolute, tenant, relative to the deployment, management group, and the old spelling of extensions."""
    (resource,) = evaluate(template(resources=[_resource(**members)])).resources
    assert resource.id == expected


def test_a_resource_group_has_its_own_kind_of_id(template: Make) -> None:
    """At subscription scope its id has no provider, and `dependsOn` finds it by either spelling."""
    given = template(
        resources=[
            {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "1", "name": "g"},
            _resource(dependsOn=["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'g')]"]),
        ]
    )
    resources = evaluate(given, scope=Scope(kind="subscription", subscription_id="s")).resources
    assert resources[0].id == "/subscriptions/s/resourceGroups/g"
    assert resources[1].depends_on == (resources[0].id,)


def test_loops_make_instances_and_serial_ones_wait(template: Make) -> None:
    """Instances know loop and index; a batch waits for the whole batch before it."""
    copy = {"name": "l", "count": 5, "mode": "Serial", "batchSize": 2}
    resources = evaluate(template(resources=[_resource(name="[concat('n', copyIndex(1))]", copy=copy)])).resources
    waits = {item.name: [other.rpartition("/")[2] for other in item.depends_on] for item in resources}
    assert waits == {"n1": [], "n2": [], "n3": ["n1", "n2"], "n4": ["n1", "n2"], "n5": ["n3", "n4"]}
    assert [(item.copy_name, item.copy_index) for item in resources][:2] == [("l", 0), ("l", 1)]


def test_symbolic_names_address_instances_and_existing_resources(template: Make) -> None:
    """An instance carries its index; what exists is not deployed."""
    resources = {
        "many": _resource(name="[format('n{0}', copyIndex())]", copy={"name": "x", "count": 2}),
        "there": {"existing": True, "type": "A.B/c", "apiVersion": "1", "name": "e", "dependsOn": ["many"]},
        "last": _resource(name="z", dependsOn=["there", "many[1]"]),
    }
    deployment = evaluate(template(languageVersion="2.0", resources=resources))
    assert [item.symbolic_name for item in deployment.resources] == ["many[0]", "many[1]", "there", "last"]
    assert [item.name for item in deployment.deployed_resources()] == ["n0", "n1", "z"]
    assert {other.rpartition("/")[2] for other in deployment.resources[3].depends_on} == {"e", "n1"}


def test_what_is_not_deployed_need_not_evaluate_but_must_parse(template: Make, faults_of: FaultsOf) -> None:
    """With a false condition a missing property is no fault, a function that does not exist is."""
    missing = _resource(condition="[equals(1, 2)]", properties={"x": "[createObject().nosuch]"})
    assert not evaluate(template(resources=[missing])).resources[0].deployed
    misspelled = _resource(condition=False, properties={"x": "[nosuch()]"})
    (fault,) = faults_of(lambda: evaluate(template(resources=[misspelled])))
    assert fault.json_path == "resources[0].properties.x"


def test_what_is_not_deployed_must_have_a_name_all_the_same(template: Make, faults_of: FaultsOf) -> None:
    """Azure takes the name of every resource, condition or not; only what is looked up need not have one.

    "The language expression property 'name' can't be evaluated", "incorrect segment lengths": its own words for it.
    """
    for name in ("[createObject().nosuch]", "[null()]", ""):
        given = template(resources=[_resource(condition=False, name=name)])
        (fault,) = faults_of(partial(evaluate, given))
        assert fault.json_path == "resources[0].name", name
    there = _resource(condition=False, existing=True, name="[createObject().nosuch]")
    assert not evaluate(template(languageVersion="2.0", resources={"there": there})).resources


def test_member_names_are_read_without_regard_to_case(template: Make) -> None:
    """`apiversion` and `DependsOn` mean what they say."""
    declared = {"Type": "A.B/c", "apiversion": "1", "NAME": "n", "Properties": {"Keep": 1}}
    (resource,) = evaluate(template(resources=[declared])).resources
    assert (resource.api_version, resource.body) == ("1", {"properties": {"Keep": 1}})


@pytest.mark.parametrize(
    "resources",
    [
        [{}],
        [5],
        [_resource(type="nodot")],
        [_resource(name="")],
        [_resource(name=5)],
        [_resource(name="a/b")],
        [{"type": "A.B/c", "name": "n"}],
        [_resource(name="[reference('x').y]")],
        [_resource(condition="[equals(reference('n').x, 1)]")],
        [_resource(condition="maybe")],
        [_resource(copy={"name": "l", "count": "[reference('x').y]"})],
        [_resource(copy={"name": "l"})],
        [_resource(copy={"name": "l", "count": 2, "mode": "sometimes"})],
        [_resource(copy={"name": "l", "count": 2, "batchSize": 0, "mode": "serial"})],
        [_resource(copy={"name": "l", "count": 2})],
        [_resource(resources=[_resource(type="d", copy={"name": "l", "count": 2})])],
        [_resource(dependsOn="nosuch")],
        [_resource(dependsOn=5)],
        [_resource(), _resource()],
        [_resource(name=f"n{index}") for index in range(801)],
    ],
)
def test_what_is_wrong_with_a_resource_is_a_fault(template: Make, resources: list[Any]) -> None:
    """Headers that are missing, of the wrong kind, not known at the start, doubled, or too many."""
    with pytest.raises(TemplateFaults):
        evaluate(template(resources=resources))


def test_two_of_one_name_are_fine_when_one_is_left_out(template: Make) -> None:
    """The usual way to choose between two versions of a resource."""
    given = template(resources=[_resource(condition=False), _resource()])
    assert [item.deployed for item in evaluate(given).resources] == [False, True]


def test_an_api_profile_stands_in_for_api_versions(template: Make) -> None:
    """A template with a profile need not name versions."""
    given = template(apiProfile="2018-06-01-hybrid", resources=[{"type": "A.B/c", "name": "n"}])
    assert evaluate(given).resources[0].api_version is None


def test_a_fault_in_a_resource_s_header_hides_none_in_its_body(template: Make) -> None:
    """Name and property are both told; what the body refers to may be there in spite of the fault."""
    resources = [
        {
            "type": "A.B/c",
            "apiVersion": "1",
            "name": "[nosuch()]",
            "condition": "[bool('yes')]",
            "properties": {"a": "[add(1, 'x')]", "b": "[reference('later').x]", "template": "[left(1)]"},
        },
        {"type": "A.B/c", "apiVersion": "1", "name": "later"},
    ]
    with pytest.raises(TemplateFaults) as caught:
        evaluate(template(resources=resources))
    paths = {fault.json_path for fault in caught.value.faults}
    assert paths == {"resources[0].name", "resources[0].condition", "resources[0].properties.a"}
