"""What the trial holds up to the Function from outside the cloud: a commit's statuses, and a listener for verdicts.

The statuses speak as much of GitHub's API as the Function asks for. Sources: GitHub REST, commit statuses; Event Grid
documentation, CloudEvents webhook delivery and its handshake.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_STATUSES = re.compile(r"/github/repos/(?P<repository>[^/]+/[^/]+)/commits/(?P<commit>\w+)/statuses")
_POSTING = re.compile(r"/github/repos/(?P<repository>[^/]+/[^/]+)/statuses/(?P<commit>\w+)")
_VERDICTS = "/verdicts"


class Board:
    """Listens on loopback while entered; everything that comes is kept, in its order.

    Args:
        certificate: key and chain, as a file in PEM; whoever trusts the cloud has to trust this.
    """

    def __init__(self, certificate: Path) -> None:
        self.statuses: list[dict[str, Any]] = []
        self.verdicts: list[dict[str, Any]] = []
        self._came = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # The handshake is each connection's own thread's: one that hangs must not keep the others out.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="board")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def github_url(self) -> str:
        """The base of GitHub's API, as the Function is told it."""
        return f"{self._url}/github"

    @property
    def verdicts_url(self) -> str:
        """The webhook of the verdicts' subscription."""
        return f"{self._url}{_VERDICTS}"

    @property
    def _url(self) -> str:
        return f"https://localhost:{self._server.server_port}"

    def await_verdict(self, subject: str, timeout_s: float) -> dict[str, Any] | None:
        """The event of a verdict on that image version, once it has come; None when it does not come in time."""
        with self._came:
            self._came.wait_for(lambda: self._verdict_on(subject) is not None, timeout_s)
        return self._verdict_on(subject)

    def of_context(self, repository: str, commit: str) -> list[dict[str, Any]]:
        """The statuses of a commit as GitHub lists them: the newest first."""
        mine = [one for one in self.statuses if (one["repository"], one["commit"]) == (repository, commit)]
        return mine[::-1]

    def take_status(self, repository: str, commit: str, posted: dict[str, Any]) -> dict[str, Any]:
        """A status was posted."""
        moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        status = {"repository": repository, "commit": commit, **posted, "created_at": moment}
        with self._came:
            self.statuses.append(status)
            self._came.notify_all()
        return status

    def take_events(self, body: Any) -> None:  # noqa: ANN401 - any JSON
        """Event Grid delivered: one event, or several."""
        with self._came:
            self.verdicts += body if isinstance(body, list) else [body]
            self._came.notify_all()

    def _verdict_on(self, subject: str) -> dict[str, Any] | None:
        found = [one for one in self.verdicts if str(one.get("subject", "")).lower() == subject.lower()]
        return found[-1] if found else None


def _handler(board: Board) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_OPTIONS(self) -> None:
            self._answer(200, None, {"WebHook-Allowed-Origin": self.headers.get("WebHook-Request-Origin", "")})

        def do_GET(self) -> None:
            path, found = self._asked(_STATUSES)
            if found:
                self._answer(200, board.of_context(found["repository"], found["commit"]))
            elif path.startswith("/github/repos/"):
                self._answer(200, [])  # no pull requests, no merge queue
            else:
                self._answer(404, {"message": "Not Found"})

        def do_POST(self) -> None:
            path, found = self._asked(_POSTING)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            if found:
                self._answer(201, board.take_status(found["repository"], found["commit"], body))
            elif path == _VERDICTS:
                board.take_events(body)
                self._answer(200, None)
            else:
                self._answer(404, {"message": "Not Found"})

        def _asked(self, shape: re.Pattern[str]) -> tuple[str, re.Match[str] | None]:
            path = self.path.split("?", 1)[0]
            return path, shape.fullmatch(path)

        def _answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing: what came is told by who asked for it."""

    return Handler
