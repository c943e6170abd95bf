"""Finding what the set-up made."""

import pytest

from fake_image_builder import GROUP
from fake_wire import Answer, Wire, cloud_on
from imagegate.errors import ResourceMissing
from imagegate.steps.find_container import container_url

DEPLOYMENT = rf"{GROUP}/providers/Microsoft.Resources/deployments/imagegate-foundation"


def _deployed(wire: Wire, **outputs: str) -> None:
    properties = {
        "provisioningState": "Succeeded",
        "outputs": {name: {"type": "String", "value": value} for name, value in outputs.items()},
    }
    wire.on("GET", DEPLOYMENT, Answer(body={"id": GROUP, "properties": properties}))


def test_each_container_has_an_output(wire: Wire) -> None:
    """Scripts, proofs and records are found by the outputs of the foundation."""
    _deployed(wire, scriptContainerUrl="https://a/scripts", originContainerUrl="https://a/origin")

    assert container_url(cloud_on(wire), "rg-images", "script") == "https://a/scripts"
    assert container_url(cloud_on(wire), "rg-images", "origin") == "https://a/origin"


def test_a_foundation_of_an_older_release(wire: Wire) -> None:
    """A container that an older release did not make is missing, and the hint says to run the set-up."""
    _deployed(wire, scriptContainerUrl="https://a/scripts")

    with pytest.raises(ResourceMissing, match="of an older release") as caught:
        container_url(cloud_on(wire), "rg-images", "records")

    assert "imagegate setup" in str(caught.value.hint)
