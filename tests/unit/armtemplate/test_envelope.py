"""The outer shape of a template."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import TemplateFaults, evaluate

type Make = Callable[..., dict[str, Any]]


def test_what_is_missing_and_what_is_foreign_is_told(template: Make) -> None:
    """Required members by name, strangers with a suggestion."""
    with pytest.raises(TemplateFaults, match=r"no '\$schema', 'contentVersion'"):
        evaluate({"resources": []})
    with pytest.raises(TemplateFaults, match="did you mean 'parameters'"):
        evaluate(template(paramaters={}))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("2018-05-01/subscriptionDeploymentTemplate.json#", "/subscriptions/00000000-0000-0000-0000-000000000000"),
        (
            "2019-08-01/managementGroupDeploymentTemplate.json#",
            "/providers/Microsoft.Management/managementGroups/management-group",
        ),
        ("2019-08-01/tenantDeploymentTemplate.json#", ""),
    ],
)
def test_without_a_scope_the_schema_says_where_a_template_goes(template: Make, schema: str, expected: str) -> None:
    """Subscription, management group and tenant have schemas of their own."""
    given = template(resources=[{"type": "A.B/c", "apiVersion": "1", "name": "n"}])
    given["$schema"] = f"https://schema.management.azure.com/schemas/{schema}"
    assert evaluate(given).resources[0].scope == expected


@pytest.mark.parametrize("value", [None, 5, [], "x", {}, {"resources": 5}])
def test_what_is_no_template_at_all_is_a_fault(value: Any) -> None:  # noqa: ANN401 - anything JSON holds
    """Whatever the file holds, there is a fault and nothing else."""
    with pytest.raises(TemplateFaults):
        evaluate(value)


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("parameters", {f"p{index}": {"type": "string", "defaultValue": ""} for index in range(257)}),
        ("outputs", {f"o{index}": {"type": "int", "value": 1} for index in range(65)}),
    ],
)
def test_azure_s_counts_are_limits(template: Make, section: str, value: dict[str, Any]) -> None:
    """256 parameters and 64 outputs, and not one more."""
    with pytest.raises(TemplateFaults, match="Azure takes"):
        evaluate(template(**{section: value}))
    value.popitem()
    assert evaluate(template(**{section: value})).resources == ()
