"""A listening cloud with Event Grid registered, and endpoints of its own certificate authority."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localazure.assembly import LocalCloud
from localazure.http.server import Server


@dataclass
class Hook:
    """A webhook: agrees to the handshake unless told otherwise, and keeps what is delivered."""

    agrees: bool = True
    url: str = ""
    handshakes: list[Any] = field(default_factory=list)
    delivered: queue.Queue[Any] = field(default_factory=queue.Queue)

    async def answer(self, request: Request) -> Response:
        """Handshakes of both schemas, and notifications."""
        if request.method == "OPTIONS":
            self.handshakes.append(dict(request.headers))
            headers = {"WebHook-Allowed-Origin": request.headers["webhook-request-origin"]} if self.agrees else {}
            return Response(headers=headers)
        body = json.loads(await request.body())
        if request.headers["aeg-event-type"] == "SubscriptionValidation":
            self.handshakes.append(body)
            code = body[0]["data"]["validationCode"]
            return JSONResponse({"validationResponse": code if self.agrees else "something else"})
        self.delivered.put(body)
        return Response()


@pytest.fixture
def hook(cloud_server: LocalCloud) -> Iterator[Hook]:
    """A webhook over HTTPS that the cloud trusts."""
    found = Hook()
    app = Starlette(routes=[Route("/hook", found.answer, methods=["OPTIONS", "POST"])])
    with ExitStack() as stack:
        server = stack.enter_context(Server(app, cloud_server._authority.key_and_chain))
        found.url = f"{server.url}/hook?code=secret"
        yield found


@pytest.fixture
def client(owner: Any) -> Callable[..., Any]:  # noqa: ANN401 - the caller of tests/local
    """The owner, who may use Event Grid."""
    owner("POST", "~/providers/Microsoft.EventGrid/register")
    found: Callable[..., Any] = owner
    return found
