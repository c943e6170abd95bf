"""`imagegate verify`: what it takes, what it passes on, how it ends."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fake_wire import Answer, Wire, cloud_on
from imagegate.cli.program import run_program
from imagegate.cli.verify import _newest_version, outcome_of, outcome_of_all, promoted_refs, read_targets
from imagegate.errors import InputError, ResourceMissing
from imagegate.model import ResourceId, TeardownResult
from imagegate.model.verification import Cause, RegionOutcome, Verification

VERSION_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"


def verification(**changes: Any) -> Verification:  # noqa: ANN401 - any field
    """A pass, but for the changes."""
    fields: dict[str, Any] = {
        "image_version_id": VERSION_ID,
        "run": "r",
        "cause": Cause.NONE,
        "reason": "It booted.",
        "teardown": TeardownResult.COMPLETE,
    }
    return Verification(**{**fields, **changes})


def test_refs_as_set() -> None:
    """The setting names the refs; an empty one names none."""
    assert promoted_refs({"IMAGEGATE_PROMOTED_REFS": "refs/heads/a, refs/tags/b"}) == ("refs/heads/a", "refs/tags/b")
    assert promoted_refs({"IMAGEGATE_PROMOTED_REFS": ""}) == ()


def test_refs_by_the_job(tmp_path: Path) -> None:
    """In a job the repository's default branch is the only one; without one, the usual names are."""
    event = tmp_path / "event.json"
    event.write_text('{"repository": {"default_branch": "trunk"}}')

    assert promoted_refs({"GITHUB_EVENT_PATH": str(event)}) == ("refs/heads/trunk",)
    assert promoted_refs({}) == ("refs/heads/main", "refs/heads/master")
    event.write_text("[]")
    assert promoted_refs({"GITHUB_EVENT_PATH": str(event)}) == ("refs/heads/main", "refs/heads/master")


def test_pass() -> None:
    """A pass has no error in its document."""
    outcome = outcome_of(verification(promoted=True, promotion="Promoted."))

    assert (outcome.exit_code, outcome.headline) == (0, "Passed: golden/web/1.2.3")
    assert "error" not in outcome.document


def test_leak() -> None:
    """A leak exits 6, lists what is left and how to remove it, and keeps the verdict."""
    outcome = outcome_of(verification(teardown=TeardownResult.INCOMPLETE, left=("/nic",), cause=Cause.IMAGE))

    assert (outcome.exit_code, outcome.document["verdict"]) == (6, "failed")
    assert ("still there", "/nic") in outcome.rows
    assert any("imagegate sweep" in note for note in outcome.notes)
    assert outcome.document["resources_left"] == ["/nic"]


def test_leak_is_in_the_headline() -> None:
    """A pass with something left says so in the one line that everybody reads."""
    outcome = outcome_of(verification(teardown=TeardownResult.INCOMPLETE, left=("/nic",)))

    assert (outcome.exit_code, outcome.headline) == (6, "Passed, but 1 resource is left: golden/web/1.2.3")


@pytest.mark.parametrize(
    ("second", "exit_code"),
    [
        ({}, 0),
        ({"cause": Cause.CAPACITY}, 8),
        ({"cause": Cause.IMAGE}, 5),
        ({"teardown": TeardownResult.INCOMPLETE, "left": ("/nic",)}, 6),
    ],
)
def test_several_versions(second: dict[str, Any], exit_code: int) -> None:
    """The worst of them decides, and each is in the document."""
    outcome = outcome_of_all([verification(), verification(**second)])

    assert outcome.exit_code == exit_code
    assert [one["exit_code"] for one in outcome.document["verifications"]] == [0, exit_code]  # type: ignore[attr-defined]


def test_one_version_is_shown_as_ever() -> None:
    """A single version has no list around it."""
    assert outcome_of_all([verification()]) == outcome_of(verification())


def test_targets(tmp_path: Path) -> None:
    """Ids of versions, each once, or one folder that is there; not both, and nothing else."""
    other = VERSION_ID.replace("golden", "silver")

    assert [one.text for one in read_targets([VERSION_ID, other, VERSION_ID], None)[0]] == [VERSION_ID, other]
    assert read_targets([str(tmp_path)], None) == ([], tmp_path)
    with pytest.raises(InputError, match="neither a folder nor the id"):
        read_targets(["images/web"], None)
    with pytest.raises(InputError, match="or one folder"):
        read_targets([VERSION_ID, "images/web"], None)


def test_last_words_of_the_guest() -> None:
    """A failure shows the end of the serial log; no line of it can pass for a command to the runner."""
    region = RegionOutcome(
        region="westeurope",
        vm_size="Small",
        vm_name="smoke-1",
        cause=Cause.IMAGE,
        reason="refused",
        teardown=TeardownResult.COMPLETE,
        diagnostics={"serial_log_tail": "login:\n::error::hello\n   ::stop-commands::x"},
    )

    outcome = outcome_of(verification(cause=Cause.IMAGE, regions=(region,)))

    assert "  | login:" in outcome.notes
    assert not [line for line in outcome.notes if line.strip().startswith("::")]
    assert not outcome_of(verification(regions=(replace(region, cause=Cause.NONE),))).notes


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
