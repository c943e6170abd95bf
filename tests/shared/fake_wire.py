"""The wire of Azure's clients, and a clock, both in the hands of a test."""

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.endpoints import PUBLIC

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request as it went over the wire."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    raw_query: str = ""

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body as JSON."""
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What comes back: `body` is bytes, text or JSON."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


type Responder = Callable[[Seen], Answer]


class Wire(BaseAdapter):
    """Answers by a table of method and path; what is not in the table is a fault of the test, told as such.

    Each row gives its answers one after the other and repeats the last one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Seen] = []
        self._table: list[tuple[str, re.Pattern[str], list[Answer | Exception | Responder]]] = []

    def on(self, method: str, path: str, *answers: Answer | Exception | Responder) -> None:
        """Answer requests whose whole path matches the expression; a newer row wins over an older one."""
        self._table.insert(0, (method, re.compile(path, re.IGNORECASE), list(answers)))

    def calls(self, method: str, path: str) -> list[Seen]:
        """The requests that were made so far, of that method, with a path that matches."""
        return [seen for seen in self.seen if seen.method == method and re.fullmatch(path, seen.path, re.IGNORECASE)]

    @property
    def transport(self) -> RequestsTransport:
        """A transport for the Azure SDK that ends at this table."""
        session = requests.Session()
        session.mount("https://", self)
        session.mount("http://", self)
        return ImpatientTransport(session=session, session_owner=False)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:  # noqa: ANN401 - requests' signature
        """Take a request and answer it."""
        seen = _seen(request)
        self.seen.append(seen)
        found = next((row for row in self._table if row[0] == seen.method and row[1].fullmatch(seen.path)), None)
        if found is None:
            raise AssertionError(f"no answer was set for {seen}; seen so far:\n" + "\n".join(map(str, self.seen)))
        answer = found[2].pop(0) if len(found[2]) > 1 else found[2][0]
        if isinstance(answer, Exception):
            raise answer
        return _response(request, answer if isinstance(answer, Answer) else answer(seen))

    def close(self) -> None:
        """Nothing to close."""


class ImpatientTransport(RequestsTransport):  # type: ignore[misc]  # azure-core gives its classes away untyped
    """The SDK's transport, but its retry policy does not really sleep."""

    def sleep(self, duration: float) -> None:
        """Pass at once."""


class HandClock:
    """A clock whose hands move only when somebody sleeps; `at_sleep` is called before each time."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []
        self.at_sleep: Callable[[float], None] = lambda _seconds: None

    def now(self) -> float:
        """Where the hands are."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move the hands."""
        self.at_sleep(seconds)
        self.slept.append(seconds)
        self.time += seconds


class Token:
    """A credential that always has a token."""

    def get_token(self, *_scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - azure-core's signature
        """The token."""
        return AccessToken("token", 4102444800)


def cloud_on(wire: Wire) -> Cloud:
    """A connection to the public cloud whose wire is the test's."""
    return Cloud(endpoints=PUBLIC, subscription_id=SUBSCRIPTION, credential=Token(), transport=wire.transport)


def _seen(request: requests.PreparedRequest) -> Seen:
    url = urlsplit(str(request.url))
    body: Any = request.body
    if hasattr(body, "read"):
        body = body.read()
    content = body.encode() if isinstance(body, str) else bytes(body or b"")
    return Seen(
        method=str(request.method),
        host=url.netloc,
        path=url.path,
        query=dict(parse_qsl(url.query)),
        headers=dict(request.headers),
        body=content,
        raw_query=url.query,
    )


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    headers = dict(answer.headers)
    if isinstance(answer.body, bytes):
        content = answer.body
    elif isinstance(answer.body, str):
        content = answer.body.encode()
    else:
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        if content:
            headers.setdefault("Content-Type", "application/json")
    headers.setdefault("Content-Length", str(len(content)))
    raw = HTTPResponse(
        body=io.BytesIO(b"" if request.method == "HEAD" else content),
        headers=headers,
        status=answer.status,
        reason="reason",
        preload_content=False,
        request_method=request.method,
    )
    return HTTPAdapter().build_response(request, raw)
