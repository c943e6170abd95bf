"""The control path: health, settings, faults, scenarios. Any valid token may use it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.control import PATH
from localazure.control.console import Console

type Answer = dict[str, Any] | None
type Act = Callable[[Console, Request, bytes], Answer]


def routes(console: Console, authenticate: Callable[[Mapping[str, str]], Principal]) -> list[BaseRoute]:
    """`GET health` for anyone; the rest with a token. What is changed answers 204, what is read 200."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ready"})

    def route(name: str, methods: list[str], act: Act) -> Route:
        async def endpoint(request: Request) -> Response:
            return await _answer(request, authenticate, console, act)

        return Route(f"{PATH}/{name}", endpoint, methods=methods)

    return [
        Route(f"{PATH}/health", health),
        route("faults", ["GET", "POST", "DELETE"], _faults),
        route("settings", ["GET", "PATCH", "DELETE"], _settings),
        route("scenario", ["GET", "PUT", "DELETE"], _scenario),
    ]


def _faults(console: Console, request: Request, raw: bytes) -> Answer:
    if request.method == "GET":
        return console.faults.document()
    if request.method == "DELETE":
        console.faults.clear()
    else:
        console.add_faults(_json(raw))
    return None


def _settings(console: Console, request: Request, raw: bytes) -> Answer:
    if request.method == "DELETE":
        console.settings.reset()
    elif request.method == "PATCH":
        console.settings.change(_json(raw))
    return console.settings.document()


def _scenario(console: Console, request: Request, raw: bytes) -> Answer:
    if request.method == "DELETE":
        console.reset()
        return None
    if request.method == "PUT":
        console.play(raw.decode(errors="replace"), file=request.query_params.get("file", "<scenario>"))
    return console.document()


async def _answer(
    request: Request, authenticate: Callable[[Mapping[str, str]], Principal], console: Console, act: Act
) -> Response:
    raw = await request.body()
    try:
        authenticate(request.headers)
        document = act(console, request, raw)
    except ArmError as error:
        return JSONResponse(error.envelope(), error.status, headers=error.headers)
    return Response(status_code=204) if document is None else JSONResponse(document)


def _json(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(raw)
    except ValueError as error:
        raise ArmError(400, "InvalidRequestContent", f"The body is no JSON: {error}.") from error
