"""One HTTP attempt as data."""

import socket

from imagegate.model import Attempt
from imagegate.steps.probe_http import probe_http
from smoke_azure import SmokeAzure


def test_refused() -> None:
    """The answer is an attempt, with its number and the reason."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        job = {"address": "127.0.0.1", "probe": {"http": {"port": port}}, "number": 3}
        found = Attempt.from_json(probe_http(SmokeAzure().cloud(), job))

    assert (found.passed, found.number, found.detail) == (False, 3, "connection refused")
