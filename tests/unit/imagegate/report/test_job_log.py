"""The log of a job: what the runner hears of it, and what it does not show."""

import io

from hypothesis import given
from hypothesis import strategies as st

from imagegate.report.job_log import JobLog
from imagegate.report.masking import Masks
from runner_side import hear


def log_of(stream: io.StringIO, *, show_log: bool = True) -> JobLog:
    """A log that shows the build's own."""
    return JobLog(stream, Masks(), show_log=show_log)


def test_a_step_is_a_group() -> None:
    """A step's notes are folded under its title, and how it ended stands outside."""
    stream = io.StringIO()
    log = log_of(stream)

    log.step_began("Building")
    log.note("Running")
    log.step_ended("Building", passed=False, seconds=1.25)

    assert stream.getvalue().splitlines() == [
        "::group::Building",
        "    Running",
        "::endgroup::",
        "✗ Building (1.2 s)",
    ]
    assert [(step.title, step.result) for step in log.steps] == [("Building", "failed")]


@given(lines=st.lists(st.text(max_size=40) | st.just("::error::x") | st.just("##[error]x")), note=st.text(max_size=20))
def test_foreign_lines_are_never_heard(lines: list[str], note: str) -> None:
    """Whatever the build prints, the runner hears no command of it, and hears ours again afterwards."""
    stream = io.StringIO()
    log = log_of(stream)
    log.step_began("Building")
    for line in lines:
        log.log_line(line)
    log.note(note)
    log.step_ended("Building", passed=True, seconds=0)

    heard = hear(stream.getvalue())

    assert set(heard.commands) <= {"group", "stop-commands", "endgroup"}
    assert (heard.annotations, heard.groups_open, heard.deaf) == ([], 0, False)


def test_a_note_that_quotes_a_command() -> None:
    """A line of our own that begins with somebody's command is defused."""
    stream = io.StringIO()

    log_of(stream).note("::error::quoted")

    assert hear(stream.getvalue()).commands == []


def test_a_mask_amid_foreign_text_is_heard() -> None:
    """A secret that turns up while the build's log is shown is masked all the same, once, and shown nowhere else."""
    stream = io.StringIO()
    log = log_of(stream)
    log.log_line("before")

    log.mask("hunter2-hunter2")
    log.mask("hunter2-hunter2")
    log.log_line("the word is hunter2-hunter2")
    log.note("hunter2-hunter2 again")
    log.commands(["::error::hunter2-hunter2"])

    assert hear(stream.getvalue()).masks == ["hunter2-hunter2"]
    assert stream.getvalue().count("hunter2-hunter2") == 1


def test_the_build_log_is_only_shown_when_asked_for() -> None:
    """Without `show_log` foreign text stays in its file."""
    stream = io.StringIO()

    log_of(stream, show_log=False).log_line("x")

    assert stream.getvalue() == ""


def test_what_is_open_is_closed() -> None:
    """A story that breaks off leaves neither a group open nor the runner deaf; groups do not nest."""
    stream = io.StringIO()
    log = log_of(stream)
    log.step_began("one")
    log.step_began("two")
    log.log_line("x")

    log.close()

    heard = hear(stream.getvalue())
    assert (heard.groups_open, heard.deaf) == (0, False)
    assert heard.commands.count("group") == 2


def test_a_quiet_step_is_told_to_go_on() -> None:
    """Half a minute without a line brings one, whatever the step waits for; none when no step is open."""
    stream, hands = io.StringIO(), [0.0]
    log = JobLog(stream, Masks(), now=lambda: hands[0])
    log.beat()
    log.step_began("Preparing the image template")
    for hands[0] in (28.0, 29.0, 40.0, 58.0, 59.0):
        log.beat()
    log.step_ended("Preparing the image template", passed=True, seconds=60)
    hands[0] = 200.0
    log.beat()

    beats = [line for line in stream.getvalue().splitlines() if "still at it" in line]
    assert beats == [
        "    still at it after 29 s: Preparing the image template",
        "    still at it after 58 s: Preparing the image template",
    ]
