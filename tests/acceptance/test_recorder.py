"""What goes over the wire is recorded, without secrets, and can be answered otherwise before it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests

from acceptance.belief import Otherwise
from acceptance.exchange import NotRecorded
from acceptance.recorder import Recorder
from function_world import serve

_PASSWORD = "correct-horse-1"
_ANSWER = {"name": "web", "list": [1, 2], "password": _PASSWORD}


class _Web(BaseHTTPRequestHandler):
    """Answers a document, or text."""

    def do_GET(self) -> None:
        is_text = self.path.startswith("/text")
        content = b"plain" if is_text else json.dumps(_ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if is_text else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Where it listens."""
    with ExitStack() as stack:
        yield f"http://127.0.0.1:{serve(stack, ('127.0.0.1', 0), _Web)}"


def _get(recorder: Recorder, url: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        session.hooks["response"].append(recorder.hear)
        return session.get(url, timeout=10)


def test_an_exchange_is_recorded_without_its_secrets(url: str, tmp_path: Path) -> None:
    """Label, path, query, status and body are kept; a password is not, in the file."""
    recorder = Recorder(tmp_path / "exchanges.jsonl")
    with recorder.labelled("step/what") as heard:
        _get(recorder, f"{url}/a/b?api-version=1")

    one = recorder.recording().one("step/what")
    assert (one.method, one.path, one.query, one.status) == ("GET", "/a/b", {"api-version": "1"}, 200)
    assert heard[0].body == _ANSWER
    assert one.body["name"] == "web"
    assert _PASSWORD not in (tmp_path / "exchanges.jsonl").read_text()


def test_a_flip_answers_otherwise_before_anybody_reads(url: str, tmp_path: Path) -> None:
    """Client and recording both see the changed answer; an answer that is not meant stays."""
    flip = Otherwise(label="step/*", path="^/a$", status=409, place="name", value="other")
    recorder = Recorder(tmp_path / "exchanges.jsonl", label="step/what", flips=[flip])

    changed, other = _get(recorder, f"{url}/a"), _get(recorder, f"{url}/b")

    assert (changed.status_code, changed.json()["name"]) == (409, "other")
    assert (other.status_code, other.json()) == (200, _ANSWER)
    assert [one.status for one in recorder.recording().exchanges] == [409, 200]


def test_text_is_left_to_its_reader(url: str, tmp_path: Path) -> None:
    """The body of a download is not recorded, and is still there for who asked."""
    recorder = Recorder(tmp_path / "exchanges.jsonl", label="step/what")

    assert _get(recorder, f"{url}/text").text == "plain"
    assert recorder.recording().one("step/what").body is None


def test_what_was_not_asked_says_why(tmp_path: Path) -> None:
    """A question without an answer gives the reason that its step left."""
    recorder = Recorder(tmp_path / "exchanges.jsonl")
    recorder.skip("verify", "needs a version")

    for label in ("verify/what", "verify-reboot/outcome"):
        with pytest.raises(NotRecorded, match="needs a version"):
            recorder.recording().one(label)
    with pytest.raises(NotRecorded, match="did not come to it"):
        recorder.recording().one("build/outcome")
