"""What may be seen of a function app from beside it: deliveries and orchestrations. On the control path, for trials."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.control import PATH

if TYPE_CHECKING:
    from durabletask.client import OrchestrationState

    from localazure.functions.host import FunctionHost

Authenticate = Callable[[Mapping[str, str]], Principal]


def observation_routes(host: Callable[[str], FunctionHost | None], authenticate: Authenticate) -> list[Route]:
    """`GET functions/{site}`, `POST functions/{site}/orchestrations/{id}/events/{event}`: open to any valid token."""

    def look(request: Request) -> Response:
        found = _found(request)
        return JSONResponse(
            {
                "events": list(found.deliveries),
                "orchestrations": [_shown(state) for state in found.durable.instances()],
            }
        )

    def raise_event(request: Request) -> Response:
        found = _found(request)
        instance_id = request.path_params["id"]
        if found.durable.instance(instance_id) is None:
            raise ArmError(404, "NotFound", f"No orchestration is called '{instance_id}'.")
        found.durable.raise_event(instance_id, request.path_params["event"])
        return Response(status_code=202)

    def _found(request: Request) -> FunctionHost:
        authenticate(request.headers)
        found = host(request.path_params["site"])
        if found is None:
            raise ArmError(404, "NotFound", "No such function app is running.")
        return found

    one = f"{PATH}/functions/{{site}}"
    return [_route(one, "GET", look), _route(one + "/orchestrations/{id}/events/{event}", "POST", raise_event)]


def _shown(state: OrchestrationState) -> dict[str, Any]:
    return {
        "instance_id": state.instance_id,
        "name": state.name,
        "status": state.runtime_status.name,
        "created_at": state.created_at.isoformat(),
        "last_updated_at": state.last_updated_at.isoformat(),
        "input": _parsed(state.serialized_input),
        "output": _parsed(state.serialized_output),
        "custom_status": _parsed(state.serialized_custom_status),
        "failure": state.failure_details.message if state.failure_details else None,
    }


def _parsed(text: str | None) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _route(path: str, method: str, answer: Callable[[Request], Response]) -> Route:
    def guarded(request: Request) -> Response:
        try:
            return answer(request)
        except ArmError as error:
            return JSONResponse(error.envelope(), error.status, headers=error.headers)

    async def serve(request: Request) -> Response:
        return await run_in_threadpool(guarded, request)

    return Route(path, serve, methods=[method])
