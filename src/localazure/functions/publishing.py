"""The host that takes a site's code ("SCM"): OneDeploy, as Flex Consumption has it.

Source: Azure CLI, `enable_zip_deploy_flex`; Azure/functions-action, `oneDeployFlex`; Kudu wiki, "REST API". A token of
Resource Manager's audience opens it, for principals that may publish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.cloud import Cloud
from localazure.functions.addresses import SCM
from localazure.functions.packages import Packages
from localazure.store import Document

PUBLISH_ACTION = "Microsoft.Web/sites/publish/action"
_ZIP = {"application/zip", "application/octet-stream"}

Authenticate = Callable[[Mapping[str, str]], Principal]


def publishing_routes(
    cloud: Cloud, packages: Packages, site: Callable[[str], Document | None], authenticate: Authenticate
) -> list[Route]:
    """`POST api/publish` and `GET api/deployments/{id}` below the site's address, which is the path parameter."""

    def opened(request: Request) -> Document:
        principal = authenticate(request.headers)
        found = site(request.path_params["site"])
        if found is None:
            raise ArmError(404, "NotFound", "404 Site Not Found.")
        cloud.authorize(principal, PUBLISH_ACTION, found.id)
        _require_started(cloud, found)
        return found

    def publish(request: Request, raw: bytes) -> Response:
        found = opened(request)
        media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if media_type not in _ZIP:
            return Response(status_code=415)
        return JSONResponse(packages.publish(found, raw), 202)

    def deployment(request: Request, _: bytes) -> Response:
        known = packages.publication(opened(request), request.path_params["id"])
        if known is None:
            return Response(status_code=404)
        return JSONResponse(dict(known), 200 if known["complete"] else 202)

    return [
        _route(f"{SCM}/api/publish", "POST", publish),
        _route(f"{SCM}/api/deployments/{{id}}", "GET", deployment),
    ]


def _require_started(cloud: Cloud, site: Document) -> None:
    """The host of a new site is not there at once, where the settings say so."""
    started = datetime.fromisoformat(site.internal["created"]) + timedelta(seconds=cloud.settings.current.site_start_s)
    if cloud.clock.now() < started:
        raise ArmError(503, "ServiceUnavailable", "The service is unavailable.")


def _route(path: str, method: str, answer: Callable[[Request, bytes], Response]) -> Route:
    def guarded(request: Request, raw: bytes) -> Response:
        try:
            return answer(request, raw)
        except ArmError as error:
            return JSONResponse(error.envelope(), error.status, headers=error.headers)

    async def serve(request: Request) -> Response:
        return await run_in_threadpool(guarded, request, await request.body())

    return Route(path, serve, methods=[method])
