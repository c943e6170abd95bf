"""Keeps every exchange of a process as a line of JSON; sits on the wire, below the product's own pipeline."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from acceptance.belief import Otherwise
from acceptance.exchange import SKIPPED, Exchange, Recording
from acceptance.secret_fields import without_secrets
from imagegate.model.redaction import redact_tree

HEADERS = (
    "azure-asyncoperation",
    "content-type",
    "date",
    "location",
    "retry-after",
    "x-ms-correlation-request-id",
    "x-ms-error-code",
    "x-ms-failure-cause",
    "x-ms-request-id",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-resource",
)
_LOGIN = ("/oauth2/", "/token")
_SHOWN_TYPES = ("json", "xml")
_LONGEST_TEXT = 4000


class Recorder:
    """Appends to one file, from any thread; `label` is given to what nobody labels otherwise.

    Secrets of a known shape are taken out before anything is written. `flips` change an answer before anybody reads it.
    """

    def __init__(self, file: Path, *, label: str = "", flips: Sequence[Otherwise] = ()) -> None:
        self._file = file
        self._flips = flips
        self._lock = threading.Lock()
        self._local = threading.local()
        self._label = label

    @contextmanager
    def labelled(self, label: str, keep: Callable[[Any], Any] | None = None) -> Iterator[list[Exchange]]:
        """Label what this thread asks inside; `keep` says what of a body is recorded. Yields the exchanges."""
        self._local.label, self._local.keep, self._local.heard = label, keep, []
        try:
            yield self._local.heard
        finally:
            del self._local.label, self._local.keep, self._local.heard

    def hear(self, response: requests.Response, *_: object, **__: object) -> requests.Response:
        """The response hook of a session of `requests`."""
        url = urlsplit(str(response.request.url))
        exchange = Exchange(
            label=getattr(self._local, "label", self._label),
            method=str(response.request.method),
            host=url.netloc,
            path=url.path,
            query=dict(parse_qsl(url.query)),
            status=response.status_code,
            headers=_of_interest(response.headers),
            sent=None if _is_login(url.path) else _document(response.request.body),
            body=None if _is_login(url.path) else _body_of(response),
            at=time.time() - response.elapsed.total_seconds(),
            seconds=round(response.elapsed.total_seconds(), 3),
        )
        self.add(exchange, answer=response)
        return response

    def add(self, exchange: Exchange, *, answer: requests.Response | None = None) -> Exchange:
        """Keep an exchange, changed by the flips that are meant for it; `answer` is changed with it."""
        known = exchange
        for flip in self._flips:
            known = flip.applied(known)
        if answer is not None and known is not exchange:
            _answer_otherwise(answer, known)
        if hasattr(self._local, "heard"):
            self._local.heard.append(known)
            if self._local.keep is not None:
                known = replace(known, body=self._local.keep(known.body), cut=True)
        line = json.dumps(redact_tree(without_secrets(asdict(known))))
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        return known

    def skip(self, label: str, reason: str) -> None:
        """Say why a step, or one question of it, was not asked."""
        self.add(Exchange(label=label, method=SKIPPED, body=reason, at=time.time()))

    def recording(self) -> Recording:
        """All that the file has so far, of other processes too."""
        text = self._file.read_text(encoding="utf-8") if self._file.exists() else ""
        return Recording.of(json.loads(line) for line in text.splitlines())


def recorded_transport(recorder: Recorder, *, ca_bundle: str = "") -> Any:  # noqa: ANN401 - transports have no common type
    """The SDK's own transport, with every answer heard by the recorder; `ca_bundle` as in REQUESTS_CA_BUNDLE."""
    from azure.core.pipeline.transport import RequestsTransport

    transport = RequestsTransport(connection_verify=ca_bundle or True)
    transport.open()
    assert transport.session is not None  # noqa: S101 - opened
    transport.session.hooks["response"].append(recorder.hear)
    return transport


def _is_login(path: str) -> bool:
    return any(part in path for part in _LOGIN)


def _of_interest(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value if name.lower() in HEADERS else "" for name, value in headers.items()}


def _body_of(response: requests.Response) -> Any:  # noqa: ANN401 - any JSON
    """The body where it is a document; what is downloaded or streamed is left alone."""
    kind = response.headers.get("content-type", "").lower()
    if not any(name in kind for name in _SHOWN_TYPES):
        return None
    return _document(response.content)


def _document(content: object) -> Any:  # noqa: ANN401 - any JSON
    if not isinstance(content, bytes | str) or not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, UnicodeDecodeError):
        return content[:_LONGEST_TEXT] if isinstance(content, str) else content[:_LONGEST_TEXT].decode(errors="replace")


def _answer_otherwise(response: requests.Response, exchange: Exchange) -> None:
    """Put the changed answer in the place of the true one, before the pipeline reads it."""
    response.status_code = exchange.status
    if exchange.body is not None:
        content = json.dumps(exchange.body).encode()
        response._content, response._content_consumed = content, True  # type: ignore[attr-defined] # noqa: SLF001 - requests has no other way
        response.headers.pop("content-encoding", None)
        response.headers["content-length"] = str(len(content))
