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
from localazure.clock import Clock
from localazure.control.fault import Call
from localazure.control.faults import Faults
from localazure.http import faulty_answers
from localazure.http.lenient_json import parse
from localazure.http.throttling import Counted, Throttling

Authenticate = Callable[[Mapping[str, str]], Principal]
Dispatch = Callable[[ArmRequest], ArmResponse]
NameOf = Callable[[str, str], str]

# What every answer of Resource Manager carries, as recorded.
_AS_EVERYWHERE = {
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Expires": "-1",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
_METHODS = ["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD"]


@dataclass(frozen=True, kw_only=True)
class Manners:
    """What every call to Resource Manager goes through, in this order."""

    faults: Faults
    authenticate: Authenticate
    throttling: Throttling
    dispatch: Dispatch
    name_of: NameOf
    clock: Clock


def arm_app(manners: Manners, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The application; `routes` come first and are served without ARM's manners (metadata, tokens, control path)."""

    async def serve(request: Request) -> Response:
        raw = await request.body()
        answer = await run_in_threadpool(_answer, request, raw, manners)
        return answer or await faulty_answers.reset(request)

    return Starlette(routes=[*routes, Route("/{path:path}", serve, methods=_METHODS)])


def _answer(request: Request, raw: bytes, manners: Manners) -> Response | None:
    """The answer; None where a fault wants the connection to end without one."""
    path = "/" + request.path_params["path"].strip("/")
    call = Call(method=request.method, path=path, operation=manners.name_of(request.method, path))
    due = manners.faults.due(call, "wire")
    if due is None:
        return _served(request, raw, manners, call)
    return faulty_answers.answer(
        due.fault,
        served=lambda: _served(request, raw, manners, call),
        refused=lambda error: _rendered(_refused(error), request),
        clock=manners.clock,
    )


def _served(request: Request, raw: bytes, manners: Manners, call: Call) -> Response:
    counted = Counted()
    request_id, correlation_id = _ids(request)
    try:
        principal = manners.authenticate(request.headers)
        counted = manners.throttling.count(call, principal)
        response = manners.dispatch(_arm_request(request, raw, principal, request_id, correlation_id))
    except ArmError as error:
        response = _refused(error)
    return _rendered(replace(response, headers={**counted.headers(response.status), **response.headers}), request)


def _refused(error: ArmError) -> ArmResponse:
    return ArmResponse(status=error.status, body=error.envelope(), headers=error.headers)


def _ids(request: Request) -> tuple[str, str]:
    """The request's id, the same for all that is done for it, and the correlation id that the caller may give."""
    if not hasattr(request.state, "request_id"):
        request.state.request_id = str(uuid.uuid4())
    request_id = str(request.state.request_id)
    return request_id, request.headers.get("x-ms-correlation-request-id", request_id)


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


def _rendered(response: ArmResponse, request: Request) -> Response:
    request_id, correlation_id = _ids(request)
    headers = {
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": correlation_id,
        **_AS_EVERYWHERE,
        **response.headers,
    }
    if response.body is None or request.method == "HEAD":
        return Response(status_code=response.status, headers=headers)
    content = json.dumps(response.body).encode()
    return Response(content, response.status, headers, media_type="application/json; charset=utf-8")
