"""Bare bodies of image templates."""

from typing import Any

import pytest

from armtemplate import Scope, TemplateFaults, evaluate

_BODY: dict[str, Any] = {"location": "westeurope", "properties": {"source": {}, "distribute": []}}


@pytest.mark.parametrize(
    "kind", ["Microsoft.VirtualMachineImages", "microsoft.virtualmachineimages/imagetemplates", "imageTemplates", None]
)
def test_a_bare_body_is_one_image_template(kind: str | None) -> None:
    """Short and long types, and none at all, mean the same resource."""
    body = {"type": kind, "apiVersion": "2024-02-01", **_BODY} if kind else _BODY
    (resource,) = evaluate(body, scope=Scope(resource_group="g", subscription_id="s", deployment_name="d")).resources
    assert resource.type == "Microsoft.VirtualMachineImages/imageTemplates"
    assert resource.id == "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/d"
    assert resource.body == _BODY


def test_nothing_in_a_bare_body_is_an_expression() -> None:
    """Script lines in brackets are what the service would run."""
    body = {"properties": {"customize": [{"inline": ["[ -d /opt ]"]}]}}
    (resource,) = evaluate(body).resources
    assert resource.body == body


def test_its_name_may_be_given() -> None:
    """By parameter, by the body, by the deployment, in this order."""
    assert evaluate(_BODY | {"name": "n"}, parameters={"imagetemplatename": "p"}).resources[0].name == "p"
    assert evaluate(_BODY | {"name": "n"}).resources[0].name == "n"


def test_what_the_service_answers_is_a_body_too() -> None:
    """What only the service writes around the body is not sent to it."""
    answer = {"id": "/subscriptions/s", "name": "n", "systemData": {"createdBy": "me"}, **_BODY}
    assert evaluate(answer).resources[0].body == _BODY


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ({"type": "A.B/c", **_BODY}, {}),
        ({"type": "imageTemplates"}, {}),
        (_BODY, {"nosuch": 1}),
        ({"type": 5, **_BODY}, {}),
    ],
)
def test_other_bodies_and_unused_parameters_are_faults(body: dict[str, Any], parameters: dict[str, Any]) -> None:
    """Another type, no properties, a value that no placeholder takes."""
    with pytest.raises(TemplateFaults):
        evaluate(body, parameters=parameters)
