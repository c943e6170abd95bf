"""customization.log: each line in the form in which the service writes it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.engine.build_log import BuildLog

_TIME = r"\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}"


class Log:
    """A log, what it emitted, and a clock that a test sets."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.log = BuildLog("7111a125", self.lines.append)

    @property
    def told(self) -> list[str]:
        """The lines without operation id and time."""
        return [re.sub(rf"^\[7111a125\] PACKER ({_TIME} )?", "", line) for line in self.lines]


@pytest.fixture
def log() -> Log:
    """A new log."""
    return Log()


def test_lines_begin_with_operation_and_time(log: Log) -> None:
    """Readers of the service's log find the operation's id, Packer's mark and the time where the service has them."""
    log.log.say("Connected!")

    assert re.fullmatch(rf"\[7111a125\] PACKER {_TIME} ui: ==> azure-arm: Connected!", log.lines[0])


def test_outputs_are_told_apart(log: Log) -> None:
    """Standard output is indented, error output is marked as such."""
    log.log.output("fine")
    log.log.error_output("careful")

    assert log.told == ["ui:     azure-arm: fine", "ui error: ==> azure-arm: careful"]


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [("10%\r50%\r100%", "100%"), ("windows\r", "windows"), ("trailing \t", "trailing"), ("\tindented", "\tindented")],
    ids=["progress", "line end", "trailing space", "indentation"],
)
def test_output_is_cleaned_as_packer_does(log: Log, line: str, cleaned: str) -> None:
    """What a carriage return overwrote is gone, so is trailing space; what stands in front stays."""
    log.log.output(line)

    assert log.told == [f"ui:     azure-arm: {cleaned}"]


@given(st.text())
def test_one_line_of_output_is_one_line_of_log(line: str) -> None:
    """No output of a script, whatever is in it but a line end, takes the log's own prefix from a line."""
    log = Log()
    log.log.output(line.replace("\n", ""))

    assert len(log.lines) == 1
    assert log.lines[0].startswith("[7111a125] PACKER ")
    assert "\n" not in log.lines[0]


def test_cached_step_is_a_step(log: Log) -> None:
    """A step that was not run has beginning and end as any other, and says that it was not run."""
    log.log.cached("shell", "0a1b")

    assert log.told == [
        "[INFO] (telemetry) Starting provisioner shell",
        "ui: ==> azure-arm: using cached result 0a1b",
        "[INFO] (telemetry) ending shell",
    ]


def test_failure_names_its_reason_where_readers_look(log: Log) -> None:
    """The reason is there for people and, quoted, for machines; the log ends as it always does."""
    log.log.failed('Script said "no" \\ and left')

    assert any(
        re.fullmatch(r"ui error: Build 'azure-arm' errored after \S.*: Script said \"no\" \\ and left", line)
        for line in log.told
    )
    assert 'machine readable: azure-arm,error []string{"Script said \\"no\\" \\\\ and left"}' in log.told
    assert 'ui error: --> azure-arm: Script said "no" \\ and left' in log.told
    assert log.told[-1] == "Done exporting Packer logs to Azure Storage."


def test_success_has_no_word_of_error(log: Log) -> None:
    """A build that went well says so, and nothing in its end reads like a fault."""
    log.log.finished()

    assert log.told[0].startswith("ui: Build 'azure-arm' finished after ")
    assert not any("error" in line for line in log.told)
    assert log.told[-1] == "Done exporting Packer logs to Azure Storage."


@pytest.mark.parametrize(
    ("elapsed_s", "named"),
    [
        (0.25, "250 milliseconds"),
        (1, "1 second"),
        (193.7, "3 minutes 13 seconds"),
        (60, "1 minute"),
        (3600, "1 hour"),
        (7325, "2 hours 2 minutes 5 seconds"),
    ],
)
def test_durations_read_as_packer_s(monkeypatch: pytest.MonkeyPatch, elapsed_s: float, named: str) -> None:
    """Durations are in words, singular where it is one, without parts that are nothing."""
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    log = Log()
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + elapsed_s)

    log.log.finished()

    assert log.told[0] == f"ui: Build 'azure-arm' finished after {named}."


def test_the_end_is_that_of_a_published_log(log: Log, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that succeeds ends, line by line, as the service's does, but for its plugin processes."""
    published = (corpus / "customization-logs" / "25-benign-no-artifacts-created.log").read_text().splitlines()
    expected = [line for line in published if "plugin process exited" not in line]
    began = time.monotonic()
    monkeypatch.setattr("localazure.engine.build_log.time.monotonic", lambda: began + 193.2)
    log.log._began = began

    log.log.finished()

    def bare(line: str) -> str:
        return re.sub(rf"^\[[^]]*\] PACKER ({_TIME} )?", lambda match: "T " if match[1] else "", line).rstrip()

    assert [bare(line) for line in log.lines] == [bare(line) for line in expected]
