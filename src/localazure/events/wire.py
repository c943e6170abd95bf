"""The requests that Event Grid makes: deliveries and handshakes.

Source: Event Grid documentation, "Message delivery headers" and "Webhook event delivery"; CloudEvents HTTP webhook, section 4.
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
    """Posts to endpoints. `trust` names a bundle of certificates; safe to use from several threads."""

    def __init__(self, trust: Path | None = None) -> None:
        self._trust = str(trust) if trust else True
        self._local = threading.local()

    def post(self, url: str, body: object, headers: Mapping[str, str]) -> tuple[str, str]:
        """Post JSON; how it went (`OK`, `NotFound`, `TimedOut`, `Unreachable` …) and the answer's text."""
        return self._send("POST", url, json.dumps(body).encode(), headers)

    def options(self, url: str, headers: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
        """Ask as CloudEvents' abuse protection does; how it went, and the answer's headers in lower case."""
        try:
            answer = self._session().request(
                "OPTIONS",
                url,
                headers=dict(headers),
                timeout=ANSWER_WINDOW_S,
                verify=self._trust,
                allow_redirects=False,
            )
        except requests.Timeout:
            return "TimedOut", {}
        except requests.RequestException:
            return "Unreachable", {}
        return outcome_of(answer.status_code), {name.lower(): value for name, value in answer.headers.items()}

    def _send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
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
            return "TimedOut", ""
        except requests.RequestException:
            return "Unreachable", ""
        return outcome_of(answer.status_code), answer.text

    def _session(self) -> requests.Session:
        """One a thread: sessions are not safe to share."""
        if not hasattr(self._local, "session"):
            session = requests.Session()
            session.trust_env = False
            self._local.session = session
        found: requests.Session = self._local.session
        return found


def outcome_of(status: int) -> str:
    """A status in the words of Event Grid's outcomes: 404 is `NotFound`."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        return f"Status{status}"
    return "OK" if status == HTTPStatus.OK else phrase.title().replace(" ", "").replace("-", "")
