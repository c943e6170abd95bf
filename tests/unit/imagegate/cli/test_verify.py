"""`imagegate verify`: what it takes, what it passes on, how it ends."""

import json
from pathlib import Path

import pytest

from fake_wire import Answer, Wire, cloud_on
from imagegate.cli.program import run_program
from imagegate.cli.verify import _newest_version
from imagegate.errors import ResourceMissing
from imagegate.model import ResourceId

VERSION_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"


@pytest.mark.parametrize(
    "target",
    ["/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourceGroups/g/providers/A.B/c/d", "/subscriptions/s/x"],
)
def test_not_a_version(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An id of anything else is bad input, told with its type, before anything is asked."""
    assert run_program(["verify", target, "--json"]) == 2

    printed = capsys.readouterr()
    assert json.loads(printed.out)["error"]["exit_code"] == 2
    assert "VERSION_ID" in printed.err


def test_folder_without_an_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without imagegate.yaml is bad input."""
    assert run_program(["verify", str(tmp_path)]) == 2
    assert "imagegate.yaml" in capsys.readouterr().err


def test_a_number_is_no_version(capsys: pytest.CaptureFixture[str]) -> None:
    """What is neither a folder nor an id is bad input, told with the shape of an id."""
    assert run_program(["verify", "1.0.0"]) == 2

    printed = capsys.readouterr().err
    assert '"1.0.0" is neither a folder nor the id of an image version' in printed
    assert "/galleries/…/images/…/versions/1.2.3" in printed


@pytest.mark.parametrize("code", ["ResourceGroupNotFound", "ParentResourceNotFound"])
def test_a_folder_before_its_setup(wire: Wire, code: str) -> None:
    """Where the definition, its gallery or its group is missing, the error names the command that makes them."""
    wire.on("GET", ".*/versions", Answer(status=404, body={"error": {"code": code, "message": "It is not there."}}))

    with pytest.raises(ResourceMissing, match="It is not there") as caught:
        _newest_version(cloud_on(wire), ResourceId.parse(VERSION_ID).parent)

    assert caught.value.hint == "Run `imagegate setup FOLDER` first."
