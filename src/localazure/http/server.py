"""HTTPS on loopback: a certificate made at the start, uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import certifi
import trustme
import uvicorn


class Authority:
    """A certificate authority of this cloud's own, and the bundle that clients have to trust."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1") -> None:
        authority = trustme.CA()
        names = dict.fromkeys(
            ("localhost", "127.0.0.1", "::1", "*.localhost", "*.blob.localhost", "host.docker.internal", host)
        )
        server = authority.issue_cert(*names)
        folder.mkdir(parents=True, exist_ok=True)
        self.key_and_chain = folder / "server.pem"
        server.private_key_and_cert_chain_pem.write_to_path(str(self.key_and_chain))
        self.key_and_chain.chmod(0o600)
        self.bundle = folder / "trusted.pem"
        self.bundle.write_bytes(_trusted_already() + b"\n" + authority.cert_pem.bytes())


def _trusted_already() -> bytes:
    """What this machine's Python trusts, so that clients with our bundle still reach other hosts."""
    system = ssl.get_default_verify_paths().cafile
    return Path(system or certifi.where()).read_bytes()


class _Server(uvicorn.Server):
    """Ends at once: an idle client would else be waited for, until it too had closed its side of TLS."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drop who waits for nothing, give the others their time, then drop them too."""
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is None or cycle.response_complete:
                _drop(connection)
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            _drop(connection)
        await asyncio.sleep(0)


def _listening(host: str, port: int) -> socket.socket:
    """A listening socket that says that it is TCP.

    asyncio sets TCP_NODELAY only on sockets that do (`socket.create_server` leaves the protocol at 0), and without it
    every answer of headers and body waits 40 ms for the client's delayed acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def _drop(connection: Any) -> None:  # noqa: ANN401 - one of uvicorn's protocols
    if connection.transport is not None:
        connection.transport.abort()


class Server:
    """One application on one port. A context manager: listening when entered, the port free again when left.

    `certificate` is key and chain, as a file in PEM.
    """

    def __init__(self, app: Any, certificate: Path, *, port: int = 0, host: str = "127.0.0.1") -> None:  # noqa: ANN401 - any ASGI application
        self._socket = _listening(host, port)
        self._name = "localhost" if ipaddress.ip_address(host).is_loopback else host
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_level="critical",  # it calls idle TLS connections at its end an error
            access_log=False,
            lifespan="off",
            ssl_certfile=str(certificate),
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True, name=f"https:{self.port}"
        )

    @property
    def url(self) -> str:
        """Where it listens, without a trailing slash."""
        return f"https://{f'[{self._name}]' if ':' in self._name else self._name}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()
