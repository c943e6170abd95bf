"""The web application: turns HTTP into ARM requests and back. No provider's knowledge here."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse, Principal
from localazure.control import Faults
from localazure.http.lenient_json import parse
from localazure.http.throttling import Throttling

Authenticate = Callable[[Mapping[str, str]], Principal]
Dispatch = Callable[[ArmRequest], ArmResponse]

_METHODS = ["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD"]


@dataclass(frozen=True, kw_only=True)
class Manners:
    """What every call to Resource Manager goes through, in this order."""

    faults: Faults
    authenticate: Authenticate
    throttling: Throttling
    dispatch: Dispatch


def arm_app(manners: Manners, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The application; `routes` come first and are served without ARM's manners (metadata, tokens, control path)."""

    async def serve(request: Request) -> Response:
        raw = await request.body()
        return await run_in_threadpool(_answer, request, raw, manners)

    return Starlette(routes=[*routes, Route("/{path:path}", serve, methods=_METHODS)])


def _answer(request: Request, raw: bytes, manners: Manners) -> Response:
    request_id = str(uuid.uuid4())
    correlation_id = request.headers.get("x-ms-correlation-request-id", request_id)
    counted: dict[str, str] = {}
    try:
        manners.faults.raise_due(request.method, request.url.path)
        principal = manners.authenticate(request.headers)
        counted = manners.throttling.headers(request.method, principal.object_id)
        response = manners.dispatch(_arm_request(request, raw, principal, request_id, correlation_id))
    except ArmError as error:
        response = ArmResponse(status=error.status, body=error.envelope(), headers=error.headers)
    response = replace(response, headers={**counted, **response.headers})
    return _rendered(response, request.method, request_id, correlation_id)


def _arm_request(
    request: Request, raw: bytes, principal: Principal, request_id: str, correlation_id: str
) -> ArmRequest:
    query = {name: value for name, value in request.query_params.items() if name.lower() != "api-version"}
    versions = [value for name, value in request.query_params.items() if name.lower() == "api-version"]
    return ArmRequest(
        method=request.method,
        path="/" + request.path_params["path"].strip("/"),
        api_version=versions[0] if versions else "",
        principal=principal,
        query=query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_parsed(raw),
        request_id=request_id,
        correlation_id=correlation_id,
    )


def _parsed(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    if not raw.strip():
        return None
    try:
        return parse(raw)
    except ValueError as error:
        message = f"The request content was invalid and could not be deserialized: '{error}'."
        raise ArmError(400, "InvalidRequestContent", message) from error


def _rendered(response: ArmResponse, method: str, request_id: str, correlation_id: str) -> Response:
    headers = {
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": correlation_id,
        "Cache-Control": "no-cache",
        **response.headers,
    }
    if response.body is None or method == "HEAD":
        return Response(status_code=response.status, headers=headers)
    content = json.dumps(response.body).encode()
    return Response(content, response.status, headers, media_type="application/json; charset=utf-8")
