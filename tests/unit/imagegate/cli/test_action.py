"""The container's entry: inputs become a command line and an environment."""

import json

import pytest

from imagegate.cli.action import translate, unused
from imagegate.cli.leftovers import Leftover
from imagegate.errors import InputError


def test_inputs_become_a_command() -> None:
    """Settings go through the environment, options through arguments, the folder behind a `--`; hyphens are kept."""
    arguments, changes = translate(
        {
            "INPUT_COMMAND": "build",
            "INPUT_FOLDER": "images/web",
            "INPUT_RESOURCE-GROUP": "rg",
            "INPUT_SUBSCRIPTION": "sub",
            "INPUT_CLIENT-ID": "client",
            "INPUT_FOLLOW": "True",
            "INPUT_GITHUB-TOKEN": "ghs_x",
            "INPUT_REACH": "run-command",
        }
    )

    assert arguments == ["build", "--statuses=all", "--follow", "--", "images/web"]
    assert changes == {
        "AZURE_CLIENT_ID": "client",
        "IMAGEGATE_SUBSCRIPTION": "sub",
        "AZURE_SUBSCRIPTION_ID": "sub",
        "IMAGEGATE_RESOURCE_GROUP": "rg",
        "GITHUB_TOKEN": "ghs_x",
    }


def test_defaults() -> None:
    """With nothing given it builds the workspace's folder; an expression that nobody filled in is no token."""
    arguments, changes = translate({})

    assert arguments == ["build", "--statuses=all", "--follow", "--", "."]
    assert changes == {}


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("", ["--", "/subscriptions/s"]), ("web", ["--image=web", "--", "/subscriptions/s"])],
)
def test_a_version_to_verify(folder: str, expected: list[str]) -> None:
    """A version is the argument, and a folder, if given, says how to prove it."""
    given = {"INPUT_COMMAND": "verify", "INPUT_IMAGE-VERSION-ID": "/subscriptions/s", "INPUT_FOLDER": folder}

    assert translate(given)[0][2:] == expected


@pytest.mark.parametrize("text", ['["/subscriptions/a","/subscriptions/b"]', "/subscriptions/a, /subscriptions/b"])
def test_several_versions_to_verify(text: str) -> None:
    """The output `image-version-ids` of a build is what `verify` takes."""
    assert translate({"INPUT_COMMAND": "verify", "INPUT_IMAGE-VERSION-ID": text})[0][2:] == [
        "--",
        "/subscriptions/a",
        "/subscriptions/b",
    ]


def test_no_version_to_verify() -> None:
    """An empty list is no version: then the folder's newest one is meant."""
    assert translate({"INPUT_COMMAND": "verify", "INPUT_IMAGE-VERSION-ID": "[]"})[0][2:] == ["--", "."]


@pytest.mark.parametrize("command", ["promote", "quarantine"])
def test_a_version_to_decide_about(command: str) -> None:
    """A decision takes its version, reason and dry run from the inputs; the folder means nothing to it."""
    given = {
        "INPUT_COMMAND": command,
        "INPUT_IMAGE-VERSION-ID": "/subscriptions/a",
        "INPUT_REASON": "CHG-1: checked",
        "INPUT_DRY-RUN": "true",
        "INPUT_FOLDER": ".",
    }

    assert translate(given)[0] == [command, "--dry-run", "--reason=CHG-1: checked", "--", "/subscriptions/a"]


def test_debug_logging_is_verbose() -> None:
    """A job that was run again with debug logging shows every request."""
    assert "--verbose" in translate({"RUNNER_DEBUG": "1"})[0]


def test_all_faults_at_once() -> None:
    """A command that does not exist and a flag that is none are told together."""
    with pytest.raises(InputError) as caught:
        translate({"INPUT_COMMAND": "completion", "INPUT_VERBOSE": "perhaps"})

    assert [fault.path for fault in caught.value.faults] == ["command", "verbose"]


def test_inputs_that_mean_nothing() -> None:
    """An input of another command is noticed, a default is not."""
    given = {"INPUT_DRY-RUN": "true", "INPUT_NO-PROMOTE": "false", "INPUT_STATUSES": "all"}

    assert [row.name for row in unused(given, "build")] == ["dry-run"]


def test_an_option_is_no_injection() -> None:
    """A value that looks like an option stays a value."""
    arguments, _ = translate({"INPUT_COMMAND": "verify", "INPUT_REACH": "--keep", "INPUT_FOLDER": "--help"})

    assert "--reach=--keep" in arguments
    assert arguments[-2:] == ["--", "--help"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"kind": "build"}', "null"])
def test_damaged_state(text: str) -> None:
    """State that says nothing usable means that nothing is left."""
    assert Leftover.parse(text) is None


def test_state_there_and_back() -> None:
    """What the main step kept is what the post step finds."""
    left = Leftover(kind="verify", name="rg-smoke", run="77-abc", arm_endpoint="https://a", subscription_id="s")

    assert Leftover.parse(left.to_text()) == left
    assert json.loads(left.to_text())["kind"] == "verify"
