"""The Azure SDK for Python in both of its manners behind one face, and what of the local cloud it called."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from azure.core.async_paging import AsyncItemPaged
from azure.core.paging import ItemPaged
from azure.core.polling import AsyncLROPoller, LROPoller

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.assembly import LocalCloud
from localazure.http.dispatch import Dispatcher

MANNERS = ("sync", "aio")

# Name here: package, client class. No version is named: each client calls the one that its package defaults to.
MANAGEMENT = {
    "applicationinsights": ("azure.mgmt.applicationinsights", "ApplicationInsightsManagementClient"),
    "authorization": ("azure.mgmt.authorization", "AuthorizationManagementClient"),
    "compute": ("azure.mgmt.compute", "ComputeManagementClient"),
    "containerinstance": ("azure.mgmt.containerinstance", "ContainerInstanceManagementClient"),
    "deployments": ("azure.mgmt.resource.deployments", "DeploymentsMgmtClient"),
    "eventgrid": ("azure.mgmt.eventgrid", "EventGridManagementClient"),
    "imagebuilder": ("azure.mgmt.imagebuilder", "ImageBuilderClient"),
    "loganalytics": ("azure.mgmt.loganalytics", "LogAnalyticsManagementClient"),
    "msi": ("azure.mgmt.msi", "ManagedServiceIdentityClient"),
    "network": ("azure.mgmt.network", "NetworkManagementClient"),
    "resources": ("azure.mgmt.resource.resources", "ResourceManagementClient"),
    "storage": ("azure.mgmt.storage", "StorageManagementClient"),
    "subscriptions": ("azure.mgmt.resource.subscriptions", "SubscriptionClient"),
    "web": ("azure.mgmt.web", "WebSiteManagementClient"),
}
TENANT_WIDE = {"subscriptions"}
_CLIENTS = ("Client", "Downloader")  # what a client of blobs gives that has methods of its own


@dataclass
class Ledger:
    """The operations that a client called over the wire, with success, by manner."""

    called: dict[str, set[str]] = field(default_factory=lambda: {manner: set() for manner in MANNERS})

    def watch(self, server: LocalCloud) -> None:
        """Note every call from now on whose User-Agent carries a manner."""
        dispatcher = server.cloud.dispatch
        assert isinstance(dispatcher, Dispatcher)
        serve, table = dispatcher._serve, dispatcher._table

        def noted(request: ArmRequest) -> ArmResponse:
            response = serve(request)
            match = table.match(request.method, request.path)
            agent = request.headers.get("user-agent", "")
            for manner in MANNERS:
                if match is not None and f"manner-{manner}" in agent:
                    self.called[manner].add(match.operation.operation_id)
            return response

        dispatcher._serve = noted  # type: ignore[method-assign]  # the wire is watched, not replaced


class Settled:
    """A part of a client. A call gives what it comes to in the end: poller done, pages read, coroutine run."""

    def __init__(self, part: Any, loop: asyncio.AbstractEventLoop) -> None:  # noqa: ANN401 - any client
        self._part = part
        self._loop = loop

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the SDK has
        found = getattr(self._part, name)
        return found if isinstance(found, (str, bytes, Mapping)) else Settled(found, self._loop)

    def __call__(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever the SDK takes
        """Call, and settle."""

        async def settle() -> Any:  # noqa: ANN401 - whatever it gives
            return await self._settled(self._part(*args, **options))

        return self._loop.run_until_complete(settle())

    async def _settled(self, answer: Any) -> Any:  # noqa: ANN401 - one line a kind of answer
        if inspect.isawaitable(answer) and not isinstance(answer, AsyncLROPoller):
            return await self._settled(await answer)
        if isinstance(answer, AsyncLROPoller):
            return await answer.result()
        if isinstance(answer, AsyncItemPaged) or inspect.isasyncgen(answer):
            return [entry async for entry in answer]
        if isinstance(answer, LROPoller):
            return answer.result()
        if isinstance(answer, ItemPaged) or inspect.isgenerator(answer):
            return list(answer)
        return Settled(answer, self._loop) if type(answer).__name__.endswith(_CLIENTS) else answer


class Sdk:
    """Every client of one manner, with the owner's credential, at a local cloud. Nothing but addresses is set."""

    def __init__(self, server: LocalCloud, manner: str) -> None:
        self.manner = manner
        self.server = server
        self._loop = asyncio.new_event_loop()
        self._made: dict[str, Any] = {}
        self._suffix = ".aio" if manner == "aio" else ""
        environment, self._trust = server.environment, {"connection_verify": str(server.ca_bundle)}
        self.subscription_id = environment["AZURE_SUBSCRIPTION_ID"]
        identity = importlib.import_module(f"azure.identity{self._suffix}")
        self.credential = identity.ClientSecretCredential(
            environment["AZURE_TENANT_ID"],
            environment["AZURE_CLIENT_ID"],
            environment["AZURE_CLIENT_SECRET"],
            authority=environment["AZURE_AUTHORITY_HOST"],
            disable_instance_discovery=True,
            **self._trust,
        )

    def __getattr__(self, name: str) -> Settled:
        if name not in MANAGEMENT:
            raise AttributeError(name)
        return Settled(self.client(name), self._loop)

    def client(self, name: str) -> Any:  # noqa: ANN401 - any client
        """A management client of the SDK."""
        if name not in self._made:
            package, class_name = MANAGEMENT[name]
            kind = getattr(importlib.import_module(f"{package}{self._suffix}"), class_name)
            endpoint = self.server.cloud.arm_endpoint
            self._made[name] = kind(
                self.credential,
                *(() if name in TENANT_WIDE else (self.subscription_id,)),
                base_url=endpoint,
                credential_scopes=[f"{endpoint}/.default"],
                user_agent=f"manner-{self.manner}",
                **self._trust,
            )
        return self._made[name]

    def blobs(self, account_url: str, credential: Any = None) -> Settled:  # noqa: ANN401 - key, SAS or token
        """A blob service client; with the owner's token unless a key or a signature is given."""
        key = f"blobs {account_url} {credential}"
        if key not in self._made:
            module = importlib.import_module(f"azure.storage.blob{self._suffix}")
            chosen = self.credential if credential is None else credential
            self._made[key] = module.BlobServiceClient(account_url, chosen, **self._trust)
        return Settled(self._made[key], self._loop)

    def run(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - anything
        """Settle an answer that was got by hand."""
        return Settled(work, self._loop)()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for part in (*self._made.values(), self.credential):
            Settled(part, self._loop).close()
        self._loop.close()


def operations_of_the_sdk(sdk: Sdk) -> set[tuple[str, str]]:
    """Method and path of every request that the clients can make, read from what builds them in their sources."""
    modules = {module for name in MANAGEMENT for module in _modules(sdk.client(name))}
    return {request for module in modules for request in _requests(inspect.getsource(importlib.import_module(module)))}


def _modules(client: Any) -> set[str]:  # noqa: ANN401 - any client
    """Where the operation groups of a client build their requests: the synchronous half does it for both."""
    groups = []
    for attribute in dir(client):
        with contextlib.suppress(ValueError):  # a group that the client's version does not have
            groups.append(getattr(client, attribute))
    names = {type(group).__module__.replace(".aio.", ".") for group in groups}
    return {name for name in names if name.startswith("azure.mgmt.") and ".operations" in name}


def _requests(source: str) -> set[tuple[str, str]]:
    builders = re.split(r"^def build_", source, flags=re.MULTILINE)[1:]
    url = re.compile(r'_url\s*=\s*(?:kwargs\.pop\(\s*"template_url",\s*|\()?((?:\s*"[^"]*")+)')
    found = set()
    for builder in builders:
        address, method = url.search(builder), re.search(r'method="([A-Z]+)"', builder)
        if address and method:
            found.add((method[1], "".join(re.findall(r'"([^"]*)"', address[1]))))
    return found


def has_method(operation: Operation, requests: set[tuple[str, str]]) -> bool:
    """Whether the SDK can make a request that this operation serves."""
    return any(method == operation.method and _unify(operation.path, path) for method, path in requests)


def _unify(served: str, called: str) -> bool:
    """One path written twice: `{+name}` takes several segments, and the SDK may have a placeholder for `default`."""
    ours, theirs = served.lower().strip("/").split("/"), called.lower().strip("/").split("/")
    many = next((place for place, segment in enumerate(ours) if segment.startswith("{+")), None)
    if many is None:
        return _same(ours, theirs)
    tail = ours[many + 1 :]
    held = theirs[many : len(theirs) - len(tail)]
    whole = len(held) > 0 and (many > 0 or held[0].startswith("{") or held[0] == "subscriptions")
    return whole and _same(ours[:many], theirs[:many]) and _same(tail, theirs[len(theirs) - len(tail) :])


def _same(ours: list[str], theirs: list[str]) -> bool:
    return len(ours) == len(theirs) and all(map(_fits, ours, theirs))


def _fits(ours: str, theirs: str) -> bool:
    if ours.startswith("{"):
        return theirs.startswith("{")
    return ours == theirs or (ours == "default" and theirs.startswith("{"))
