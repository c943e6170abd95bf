"""The control path: health, and faults to come. Any valid token may use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.control import PATH, Faults


def routes(faults: Faults, authenticate: Callable[[Mapping[str, str]], Principal]) -> list[BaseRoute]:
    """`GET health`; `POST faults` adds one, `DELETE faults` forgets all."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ready"})

    async def change(request: Request) -> Response:
        try:
            authenticate(request.headers)
            if request.method == "DELETE":
                faults.clear()
            else:
                faults.add(await request.json())
        except ArmError as error:
            return JSONResponse(error.envelope(), error.status, headers=error.headers)
        return Response(status_code=204)

    return [
        Route(f"{PATH}/health", health),
        Route(f"{PATH}/faults", change, methods=["POST", "DELETE"]),
    ]
