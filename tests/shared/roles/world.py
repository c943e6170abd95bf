"""A local cloud with everything that `imagegate setup` makes, and the identities that get roles there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.core.credentials import AccessToken, TokenCredential

from function_world import WORKFLOW, trusting_transport
from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resource_groups import ensure_resource_group
from imagegate.model.origin_claims import OriginRules
from imagegate.settings import Settings, load_settings
from imagegate.settings.function_settings import FunctionSettings, load_function_settings
from imagegate.steps.check_proof import Verifier
from imagegate.steps.deploy_function import FunctionOptions, deploy_function, function_parameters
from imagegate.waiting import Deadline, SystemClock
from job_services import JobServices
from localazure.assembly import LocalCloud
from localazure.store import Document
from roles.clock import JumpingClock
from roles.engine import StoryEngine
from sides_world import MAIN, PULL_REQUEST, REPOSITORY, TEMPLATE, Installation, template_body

COMMIT = "c" * 40
_JOB = {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_RUN_ID": "4711", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_SHA": COMMIT}
_ON_MAIN = _JOB | {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}
_ON_PULL_REQUEST = _JOB | {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/5/merge"}
_LOGINS = {
    "build": ("ciClientId", MAIN, _ON_MAIN),
    "verify": ("ciVerifyClientId", MAIN, _ON_MAIN),
    "pull request": ("ciPullRequestsClientId", PULL_REQUEST, _ON_PULL_REQUEST),
}
_CLAIMS = {
    "sub": MAIN,
    "repository": REPOSITORY,
    "ref": "refs/heads/main",
    "sha": COMMIT,
    "event_name": "push",
    "job_workflow_ref": f"{WORKFLOW}@refs/heads/main",
    "run_id": "4711",
    "run_number": "7",
    "run_attempt": "1",
}
SMOKE_GROUP = "rg-images-smoke"
_FUNCTION_GROUP = "rg-images-function"
_VERSION_TYPE = "Microsoft.Compute/galleries/images/versions"
_TEMPLATE_TYPE = "Microsoft.VirtualMachineImages/imageTemplates"


@dataclass
class World:
    """The installation; `connect` is a fresh connection of an identity, as each command has one."""

    installation: Installation
    engine: StoryEngine
    clock: JumpingClock
    services: JobServices
    folder: Path
    _credentials: dict[str, TokenCredential] = field(default_factory=dict)
    _version: Document | None = None

    @property
    def local(self) -> LocalCloud:
        """The local cloud."""
        return self.installation.cloud

    @property
    def group_id(self) -> str:
        """Main's resource group."""
        return f"/subscriptions/{self.local.environment['AZURE_SUBSCRIPTION_ID']}/resourceGroups/rg-images"

    @property
    def definition_id(self) -> str:
        """The image definition that set-up made."""
        return f"{self.group_id}/providers/Microsoft.Compute/galleries/golden/images/apache-debian12"

    @property
    def version(self) -> Document:
        """The first version of the definition, as it was built."""
        if self._version is None:
            self._version = self.local.cloud.store.under(self.definition_id, _VERSION_TYPE)[0]
        return self._version

    @property
    def version_id(self) -> str:
        """Its id."""
        return self.version.id.text

    @property
    def records_url(self) -> str:
        """The container of records."""
        return str(self.installation.document["outputs"]["recordsContainerUrl"])

    def verifier(self) -> Verifier:
        """Whose proofs count: those of main's jobs."""
        rules = OriginRules(
            issuer=self.services.url,
            repositories=frozenset({REPOSITORY}),
            workflows=(WORKFLOW,),
            promoted_refs=("refs/heads/main",),
        )
        origin = str(self.installation.document["outputs"]["originContainerUrl"])
        return Verifier(rules=rules, origin_containers=(origin,), records_container=self.records_url)

    def forget_verdict(self) -> None:
        """The version is as it was built, and there are no records."""
        store = self.local.cloud.store
        store.put(self.version.id, self.version.body, internal=self.version.internal)
        account = str(self.installation.document["outputs"]["scriptStorageAccountName"])
        for blob in store.blobs(account, "records"):
            store.delete_blob(account, "records", blob.name)

    def show_version(self) -> None:
        """Somebody makes the version visible, past all that imagegate does."""

        def show(body: dict[str, Any]) -> None:
            profile = body["properties"]["publishingProfile"]
            for flagged in (profile, *profile["targetRegions"]):
                flagged["excludeFromLatest"] = False

        self.local.cloud.store.update(self.version.id, show)

    def define(self, name: str, *, security_type: str) -> None:
        """Make another image definition, as its owner."""
        known = self.local.cloud.store.get(self.definition_id)
        assert known is not None
        properties = {**known.body["properties"], "features": [{"name": "SecurityType", "value": security_type}]}
        properties["identifier"] = {**properties["identifier"], "sku": name}
        path = f"{self.definition_id.rpartition('/')[0]}/{name}"
        self._as_platform("PUT", path, "2023-07-03", {"location": "westeurope", "properties": properties})

    def leave_expired(self) -> None:
        """Parts of a smoke VM without the VM, and image templates; all of them are ours and have expired."""
        tags = {"imagegate-owner": "imagegate", "imagegate-expires-at": "2020-01-01T00:00:00Z"}
        smoke = self.group_id.replace("rg-images", SMOKE_GROUP)
        for kind, name, version, properties in _parts(smoke):
            body = {"location": "westeurope", "tags": tags, "properties": properties}
            self._as_platform("PUT", f"{smoke}/providers/{kind}/{name}", version, body)
        for group in (self.group_id, f"{self.group_id}-pull-requests"):
            path = f"{group}/providers/{_TEMPLATE_TYPE}/expired"
            self._as_platform("PUT", path, "2025-10-01", template_body(group) | {"tags": tags})

    def clear(self) -> None:
        """Take away what a story left: image templates, and everything in the smoke group."""
        for thread in list(self.local.cloud.long_running._threads.values()):
            thread.join()  # what the story did not wait for
        smoke = self.group_id.replace("rg-images", SMOKE_GROUP)
        groups = (self.group_id, f"{self.group_id}-pull-requests")
        for template in [one for group in groups for one in self.local.cloud.store.under(group, _TEMPLATE_TYPE)]:
            self._as_platform("DELETE", template.id.text, "2025-10-01")
        for kind, version in _CLEARED:
            for one in self.local.cloud.store.under(smoke, kind):
                self._as_platform("DELETE", one.id.text, version)

    def _as_platform(self, method: str, path: str, api_version: str, body: object = None) -> None:
        cloud = self.local.cloud
        answer = cloud.call(method, path, principal=cloud.platform, api_version=api_version, body=body)
        assert answer.status < 400, answer.body
        cloud.complete(answer)

    def environment(self, who: str) -> dict[str, str]:
        """Of the job of `build`, `verify` or `pull request`."""
        output, subject, event = _LOGINS[who]
        return self.installation.job(output, subject) | event | self.services.environment()

    def settings(self, who: str, **inputs: str) -> Settings:
        """Of the image that the job builds."""
        return load_settings(TEMPLATE, inputs=inputs, environment=self.environment(who))

    def function_settings(self) -> FunctionSettings:
        """The Function's, as its template made them."""
        (site,) = self.local.cloud.store.of_type("Microsoft.Web/sites")
        return load_function_settings({**site.internal["appSettings"], "IMAGEGATE_GUARD": "enforce"})

    def connect(self, who: str) -> Cloud:
        """As `build`, `verify`, `pull request`, `function` or `owner`."""
        owner = self.installation.connect()
        if who not in self._credentials:
            self._credentials[who] = self._credential(who, owner)
        return Cloud(
            endpoints=owner.endpoints,
            subscription_id=owner.subscription_id,
            credential=self._credentials[who],
            transport=trusting_transport(self.local),
        )

    def _credential(self, who: str, owner: Cloud) -> TokenCredential:
        if who == "owner":
            return owner.credential
        if who == "function":
            return _ManagedIdentity(self.local)
        return self.installation.connect(self.environment(who)).credential


class _ManagedIdentity:
    """What the platform gives the Function."""

    def __init__(self, local: LocalCloud) -> None:
        self._local = local

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - the SDK's protocol
        """A token of the site's identity."""
        (site,) = self._local.cloud.store.of_type("Microsoft.Web/sites")
        (identity,) = site.body["identity"]["userAssignedIdentities"].values()
        principal = self._local.cloud.directory.find(identity["clientId"])
        assert principal is not None
        audience = scopes[0].removesuffix("/.default")
        return AccessToken(self._local._tokens.mint(principal, audience), 2**31)


_CLEARED = (
    ("Microsoft.Compute/virtualMachines", "2024-07-01"),
    ("Microsoft.Network/networkInterfaces", "2023-11-01"),
    ("Microsoft.Compute/disks", "2023-10-02"),
    ("Microsoft.Network/publicIPAddresses", "2023-11-01"),
    ("Microsoft.Network/virtualNetworks", "2023-11-01"),
    ("Microsoft.Network/networkSecurityGroups", "2023-11-01"),
)


def _parts(group: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Type, name, api-version and properties of all that belongs to a smoke VM, without the VM."""
    network = f"{group}/providers/Microsoft.Network"
    subnet = {
        "addressPrefix": "10.83.0.0/26",
        "networkSecurityGroup": {"id": f"{network}/networkSecurityGroups/lone-nsg"},
    }
    interface = {
        "subnet": {"id": f"{network}/virtualNetworks/lone-vnet/subnets/smoke"},
        "publicIPAddress": {"id": f"{network}/publicIPAddresses/lone-ip"},
    }
    return [
        ("Microsoft.Network/networkSecurityGroups", "lone-nsg", "2023-11-01", {}),
        (
            "Microsoft.Network/virtualNetworks",
            "lone-vnet",
            "2023-11-01",
            {"addressSpace": {"addressPrefixes": ["10.83.0.0/24"]}, "subnets": [{"name": "smoke", "properties": subnet}]},
        ),
        ("Microsoft.Network/publicIPAddresses", "lone-ip", "2023-11-01", {"publicIPAllocationMethod": "Static"}),
        (
            "Microsoft.Network/networkInterfaces",
            "lone-nic",
            "2023-11-01",
            {"ipConfigurations": [{"name": "primary", "properties": interface}]},
        ),
        (
            "Microsoft.Compute/disks",
            "lone-disk",
            "2023-10-02",
            {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4},
        ),
    ]


@contextmanager
def new_world(folder: Path) -> Iterator[World]:
    """A cloud with both sides, the Function's roles, and what jobs ask GitHub for."""
    with ExitStack() as stack:
        engine, clock = StoryEngine(folder / "engine", stack), JumpingClock()
        local = stack.enter_context(LocalCloud(state=folder / "state", engine=engine, clock=clock))
        local.cloud.settings.change({"retry_after_s": 0.02, "replication_s_per_region": 0.0, "throttling": False})
        services = stack.enter_context(JobServices(host="127.0.0.1", claims=lambda: _CLAIMS))
        world = World(Installation(local, engine, folder), engine, clock, services, folder)
        world.installation.set_up("--repository", REPOSITORY, "--pull-requests", "--staging-groups", "1")
        _set_up_function(world)
        yield world


def _set_up_function(world: World) -> None:
    """Deploy the Function's template as set-up does, without code: its roles are asked for here, not its host."""
    owner, document = world.connect("owner"), world.installation.document
    template, clock = azure_template("function"), SystemClock()
    options = FunctionOptions(resource_group=_FUNCTION_GROUP, repositories=(REPOSITORY,), workflows=(WORKFLOW,))
    parameters = function_parameters(
        world.settings("build"),
        options,
        template,
        foundation=document["outputs"],
        pull_requests=document["pull_requests"],
        with_subscriptions=False,
    )
    ensure_resource_group(owner, _FUNCTION_GROUP, location="westeurope", tags={})
    deploy_function(
        owner, template, group=_FUNCTION_GROUP, parameters=parameters, deadline=Deadline.after(60, clock)
    )
