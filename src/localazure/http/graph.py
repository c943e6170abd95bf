"""The little of Microsoft Graph that role assignments need: principals by id and by name, read only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from localazure.access.directory import ServicePrincipal
from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.cloud import Cloud

_VALUE = re.compile(r"eq '([^']*)'")


def routes(cloud: Cloud, authenticate: Callable[[Mapping[str, str]], Principal]) -> list[BaseRoute]:
    """`servicePrincipals` and `directoryObjects/getByIds`. Any valid token may read the directory."""

    def answer(request: Request, body: bytes) -> Response:
        try:
            authenticate(request.headers)
            ids = json.loads(body).get("ids", []) if body else []
        except ArmError as error:
            return JSONResponse(error.envelope(), error.status, headers=error.headers)
        except (ValueError, AttributeError):
            return JSONResponse({"error": {"code": "BadRequest", "message": "The body is no object."}}, 400)
        wanted = [str(entry).lower() for entry in ids] or _VALUE.findall(request.query_params.get("$filter", ""))
        found = [entry for entry in cloud.directory.all() if not wanted or _is_one_of(entry, wanted)]
        return JSONResponse({"value": [_document(entry) for entry in found]})

    async def serve(request: Request) -> Response:
        return await run_in_threadpool(answer, request, await request.body())

    return [
        Route("/v1.0/servicePrincipals", serve),
        Route("/v1.0/directoryObjects/getByIds", serve, methods=["POST"]),
    ]


def _is_one_of(entry: ServicePrincipal, wanted: list[str]) -> bool:
    names = {entry.object_id.lower(), entry.app_id.lower(), entry.name.lower()}
    return any(value.lower() in names for value in wanted)


def _document(entry: ServicePrincipal) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "id": entry.object_id,
        "appId": entry.app_id,
        "displayName": entry.name,
        "servicePrincipalNames": [entry.app_id],
        "servicePrincipalType": entry.kind,
        "alternativeNames": ["isExplicit=True", entry.resource_id] if entry.resource_id else [],
    }
