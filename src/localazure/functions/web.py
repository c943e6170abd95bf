"""What a function app answers over HTTP: Event Grid's webhook and the host's administration.

Source: azure-functions-eventgrid-extension, `EventGridExtensionConfigProvider` and `HttpRequestProcessor`; Azure
Functions documentation, "Manually run a non HTTP-triggered function".
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from localazure.functions.host import FunctionHost, NoSuchFunction

WEBHOOK = "/runtime/webhooks/eventgrid"


def function_app_routes(host: Callable[[], FunctionHost | None], *, event_key: str, master_key: str) -> Starlette:
    """The application; `host` is asked at every call, since a change of settings replaces it.

    `event_key` is the system key `eventgrid_extension`, `master_key` the host's; either opens the webhook.
    """

    async def webhook(request: Request) -> Response:
        given = request.query_params.get("code") or request.headers.get("x-functions-key", "")
        if not any(hmac.compare_digest(given.encode(), key.encode()) for key in (event_key, master_key)):
            return Response(status_code=401)
        running = host()
        if running is None:
            return PlainTextResponse("Function host is not running.", 503)
        name = request.query_params.get("functionName", "")
        if not name or not running.has_event_grid_trigger(name):
            return PlainTextResponse(f"cannot find function: '{name}'", 404)
        return await run_in_threadpool(_event, running, name, request, await request.body())

    async def run_now(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("x-functions-key", "").encode(), master_key.encode()):
            return Response(status_code=401)
        running = host()
        if running is None:
            return PlainTextResponse("Function host is not running.", 503)
        try:
            running.run_timer(request.path_params["name"])
        except NoSuchFunction:
            return Response(status_code=404)
        return Response(status_code=202)

    return Starlette(
        routes=[
            Route(WEBHOOK, webhook, methods=["POST"]),
            Route("/admin/functions/{name}", run_now, methods=["POST"]),
        ]
    )


def _event(host: FunctionHost, name: str, request: Request, raw: bytes) -> Response:
    try:
        body = json.loads(raw)
    except ValueError:
        return Response(status_code=400)
    match request.headers.get("aeg-event-type", "").lower():
        case "subscriptionvalidation":
            return JSONResponse({"validationResponse": _validation_code(body)})
        case "notification":
            events = body if isinstance(body, list) else [body]
            errors = host.on_events(name, [json.dumps(event) for event in events])
            return PlainTextResponse(errors[0], 500) if errors else Response(status_code=202)
        case "unsubscribe":
            return Response(status_code=202)
        case _:
            return Response(status_code=400)


def _validation_code(body: Any) -> str:  # noqa: ANN401 - any JSON
    """The code of a handshake: an array in Event Grid's schema, one object whose data is JSON text in CloudEvents."""
    event = body[0] if isinstance(body, list) and body else body
    data = event.get("data") if isinstance(event, dict) else None
    if isinstance(data, str):
        data = json.loads(data)
    return str(data.get("validationCode", "")) if isinstance(data, dict) else ""
