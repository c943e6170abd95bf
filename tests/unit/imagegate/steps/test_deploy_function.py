"""The parameters of the Function's template."""

from pathlib import Path

import pytest

from imagegate.errors import InputError
from imagegate.gateway.azure_templates import azure_template
from imagegate.model import SmokeSpec
from imagegate.settings import AzureSettings, BuildSettings, DefinitionSettings, Settings
from imagegate.steps.deploy_function import FunctionOptions, function_parameters

OPTIONS = FunctionOptions(resource_group="rg-fn", repositories=("a/b", "c/d"), promoted_refs=("refs/heads/trunk",))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an image."""
    return Settings(
        folder=tmp_path,
        file=tmp_path / "imagegate.yaml",
        name="web",
        template=tmp_path / "template.json",
        parameters=None,
        azure=AzureSettings(
            arm_endpoint="https://management.azure.com",
            subscription_id="s",
            resource_group="rg",
            smoke_resource_group="rg-smoke",
            location="westeurope",
            gallery="golden",
            definition="web",
            identity="imagegate-builder",
        ),
        definition=DefinitionSettings(
            publisher="p",
            offer="o",
            sku="s",
            security_type="Standard",
            hyper_v_generation="V2",
            architecture="x64",
        ),
        build=BuildSettings(timeout_s=None, submit_timeout_s=60, other_run_timeout_s=60, replication_timeout_s=60),
        smoke=SmokeSpec(),
    )


def test_template_takes_what_we_give(settings: Settings) -> None:
    """The shipped template declares every parameter that the step gives, and every required one is given."""
    template = azure_template("function")

    given = function_parameters(settings, OPTIONS, template, with_subscriptions=True)

    assert set(given) <= set(template["parameters"])
    assert {name for name, body in template["parameters"].items() if "defaultValue" not in body} <= set(given)
    assert (given["repositories"], given["promotedRefs"]) == ("a/b,c/d", "refs/heads/trunk")
    assert (given["templateResourceGroup"], given["smokeResourceGroup"]) == ("rg", "rg-smoke")


def test_further_parameters_are_typed(settings: Settings) -> None:
    """A parameter given as text gets the type that the template declares."""
    options = FunctionOptions(
        resource_group="rg-fn",
        repositories=("a/b",),
        parameters={"maximumInstanceCount": "7", "withDeadLetter": "False", "githubAppId": "12"},
    )

    given = function_parameters(settings, options, azure_template("function"), with_subscriptions=False)

    assert (given["maximumInstanceCount"], given["withDeadLetter"], given["githubAppId"]) == (7, False, "12")
    assert "promotedRefs" not in given


def test_parameters_that_do_not_fit(settings: Settings) -> None:
    """Unknown names, names that the step gives itself, and values of another type are told together."""
    options = FunctionOptions(
        resource_group="rg-fn",
        repositories=("a/b",),
        parameters={"colour": "red", "withSubscriptions": "true", "maximumInstanceCount": "many"},
    )

    with pytest.raises(InputError) as refused:
        function_parameters(settings, options, azure_template("function"), with_subscriptions=False)

    assert len(refused.value.faults) == 3
