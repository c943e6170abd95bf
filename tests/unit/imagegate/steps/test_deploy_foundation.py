"""The foundation's own template, as the step uses it."""

from imagegate.gateway.azure_templates import azure_template
from imagegate.steps.deploy_foundation import FOUNDATION


def test_the_template_takes_what_we_give() -> None:
    """The shipped template declares every parameter that the step knows, and gives every output that builds need."""
    template = azure_template("foundation")

    assert set(template["parameters"]) >= {
        "location",
        "galleryName",
        "imageDefinitionName",
        "identityName",
        "publisher",
        "offer",
        "sku",
        "securityType",
        "hyperVGeneration",
        "architecture",
        "principalId",
        "principalType",
    }
    assert set(template["outputs"]) >= {"identityId", "galleryImageId", "scriptContainerUrl"}
    assert FOUNDATION == "imagegate-foundation"
