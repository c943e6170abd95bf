"""The requests that Event Grid makes: deliveries and handshakes.

Source: Event Grid documentation, "Message delivery headers" and "Webhook event delivery"; CloudEvents HTTP webhook,
section 4.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

import requests

ANSWER_WINDOW_S = 30.0


class Wire:
    """Sends to endpoints. `trust` names a bundle of certificates; safe to use from several threads."""

    def __init__(self, trust: Path | None = None) -> None:
        self._trust = str(trust) if trust else True
        self._local = threading.local()
        self._sessions: list[requests.Session] = []

    def close(self) -> None:
        """Let go of every connection."""
        for session in self._sessions:
            session.close()

    def post(self, url: str, body: object, headers: Mapping[str, str]) -> tuple[str, str]:
        """Post JSON; how it went (`OK`, `NotFound`, `TimedOut`, `Unreachable` …) and the answer's text."""
        outcome, answer = self._send("POST", url, headers, json.dumps(body).encode())
        return outcome, answer.text if answer is not None else ""

    def options(self, url: str, headers: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
        """Ask as CloudEvents' abuse protection does; how it went, and the answer's headers in lower case."""
        outcome, answer = self._send("OPTIONS", url, headers, b"")
        return outcome, {name.lower(): value for name, value in answer.headers.items()} if answer is not None else {}

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[str, requests.Response | None]:
        try:
            answer = self._session().request(
                method,
                url,
                data=body,
                headers=dict(headers),
                timeout=ANSWER_WINDOW_S,
                verify=self._trust,
                allow_redirects=False,
            )
        except requests.Timeout:
            return "TimedOut", None
        except requests.RequestException:
            return "Unreachable", None
        return outcome_of(answer.status_code), answer

    def _session(self) -> requests.Session:
        """One a thread: sessions are not safe to share."""
        if not hasattr(self._local, "session"):
            session = requests.Session()
            session.trust_env = False
            self._local.session = session
            self._sessions.append(session)
        found: requests.Session = self._local.session
        return found


def outcome_of(status: int) -> str:
    """A status in the words of Event Grid's outcomes: 404 is `NotFound`."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        return f"Status{status}"
    return "OK" if status == HTTPStatus.OK else phrase.title().replace(" ", "").replace("-", "")
