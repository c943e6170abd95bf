"""Names that are put together from parts not all of which are known."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import Scope, Unknown, evaluate
from armtemplate.resource_headers import full_name, qualified_scope
from armtemplate.session import Session

type Make = Callable[..., dict[str, Any]]


def test_a_child_of_an_unknown_name_is_named_when_both_are_known(runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """Parent, child, or both may wait; the expression says what the name will be."""

    def later(text: str) -> Unknown:
        return Unknown(reason="wait", render=lambda: f"reference('{text}')", resume=lambda _session: text)

    answered = Session(runtime=runtime({}))
    assert full_name("a", "b") == "a/b"
    for parent, child in ((later("a"), "b"), ("a", later("b")), (later("a"), later("b"))):
        name = full_name(parent, child)
        assert isinstance(name, Unknown)
        assert name.expression.startswith("format('{0}/{1}', ")
        assert name.resolved(answered) == "a/b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/", ""),
        ("/subscriptions/s/", "/subscriptions/s"),
        ("A.B/c/n", "/subscriptions/s/resourceGroups/g/providers/A.B/c/n"),
        ("microsoft.management/managementGroups/m", "/providers/microsoft.management/managementGroups/m"),
    ],
)
def test_a_scope_is_absolute_or_inside_the_deployment_s_own(text: str, expected: str) -> None:
    """The tenant is the empty id; management groups are named from the tenant."""
    assert qualified_scope(text, Scope(subscription_id="s", resource_group="g")) == expected


def test_a_resource_of_an_extension_has_no_arm_id(template: Make) -> None:
    """Microsoft Graph's resources are told apart by their symbolic names."""
    group = {"import": "graph", "type": "Microsoft.Graph/groups@v1.0", "properties": {"uniqueName": "x"}}
    imports = {"graph": {"provider": "MicrosoftGraph", "version": "1.0.0"}}
    (resource,) = evaluate(template(languageVersion="2.0", imports=imports, resources={"g": group})).resources
    assert resource.id == "/graph/Microsoft.Graph/groups@v1.0/g"
    assert resource.body == {"properties": {"uniqueName": "x"}}
