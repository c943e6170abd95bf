"""Encodings, eras, cuts and sizes of a log."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagegate.diagnosis import decode_log, diagnose, timings
from imagegate.diagnosis.log_line import Channel, read_line
from imagegate.diagnosis.log_text import unescape
from imagegate.model.diagnosis import Category, Confidence

_SAID = "Reading package lists...\nE: Unable to locate package apach2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_reads_every_encoding(render_log: Callable[..., str], encoding: str) -> None:
    """UTF-8 and UTF-16, with a byte order mark and without; a text that was decoded wrongly, too."""
    log = render_log(_SAID, 100)
    assert diagnose(log.encode(encoding)).cause == "apt-package-unknown"
    assert diagnose(log.encode(encoding).decode("latin-1")).cause == "apt-package-unknown"


def test_line_ends_and_colours_do_not_matter(render_log: Callable[..., str]) -> None:
    """CRLF, escape sequences and progress bars that return to the line's start change nothing, nor line numbers."""
    log = render_log(_SAID, 100)
    plain = diagnose(log)
    coloured = log.replace("E: Unable", "\x1b[1;31mE: \x1b[0mUnable").replace("Reading", "1%\r2%\rReading")
    found = diagnose(coloured.replace("\n", "\r\n"))
    assert (found.cause, found.signal) == (plain.cause, plain.signal)
    assert [line.number for line in found.lines if "Unable" in line.text] == [6]


def test_reads_the_live_log_of_the_container(render_log: Callable[..., str]) -> None:
    """The build container's own output has neither operation id nor PACKER."""
    log = render_log(_SAID, 100)
    live = "".join(line.partition("PACKER ")[2] for line in log.splitlines(keepends=True))
    assert diagnose(live).cause == "apt-package-unknown"
    assert len(timings(live)) == 1


def test_reads_a_log_that_came_inside_json(render_log: Callable[..., str]) -> None:
    """A log as a JSON string, and as a JSON string inside a JSON string."""
    log = render_log(_SAID, 100)
    assert diagnose(json.dumps({"content": log})).cause == "apt-package-unknown"
    assert diagnose(json.dumps({"content": json.dumps({"content": log})})).cause == "apt-package-unknown"


@pytest.mark.parametrize("level", [0, 1, 2, 3, 4])
def test_takes_escaping_away_on_every_level(level: int) -> None:
    """What was quoted again and again reads as it did at first."""
    text = '{"code":"RequestDisallowedByPolicy","name":"No \'public\' <address>"}'
    for _ in range(level):
        text = json.dumps(text)[1:-1].replace("'", "\\u0027").replace("<", "\\u003c")
    assert unescape(text) == '{"code":"RequestDisallowedByPolicy","name":"No \'public\' <address>"}'


@pytest.mark.parametrize(
    ("raw", "channel", "text"),
    [
        ("[1-2-3-4] PACKER OUT     azure-arm: hello", Channel.GUEST, "hello"),
        ("[1-2-3-4] PACKER OUT ==> azure-arm: hello", Channel.SAID, "hello"),
        ("[1-2-3-4] PACKER OUT --> azure-arm: hello", Channel.VERDICT, "hello"),
        ("[1-2-3-4] PACKER 2025/01/02 03:04:05 ui:     azure-arm: hello", Channel.GUEST, "hello"),
        ("[1-2-3-4] PACKER 2025/01/02 03:04:05 ui error: --> azure-arm: hello", Channel.VERDICT, "hello"),
        ("[<log_id>] PACKER ==> Wait completed after 3 minutes", Channel.PACKER, "Wait completed after 3 minutes"),
        ("PACKER ERR * client_jwt will expire", Channel.PACKER, "* client_jwt will expire"),
        ("2025/01/02 03:04:05 ui:     azure-arm.image: hello", Channel.GUEST, "hello"),
        ("    azure-arm: hello", Channel.GUEST, "hello"),
        ("==> azure-arm: hello", Channel.SAID, "hello"),
        ("2025-06-01T10:00:00.1234567Z ==> azure-arm: hello", Channel.SAID, "hello"),
        ("hello", Channel.PLAIN, "hello"),
        ("[ERROR] hello", Channel.PLAIN, "[ERROR] hello"),
        ("PACKER ERR 2021/01/02 03:04:05 p plugin: 2021/01/02 03:04:05 [ERROR] hello", Channel.DEBUG, "[ERROR] hello"),
    ],
)  # fmt: skip
def test_takes_every_prefix_off(raw: str, channel: Channel, text: str) -> None:
    """Who speaks, and what, in each era's format and in none."""
    line = read_line(1, raw)
    assert line is not None
    assert (line.channel, line.text) == (channel, text)


def test_leaves_out_what_packer_tells_itself() -> None:
    """Debug output that tells of no trouble is not kept, whatever it quotes."""
    assert read_line(1, 'PACKER ERR 2021/01/02 03:04:05 packer: Azure request method="GET" body=""') is None


def test_a_cut_log_does_not_name_a_step_that_it_cannot_count(render_log: Callable[..., str]) -> None:
    """When output stands before the first mark, earlier steps may be missing: the cause is told, the index is not."""
    log = render_log(_SAID, 100)
    mark = log.rindex("\n", 0, log.index("(telemetry) Starting")) + 1
    cut = "    azure-arm: output of an earlier step\n" + log[mark:]
    found = diagnose(cut)
    assert found.cause == "apt-package-unknown"
    assert found.customizer is not None
    assert found.customizer.index is None


def test_a_log_that_ends_in_the_middle_tells_what_ran(render_log: Callable[..., str]) -> None:
    """The log of a build that still runs, or was cut: no failure is claimed, the open step is named."""
    found = diagnose(render_log("Get:1 http://deb.debian.org/debian bookworm InRelease", None))
    assert found.category is Category.UNKNOWN
    assert found.confidence is Confidence.LOW
    assert found.customizer is not None
    assert "Cannot tell" in found.root_cause


def test_nothing_tells_nothing() -> None:
    """An empty log, and one of blank lines, are no failure and no success."""
    assert diagnose("").category is Category.UNKNOWN
    assert diagnose("\n \n").category is Category.UNKNOWN


def test_a_long_log_is_read_to_its_end(render_log: Callable[..., str]) -> None:
    """Tens of thousands of lines before the cause neither hide it nor change its line number."""
    noise = "\n".join(f"compiling part {number} of error_handler" for number in range(40_000))
    found = diagnose(render_log(f"{noise}\n{_SAID}", 100))
    assert found.cause == "apt-package-unknown"
    assert next(line.number for line in found.lines if "Unable" in line.text) == 4 + 40_000 + 2


def test_a_very_long_line_does_not_hide_what_stands_in_it() -> None:
    """A whole error as one line of JSON is read beyond its first thousand characters."""
    text = json.dumps({"pad": "x" * 6000, "error": {"code": "RequestDisallowedByPolicy"}, "more": "y" * 6000})
    assert diagnose(text).category is Category.POLICY


def test_times_each_step(render_log: Callable[..., str]) -> None:
    """From mark to mark; a step that has not ended has no end."""
    done = timings(render_log(_SAID, 100))
    assert [(step.index, step.type) for step in done] == [(0, "shell")]
    assert done[0].duration_s is not None
    running = timings(render_log(_SAID, None))
    assert running[0].ended_at is None
    assert running[0].duration_s is None
    assert done[0].to_json()["type"] == "shell"


def test_times_come_from_the_marks() -> None:
    """Several steps, also of one type, in the order in which they ran."""
    marks = [("09:00:00", "Starting provisioner file"), ("09:00:04", "ending file")]
    marks += [("09:00:04", "Starting provisioner shell"), ("09:01:10", "ending shell")]
    marks += [("09:01:10", "Starting provisioner shell"), ("09:01:12", "ending shell")]
    log = "\n".join(f"[1-2-3] PACKER 2025/06/01 {at} [INFO] (telemetry) {mark}" for at, mark in marks)
    assert [(step.type, step.duration_s) for step in timings(log)] == [("file", 4.0), ("shell", 66.0), ("shell", 2.0)]


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text_gets_an_answer(text: str) -> None:
    """Nothing is raised, whatever the log holds."""
    found = diagnose(text, message=text)
    assert found.root_cause
    assert timings(text) is not None


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_get_an_answer(data: bytes) -> None:
    """Bytes of no encoding are read as far as they go."""
    assert isinstance(decode_log(data), str)
    assert diagnose(data).root_cause


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
@settings(deadline=None)
def test_any_error_body_gets_an_answer(body: object) -> None:
    """An ARM error of any shape is read as far as it makes sense."""
    assert diagnose("", error={"error": body}).root_cause


def test_reads_the_logs_of_named_builds(render_log: Callable[..., str]) -> None:
    """A build of a name of its own puts it before or behind `azure-arm`; the guest's words are read all the same."""
    log = render_log(_SAID, 100)
    for name in ("azure-arm.build_vhd", "ubuntu-24_04.azure-arm.image"):
        found = diagnose(log.replace("azure-arm", name))
        assert (found.cause, found.exit_status) == ("apt-package-unknown", 100), name


def test_a_broken_winrm_connection_is_no_fault_of_the_script() -> None:
    """WinRM gives 16001 when the other side has gone; only Packer's debug lines name it where the log is cut."""
    at = "[1-2-3-4] PACKER ERR 2020/10/25 12:09:44 "
    log = (
        f"{at}packer-builder-azure-arm plugin: [INFO] command 'powershell -executionpolicy bypass \"& {{ exit 1 }}\"'"
        " exited with code: 16001\n"
        "[1-2-3-4] PACKER OUT ==> azure-arm: Provisioning step had errors: Running the cleanup provisioner...\n"
        f"{at}[INFO] RPC endpoint: Communicator ended with: 16001\n"
    )
    found = diagnose(log)
    assert (found.category, found.exit_status) == (Category.CONNECTION, 16001)


def test_a_connection_that_ran_out_of_time_is_not_the_run_s_time() -> None:
    """The same words mean the build's own limit only where they do not speak of one attempt to connect."""
    attempt = 'WinRM connection err: unknown error Post "https://10.4.21.11:5986/wsman": context deadline exceeded'
    log = f"PACKER ERR 2021/12/01 10:10:10 plugin: 2021/12/01 10:10:10 [ERROR] {attempt}\n"
    assert diagnose(f"{log}PACKER OUT ==> azure-arm: Timeout waiting for WinRM.\n").category is Category.CONNECTION
    assert diagnose("", message="Failed: context deadline exceeded").category is Category.TIMEOUT


@pytest.mark.parametrize("text", ["[" * 5_000_000, '{"error":' * 200_000, '{"message": "' * 1000])
def test_brackets_without_end(text: str) -> None:
    """A message that is nested too deeply to be read is a text like any other."""
    assert diagnose("", message=text).root_cause
