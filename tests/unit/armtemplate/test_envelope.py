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


def test_extensions_have_resources_of_their_own_except_arm_itself(template: Make) -> None:
    """What names Azure Resource Manager as extension is an ARM resource; configurations come with the deployment."""
    given = template(
        languageVersion="2.2-experimental",
        extensions={
            "az": {"name": "AzureResourceManager", "version": "0.2.784"},
            "k8s": {"name": "Kubernetes", "version": "1.0.0", "config": {"namespace": {"defaultValue": "n"}}},
        },
        resources={
            "a": {"extension": "az", "type": "A.B/c", "apiVersion": "1", "name": "n"},
            "k": {
                "extension": "k8s",
                "type": "core/Service@v1",
                "properties": {"x": "[extensions('k8s').config.namespace]"},
            },
        },
    )
    deployment = evaluate(given)
    ids = {resource.symbolic_name: resource.id for resource in deployment.resources}
    assert ids["a"].endswith("/providers/A.B/c/n")
    assert ids["k"] == "/k8s/core/Service@v1/k"
    assert [str(unknown) for unknown in deployment.unknowns] == ["[extensions('k8s').config.namespace]"]
    given["resources"]["k"]["properties"]["x"] = "[extensions('nix').config]"
    with pytest.raises(TemplateFaults, match="no extension 'nix'"):
        evaluate(given)


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
