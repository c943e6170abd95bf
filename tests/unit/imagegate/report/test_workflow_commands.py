"""Workflow commands: read back the way the runner reads them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagegate.report.workflow_commands import (
    add_mask,
    assignment,
    command,
    cut,
    defuse,
    escape_data,
    escape_property,
    foreign,
    group,
    inert,
)

_KNOWN = {"error", "warning", "notice", "group", "endgroup", "add-mask", "set-output", "stop-commands", "debug"}


def _runner_hears(lines: list[str]) -> list[str]:
    """The names of the commands that the runner would carry out. Source: Runner.Worker/ActionCommandManager.cs."""
    heard: list[str] = []
    stop: str | None = None
    for line in "\n".join(lines).splitlines():
        found = re.match(r"\s*::(?P<name>[^ :]+)(?: [^:]*)?::(?P<data>.*)$", line)
        older = re.search(r"##\[(?P<name>[^\] ]+)", line)
        name = found["name"] if found else older["name"] if older else None
        if stop is not None:
            stop = None if name == stop else stop
        elif found and name == "stop-commands":
            stop = found["data"]
        elif name in _KNOWN:
            heard.append(name)
    return heard


def _read_outputs(text: str) -> dict[str, str]:
    """The file as the runner reads it. Source: Runner.Worker/FileCommandManager.cs."""
    found: dict[str, str] = {}
    lines = text.split("\n")
    assert lines.pop() == "", "the last line has no line break"
    while lines:
        name, _, delimiter = lines.pop(0).partition("<<")
        value = []
        while (line := lines.pop(0)) != delimiter:
            value.append(line)
        found[name] = "\n".join(value)
    return found


@given(st.text(), st.text())
@settings(deadline=None)
def test_escapes_can_be_taken_back(data: str, value: str) -> None:
    """What the runner unescapes is what was meant, and a command is always one line."""
    line = command("error", data, title=value)
    assert "\n" not in line
    assert "\r" not in line
    unescaped = escape_data(data).replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    assert unescaped == data
    assert not set(escape_property(value)) & {":", ",", "\n", "\r"}


def test_leaves_out_properties_that_are_not_known() -> None:
    """No empty `file=`, which would make the runner drop the annotation's place."""
    assert command("error", "a%b", file="x.json", line=3, col=None, title="") == "::error file=x.json,line=3::a%25b"
    assert command("endgroup") == "::endgroup::"


def test_a_hostile_log_is_not_heard() -> None:
    """Commands in a build log, old and new in form, do nothing between stop and token."""
    log = [
        "::set-output name=a::b",
        "  ::error::boo",
        "##[error]boo",
        "x\r::add-mask::a",
        "::stop-commands::mine",
        "::mine::",
    ]
    assert _runner_hears(log)
    assert _runner_hears(list(group("build log", foreign(log)))) == ["group", "endgroup"]


def test_the_token_cannot_be_guessed() -> None:
    """A new one every time, long, and no command's name."""
    tokens = {next(iter(foreign([]))).removeprefix("::stop-commands::") for _ in range(20)}
    assert len(tokens) == 20
    assert all(re.fullmatch(r"[0-9a-f]{48}", token) for token in tokens)


@given(st.text())
@settings(deadline=None)
def test_a_line_of_ours_is_no_command(text: str) -> None:
    """A quoted text on a line of its own is not heard either."""
    assert _runner_hears([defuse(text).replace("\x0b", " ")]) == []


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
@settings(deadline=None)
def test_outputs_come_back_as_they_were(value: str) -> None:
    """Any value of any lines is read back whole, and sets nothing else."""
    text = assignment("image-version-id", value) + assignment("other", "x")
    assert _read_outputs(text) == {"image-version-id": value, "other": "x"}


def test_a_value_cannot_end_itself() -> None:
    """A delimiter that stands in the value is not used."""
    tokens = iter(["guessed", "better"])
    text = assignment("a", "x\nimagegate_guessed\nb=c", token=lambda: next(tokens))
    assert _read_outputs(text) == {"a": "x\nimagegate_guessed\nb=c"}


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a<<b", "a\nb", "1a"])
def test_refuses_names_that_are_none(name: str) -> None:
    """A name with a line break or a mark would set something else."""
    with pytest.raises(ValueError, match="not a name"):
        assignment(name, "x")


def test_masks_each_line_of_a_secret() -> None:
    """The runner masks line by line, so that a key of several lines needs a command for each."""
    assert list(add_mask("one\n\ntwo")) == ["::add-mask::one%0A%0Atwo", "::add-mask::one", "::add-mask::two"]
    assert list(add_mask("")) == []
    assert list(add_mask("single")) == ["::add-mask::single"]


def test_cuts_with_a_mark() -> None:
    """What is missing is shown to be missing."""
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"


@given(st.text())
def test_text_of_several_lines_is_no_command(text: str) -> None:
    """Whatever somebody wrote, no line of it begins with `::`; its lines stay lines."""
    shown = inert(f"a\n{text}")

    assert [line for line in re.split(r"[\r\n]", shown) if line.lstrip().startswith("::")] == []
    assert inert(shown) == shown
