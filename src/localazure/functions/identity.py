"""The identity endpoint of an app: a token of one of the site's user-assigned identities.

Source: App Service documentation, "REST endpoint reference" for managed identities, 2019-08-01.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localazure.access.directory import ServicePrincipal
from localazure.cloud import Cloud
from localazure.store import Document

_LIFETIME = timedelta(hours=1)


def identity_route(
    cloud: Cloud,
    site: Callable[[str], Document | None],
    mint: Callable[[ServicePrincipal, str], str],
    header: str,
) -> Route:
    """`GET /msi/token?resource=…&client_id=…`, opened by the header that only the app's environment holds."""

    def answer(request: Request) -> Response:
        given = request.headers.get("x-identity-header", "")
        if not hmac.compare_digest(given.encode(), header.encode()):
            return JSONResponse({"statusCode": 403, "message": "The identity header is not valid."}, 403)
        resource = request.query_params.get("resource", "")
        found = site(request.path_params["site"])
        principal = _principal(cloud, found, request.query_params.get("client_id")) if found else None
        if principal is None or not resource:
            return JSONResponse({"statusCode": 400, "message": "No User Assigned identity found."}, 400)
        body = {
            "access_token": mint(principal, resource.rstrip("/")),
            "expires_on": str(int((cloud.clock.now() + _LIFETIME).timestamp())),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": principal.app_id,
        }
        return JSONResponse(body)

    async def token(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return Route("/msi/token", token, methods=["GET"])


def _principal(cloud: Cloud, site: Document, client_id: str | None) -> ServicePrincipal | None:
    """The identity that is asked for; with no name given, the site's only one."""
    assigned = (site.body.get("identity") or {}).get("userAssignedIdentities") or {}
    ids = [str(entry.get("clientId")) for entry in assigned.values()]
    chosen = [entry for entry in ids if client_id is None or entry.lower() == client_id.lower()]
    return cloud.directory.find(chosen[0]) if len(chosen) == 1 else None
