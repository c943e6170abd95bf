"""Runs the code of function apps: each site the package that was published to it.

A folder given at the start stands in for every package, so that a change of code needs no upload. A write of a site or
of its settings, and a new package, start its host anew; removal ends it.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from starlette.routing import BaseRoute, Mount

from localazure.access.directory import ServicePrincipal
from localazure.arm.messages import Principal
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.functions.addresses import PATH, site_address
from localazure.functions.identity import identity_route
from localazure.functions.observation import observation_routes
from localazure.functions.packages import Packages
from localazure.functions.publishing import publishing_routes
from localazure.functions.timers import BadSchedule
from localazure.functions.web import function_app_routes
from localazure.functions.worker_process import AppNotLoaded
from localazure.long_running import Ending
from localazure.store import Document

if TYPE_CHECKING:
    from localazure.functions.host import FunctionHost

_LOG = logging.getLogger(__name__)
SITE_TYPE = "Microsoft.Web/sites"
_OF_A_SITE = {"microsoft.web/sites", "microsoft.web/sites/config"}

Mint = Callable[[ServicePrincipal, str], str]
Authenticate = Callable[[Mapping[str, str]], Principal]


class FunctionApps:
    """A context manager: it keeps hosts while entered, and starts those of sites that the state holds.

    Args:
        cloud: whose sites.
        code: the folder that every site runs; None: each runs what was published to it.
        packages: where published packages are unpacked.
        logs: the folder of the hosts' output, a file a site.
        mint: makes an access token of a principal for an audience.
        authenticate: who calls, by the headers of a request to Resource Manager.
    """

    def __init__(
        self,
        cloud: Cloud,
        *,
        code: Path | None,
        packages: Path,
        logs: Path,
        mint: Mint,
        authenticate: Authenticate,
    ) -> None:
        self._cloud = cloud
        self._code = code
        self._packages = Packages(cloud, folder=packages, on_published=self._restart)
        self._logs = logs
        self._mint = mint
        self._authenticate = authenticate
        self._lock = threading.Lock()
        self._hosts: dict[ResourceId, FunctionHost] = {}
        self._identity_header = secrets.token_urlsafe(24)
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="functions-starter")

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        self._cloud.long_running.listeners.append(self._on_ending)
        for site in self._cloud.store.of_type(SITE_TYPE):
            self._restart(site.id)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cloud.long_running.listeners.remove(self._on_ending)
        with self._lock:
            for host in self._hosts.values():
                host.__exit__(None, None, None)
            self._hosts.clear()
        self._starter.shutdown()

    def host(self, site_name: str) -> FunctionHost | None:
        """The host of a site; None while none runs."""
        found = [host for site_id, host in self._hosts.items() if site_id.name.lower() == site_name.lower()]
        return found[0] if found else None

    def routes(self) -> list[BaseRoute]:
        """What the web application serves for every site, under its name."""
        of_a_site = [
            *function_app_routes(self._keyed_host),
            *publishing_routes(self._cloud, self._packages, self._site, self._authenticate),
            self._identity(),
        ]
        return [Mount(PATH + "/{site}", routes=of_a_site), *observation_routes(self.host, self._authenticate)]

    def _keyed_host(self, site_name: str) -> tuple[FunctionHost | None, str, str]:
        site = self._site(site_name)
        if site is None:
            return None, "", ""
        return self.host(site_name), site.internal["eventGridKey"], site.internal["masterKey"]

    def _identity(self) -> BaseRoute:
        return identity_route(self._cloud, self._site, self._mint, self._identity_header)

    def _site(self, name: str) -> Document | None:
        sites = self._cloud.store.of_type(SITE_TYPE)
        return next((site for site in sites if site.id.name.lower() == name.lower()), None)

    def _on_ending(self, ending: Ending) -> None:
        request = ending.request
        if request.method not in {"PUT", "PATCH", "DELETE"} or ending.status != "Succeeded":
            return
        if request.resource_id.type.lower() in _OF_A_SITE:
            self._restart(ResourceId("/".join(request.resource_id.segments[:8])))

    def _restart(self, site_id: ResourceId) -> None:
        """Stop the site's host, and start it anew if the site is there; an app that does not load stays down.

        Always from one thread, which lives as long as the hosts: the kernel takes the end of the thread that started a
        worker for the end of its parent (prctl(2), PR_SET_PDEATHSIG).
        """
        self._starter.submit(self._restart_now, site_id).result()

    def _restart_now(self, site_id: ResourceId) -> None:
        with self._lock:
            if running := self._hosts.pop(site_id, None):
                running.__exit__(None, None, None)
            site = self._cloud.store.get(site_id)
            if site is None:
                self._packages.forget(site_id)
                return
            code = self._code or self._packages.code_of(site)
            if code is None:
                return
            try:
                host = self._new_host(site, code).__enter__()
            except (AppNotLoaded, BadSchedule, OSError) as error:
                _LOG.error("the function app %s does not start: %s", site_id.name, error)
                return
            self._hosts[site_id] = host
        self._publish(site, host)

    def _new_host(self, site: Document, code: Path) -> FunctionHost:
        from localazure.functions.host import FunctionHost  # grpc is heavy, and most clouds run no function app

        settings: dict[str, str] = site.internal.get("appSettings") or {}
        return FunctionHost(
            code,
            environment={**self._platform_environment(site), **_own_packages(code), **settings},
            settings=settings,
            clock=self._cloud.clock,
            log=self._logs / f"{site.id.name}.log",
        )

    def _platform_environment(self, site: Document) -> dict[str, str]:
        """What App Service sets for every app, as far as apps and Azure's libraries read it."""
        found = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": "/tmp",  # noqa: S108 - an app's home is not this user's
            "LANG": "C.UTF-8",
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "FUNCTIONS_EXTENSION_VERSION": "~4",
            "WEBSITE_SITE_NAME": site.id.name,
            "WEBSITE_HOSTNAME": site.body["properties"]["defaultHostName"],
        }
        if site.body.get("identity"):
            found["IDENTITY_ENDPOINT"] = f"{site_address(self._cloud, site.id.name)}/msi/token"
            found["IDENTITY_HEADER"] = self._identity_header
        if self._cloud.ca_bundle:
            found["REQUESTS_CA_BUNDLE"] = str(self._cloud.ca_bundle)
        return found

    def _publish(self, site: Document, host: FunctionHost) -> None:
        """Write the functions as resources of the site, and where Event Grid reaches them."""
        with self._cloud.store.transaction():
            current = self._cloud.store.get(site.id)
            if current is None:
                return
            address = site_address(self._cloud, site.id.name)
            self._cloud.store.put(site.id, current.body, internal={**current.internal, "address": address})
            for stale in self._cloud.store.under(site.id, f"{SITE_TYPE}/functions"):
                self._cloud.store.delete(stale.id)
            for function in host.functions.values():
                function_id = f"{site.id}/functions/{function.name}"
                body = {
                    "id": function_id,
                    "name": f"{site.id.name}/{function.name}",
                    "type": f"{SITE_TYPE}/functions",
                    "properties": {
                        "name": function.name,
                        "language": "python",
                        "isDisabled": False,
                        "config": {"name": function.name, "bindings": [dict(entry) for entry in function.bindings]},
                    },
                }
                self._cloud.store.put(function_id, body)


def _own_packages(code: Path) -> dict[str, str]:
    """A package that brings its packages runs with these, before those of the local cloud's interpreter."""
    folder = code / ".python_packages" / "lib" / "site-packages"
    return {"PYTHONPATH": str(folder)} if folder.is_dir() else {}
