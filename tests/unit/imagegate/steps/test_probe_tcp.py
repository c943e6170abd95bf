"""One TCP attempt as data."""

import socket

from imagegate.model import Attempt
from imagegate.steps.probe_tcp import probe_tcp
from smoke_azure import SmokeAzure


def test_connected() -> None:
    """The answer is an attempt that passed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        job = {"address": "127.0.0.1", "probe": {"tcp": {"port": server.getsockname()[1]}}, "number": 1}
        found = Attempt.from_json(probe_tcp(SmokeAzure().cloud(), job))

    assert (found.passed, found.detail, found.probe.startswith("tcp port")) == (True, "connected", True)
