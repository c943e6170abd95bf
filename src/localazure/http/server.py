"""HTTPS on loopback: a certificate made at the start, uvicorn in a thread of its own."""

from __future__ import annotations

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

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        server = authority.issue_cert("localhost", "127.0.0.1", "::1", "*.localhost", "host.docker.internal")
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


class Server:
    """One application on one port. A context manager: listening when entered, the port free again when left."""

    def __init__(self, app: Any, authority: Authority, *, port: int = 0, host: str = "127.0.0.1") -> None:  # noqa: ANN401 - any ASGI application
        self._socket = socket.create_server((host, port), backlog=128)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_level="critical",  # it calls idle TLS connections at its end an error
            access_log=False,
            lifespan="off",
            ssl_certfile=str(authority.key_and_chain),
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True, name=f"https:{self.port}"
        )

    @property
    def url(self) -> str:
        """Where it listens, without a trailing slash."""
        return f"https://localhost:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()
