"""The guard against the real network is itself held to its promise."""

import socket

import pytest


def test_foreign_address_is_refused() -> None:
    """A test that reaches for a foreign address fails with an error whose name says what to do."""
    with socket.socket() as outside, pytest.raises(Exception, match="not on this machine") as caught:
        outside.connect(("192.0.2.1", 80))

    assert type(caught.value).__name__ == "ThisTestReachedForTheNetwork"


def test_loopback_is_let_through() -> None:
    """A server of the test's own on loopback is reached."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())

        assert client.getpeername() == server.getsockname()
