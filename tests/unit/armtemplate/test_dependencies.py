"""What depends on what, and the order of it."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import TemplateFaults, evaluate

type Make = Callable[..., dict[str, Any]]


def _resource(name: str, *depends_on: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - template text
    return {"type": "A.B/c", "apiVersion": "1", "name": name, "dependsOn": list(depends_on), **members}


def _names(given: dict[str, Any]) -> list[str]:
    return [resource.name for resource in evaluate(given).resources]


@pytest.mark.parametrize(
    "entry",
    [
        "b",
        "B",
        "[resourceId('A.B/c', 'b')]",
        "[toUpper(resourceId('A.B/c', 'b'))]",
        "[concat('A.B/c/', 'b')]",
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/resource-group/providers/A.B/c/b/",
    ],
)
def test_an_entry_may_be_a_name_a_path_or_an_id(template: Make, entry: str) -> None:
    """Without regard to case; the dependency comes first in the order."""
    assert _names(template(resources=[_resource("a", entry), _resource("b")])) == ["b", "a"]


def test_a_loop_s_name_means_all_its_instances_also_none(template: Make) -> None:
    """A loop that turns zero times is no missing resource."""
    loop = _resource("[concat('l', copyIndex())]", copy={"name": "loop", "count": "[parameters('n')]"})
    given = template(parameters={"n": {"type": "int"}}, resources=[_resource("a", "loop"), loop])
    assert [item.name for item in evaluate(given, parameters={"n": 2}).resources] == ["l0", "l1", "a"]
    assert [item.name for item in evaluate(given, parameters={"n": 0}).resources] == ["a"]


def test_naming_a_resource_in_a_reference_is_a_dependency(template: Make) -> None:
    """By name it is, by id it is not: the documentation says so."""
    by_name = _resource("a", properties={"x": "[reference('b').y]"})
    assert _names(template(resources=[by_name, _resource("b")])) == ["b", "a"]
    by_id = _resource("a", properties={"x": "[reference(resourceId('A.B/c', 'b')).y]"})
    assert _names(template(resources=[by_id, _resource("b")])) == ["a", "b"]


def test_what_a_condition_leaves_out_is_nobody_s_dependency(template: Make) -> None:
    """A false condition takes the resource out of `depends_on`."""
    given = template(resources=[_resource("a", "b"), _resource("b", condition=False)])
    assert [item.depends_on for item in evaluate(given).resources if item.name == "a"] == [()]


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ([_resource("a", "b"), _resource("b", "c"), _resource("c", "a")], "circle: a → b → c → a"),
        ([_resource("a", "a")], "depends on itself"),
        ([_resource("a", "nosuch")], "'nosuch' is not defined"),
        ([_resource("a", "b"), _resource("b"), _resource("b", type="X.Y/z")], "names 2 resources"),
    ],
)
def test_circles_strangers_and_shared_names_are_faults(template: Make, resources: list[Any], message: str) -> None:
    """Each is named, with the path of the entry."""
    with pytest.raises(TemplateFaults, match=message):
        evaluate(template(resources=resources))


def test_otherwise_the_order_is_that_of_the_text(template: Make) -> None:
    """Resources without dependencies stay where they are."""
    assert _names(template(resources=[_resource("c"), _resource("a"), _resource("b", "c")])) == ["c", "a", "b"]
