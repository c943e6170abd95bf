"""The parameters of the Function's template."""

from pathlib import Path

import pytest

from image_settings import image_settings
from imagegate.errors import InputError
from imagegate.gateway.azure_templates import azure_template
from imagegate.settings import Settings
from imagegate.steps.deploy_function import FunctionOptions, function_parameters

FOUNDATION = {
    "scriptStorageAccountName": "s",
    "originContainerUrl": "https://s/origin",
    "recordsContainerUrl": "https://s/r",
}
OPTIONS = FunctionOptions(
    resource_group="rg-fn", repositories=("a/b", "c/d"), workflows=("*",), promoted_refs=("refs/heads/trunk",)
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an image."""
    return image_settings(tmp_path, subscription_id="s")


def test_template_takes_what_we_give(settings: Settings) -> None:
    """The shipped template declares every parameter that the step gives, and every required one is given."""
    template = azure_template("function")

    given = function_parameters(settings, OPTIONS, template, foundation=FOUNDATION, with_subscriptions=True)

    assert set(given) <= set(template["parameters"])
    assert {name for name, body in template["parameters"].items() if "defaultValue" not in body} <= set(given)
    assert (given["repositories"], given["promotedRefs"]) == ("a/b,c/d", "refs/heads/trunk")
    assert (given["templateResourceGroup"], given["smokeResourceGroup"]) == ("rg", "rg-smoke")


def test_both_sides_are_given(settings: Settings) -> None:
    """With a side of pull requests the Function gets its group, its account and the place of its proofs."""
    other = {"scriptStorageAccountName": "p", "originContainerUrl": "https://p/origin", "recordsContainerUrl": ""}
    template = azure_template("function")

    given = function_parameters(
        settings, OPTIONS, template, foundation=FOUNDATION, pull_requests=other, with_subscriptions=True
    )

    assert set(given) <= set(template["parameters"])
    assert given["originContainers"] == "https://s/origin,https://p/origin"
    assert (given["pullRequestResourceGroup"], given["pullRequestStorageAccount"]) == ("rg-pull-requests", "p")


def test_further_parameters_are_typed(settings: Settings) -> None:
    """A parameter given as text gets the type that the template declares."""
    options = FunctionOptions(
        resource_group="rg-fn",
        repositories=("a/b",),
        workflows=("a/b/.github/workflows/image.yml",),
        parameters={"maximumInstanceCount": "7", "withDeadLetter": "False", "githubAppId": "12"},
    )

    given = function_parameters(
        settings, options, azure_template("function"), foundation=FOUNDATION, with_subscriptions=False
    )

    assert (given["maximumInstanceCount"], given["withDeadLetter"], given["githubAppId"]) == (7, False, "12")
    assert "promotedRefs" not in given


def test_parameters_that_do_not_fit(settings: Settings) -> None:
    """Unknown names, names that the step gives itself, and values of another type are told together."""
    options = FunctionOptions(
        resource_group="rg-fn",
        repositories=("a/b",),
        workflows=("a/b/.github/workflows/image.yml",),
        parameters={"colour": "red", "withSubscriptions": "true", "maximumInstanceCount": "many"},
    )

    with pytest.raises(InputError) as refused:
        function_parameters(
            settings, options, azure_template("function"), foundation=FOUNDATION, with_subscriptions=False
        )

    assert len(refused.value.faults) == 3
