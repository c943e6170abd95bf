"""What a job asks GitHub for: its identity token, and the statuses of commits."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from job_issuer import JobIssuer

REQUEST_TOKEN = "request-token-" + "r" * 32
SUBJECT = "repo:octo-org/images:ref:refs/heads/main"
CLAIMS = {
    "sub": SUBJECT,
    "repository": "octo-org/images",
    "ref": "refs/heads/main",
    "sha": "e" * 40,
    "event_name": "push",
    "job_workflow_ref": "octo-org/images/.github/workflows/image.yml@refs/heads/main",
    "run_id": "4711",
    "run_number": "7",
    "run_attempt": "1",
}


def shown_states(statuses: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The states that a commit shows by context, from its statuses, newest first."""
    return {status["context"]: status["state"] for status in reversed(statuses)}


@dataclass(kw_only=True)
class JobServices:
    """A server on an address; `statuses` by commit, newest first; `tokens` as they were minted; `may_write` or 403."""

    host: str
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    audiences: list[str] = field(default_factory=list)
    may_write: bool = True
    claims: Callable[[], Mapping[str, str]] = lambda: CLAIMS
    """What the job's tokens say, asked for at each token."""

    _issuer: JobIssuer = field(default_factory=JobIssuer)

    def __enter__(self) -> Self:
        services = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

            def _answer(self, body: bytes) -> None:
                status, found = services.answer(self.command, self.path, dict(self.headers), body)
                content = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the library's signature
                """Say nothing."""

        self._server = ThreadingHTTPServer((self.host, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @property
    def url(self) -> str:
        """Without a trailing slash."""
        return f"http://{self.host}:{self._server.server_port}"

    def environment(self, *, id_token: bool = True) -> dict[str, str]:
        """What a job has of it; without `id-token: write` nothing of the tokens."""
        found = {"GITHUB_API_URL": self.url, "IMAGEGATE_ISSUER": self.url}
        if id_token:
            found["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"{self.url}/token?api-version=2.0"
            found["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = REQUEST_TOKEN
        return found

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """Any request."""
        url = urlsplit(path)
        if url.path == "/token":
            return self._token(headers, parse_qs(url.query))
        if url.path == "/.well-known/jwks":
            return 200, self._issuer.keys
        if method == "GET" and re.fullmatch(r"/repos/[^/]+/[^/]+", url.path):
            return 200, {"default_branch": "main"}
        commit = url.path.rsplit("/", 1)[-1] if method == "POST" else url.path.split("/")[-2]
        known = self.statuses.setdefault(commit, [])
        if method == "GET" and url.path.endswith("/status"):
            shown = {one["context"]: one for one in reversed(known)}
            return 200, {"statuses": list(shown.values())}
        if method == "GET":
            return 200, known
        if not self.may_write:
            return 403, {"message": "Resource not accessible by integration"}
        known.insert(0, json.loads(body))
        return 201, known[0]

    def _token(self, headers: Mapping[str, str], query: Mapping[str, list[str]]) -> tuple[int, Any]:
        if headers.get("Authorization") != f"Bearer {REQUEST_TOKEN}":
            return 401, {"message": "no"}
        self.audiences += query.get("audience", [])
        claims = {**self.claims(), "iss": self.url, "jti": str(len(self.tokens))}
        self.tokens.append(self._issuer.mint(self.audiences[-1], **claims))
        return 200, {"value": self.tokens[-1], "count": 1}
