"""The control path of a local cloud, on a wire in the test's hands."""

import json
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import BaseAdapter

from localazure.trial.cloud_session import CloudSession
from localazure.trial.observer import Observer

EVENT = {
    "id": "e-1",
    "type": "Microsoft.Resources.ResourceActionSuccess",
    "subject": "/subscriptions/s/imageTemplates/web",
    "time": "2026-01-01T10:00:00Z",
    "function": "on_build_event",
    "accepted": True,
}


class ObservedHost(BaseAdapter):
    """The control path of a local cloud: one look after the other, the last for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.looks: list[list[dict[str, Any]]] = []
        self.at_look: Callable[[], None] = lambda: None
        self.raised: list[str] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:  # noqa: ANN401 - requests' signature
        """Answer: a token, a look, or an event that was raised."""
        path = str(request.path_url)
        if path.endswith("/token"):
            return _answer(200, {"access_token": "t"})
        if request.headers.get("Authorization") != "Bearer t":
            return _answer(401, {})
        if request.method == "POST":
            self.raised.append(path)
            return _answer(202, {})
        self.at_look()
        shown = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return _answer(200, {"events": [EVENT], "orchestrations": shown})

    @property
    def observer(self) -> Observer:
        """Eyes on the app `gate` of this cloud."""
        environment = {
            "IMAGEGATE_ARM_ENDPOINT": "https://localhost",
            "AZURE_TENANT_ID": "tenant",
            "AZURE_CLIENT_ID": "client",
            "AZURE_CLIENT_SECRET": "secret",
            "REQUESTS_CA_BUNDLE": "",
        }
        session = CloudSession(environment)
        session.wire.mount("https://", self)
        return Observer(session, "gate")

    def close(self) -> None:
        """Nothing to close."""


def _answer(status: int, body: object) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(body).encode()
    response.url = "https://localhost"
    return response
