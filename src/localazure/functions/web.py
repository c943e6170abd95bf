"""What a function app answers over HTTP: Event Grid's webhook and the host's administration.

Source: azure-functions-eventgrid-extension, `EventGridExtensionConfigProvider` and `HttpRequestProcessor`; Azure
Functions documentation, "Manually run a non HTTP-triggered function".
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from localazure.functions.worker_process import NoSuchFunction

if TYPE_CHECKING:
    from localazure.functions.host import FunctionHost

KeyedHost = Callable[[str], "tuple[FunctionHost | None, str, str]"]
"""A site's host (asked at every call, since a change of settings replaces it), its event key, its master key."""


def function_app_routes(keyed_host: KeyedHost) -> list[Route]:
    """The routes below a site's address, which is the path parameter `site`.

    The webhook opens with the system key `eventgrid_extension` or the master key, the administration with the latter.
    """

    def webhook(request: Request, raw: bytes) -> Response:
        host, event_key, master_key = keyed_host(request.path_params["site"])
        given = request.query_params.get("code") or request.headers.get("x-functions-key", "")
        if not _opens(given, event_key, master_key):
            return Response(status_code=401)
        if host is None:
            return PlainTextResponse("Function host is not running.", 503)
        name = request.query_params.get("functionName", "")
        if not name or not host.has_event_grid_trigger(name):
            return PlainTextResponse(f"cannot find function: '{name}'", 404)
        return _event(host, name, request, raw)

    def run_now(request: Request, _: bytes) -> Response:
        host, _event_key, master_key = keyed_host(request.path_params["site"])
        if not _opens(request.headers.get("x-functions-key", ""), master_key):
            return Response(status_code=401)
        if host is None:
            return PlainTextResponse("Function host is not running.", 503)
        try:
            host.run_timer(request.path_params["name"])
        except NoSuchFunction:
            return Response(status_code=404)
        return Response(status_code=202)

    return [
        _route("/runtime/webhooks/{extension}", webhook),
        _route("/admin/functions/{name}", run_now),
    ]


def _route(path: str, answer: Callable[[Request, bytes], Response]) -> Route:
    async def serve(request: Request) -> Response:
        return await run_in_threadpool(answer, request, await request.body())

    return Route(path, serve, methods=["POST"])


def _opens(given: str, *keys: str) -> bool:
    return any(key and hmac.compare_digest(given.encode(), key.encode()) for key in keys)


def _event(host: FunctionHost, name: str, request: Request, raw: bytes) -> Response:
    if request.path_params["extension"].lower() != "eventgrid":
        return Response(status_code=404)
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
