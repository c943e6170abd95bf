"""A local cloud with everything that `imagegate setup` makes: both sides, jobs' identities, the Function's roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from function_world import WORKFLOW
from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.resource_groups import ensure_resource_group
from imagegate.model.origin_claims import OriginRules
from imagegate.settings import Settings, load_settings
from imagegate.settings.function_settings import FunctionSettings, load_function_settings
from imagegate.steps.check_proof import Verifier
from imagegate.steps.deploy_function import FunctionOptions, deploy_function, function_parameters
from imagegate.waiting import Deadline, SystemClock
from job_services import JobServices
from localazure.assembly import LocalCloud
from roles.clock import JumpingClock
from roles.engine import StoryEngine
from roles.gallery import Gallery
from roles.identities import BUILD, CLAIMS, OWNER, SITE_TYPE, Identities
from sides_world import REPOSITORY, TEMPLATE, Installation

_FUNCTION_GROUP = "rg-images-function"
_DEPLOYMENT_S = 60
_MOMENT_S = 0.05


@dataclass(frozen=True, kw_only=True)
class World:
    """The installation, and all that its stories need."""

    installation: Installation
    identities: Identities
    gallery: Gallery
    engine: StoryEngine
    clock: JumpingClock
    services: JobServices
    folder: Path

    @property
    def local(self) -> LocalCloud:
        """The local cloud."""
        return self.installation.cloud

    @property
    def group_id(self) -> str:
        """Main's resource group."""
        return group_id_of(self.local)

    @property
    def outputs(self) -> dict[str, Any]:
        """Of main's foundation."""
        found: dict[str, Any] = self.installation.document["outputs"]
        return found

    def settle(self) -> None:
        """Wait for what goes on in the cloud, for a moment at most."""
        for thread in list(self.local.cloud.long_running._threads.values()):
            thread.join(_MOMENT_S)

    def settings(self, who: str, **inputs: str) -> Settings:
        """Of the image that the job builds."""
        return load_settings(TEMPLATE, inputs=inputs, environment=self.identities.environment(who))

    def function_settings(self) -> FunctionSettings:
        """The Function's, as its template made them; its guard enforces."""
        (site,) = self.local.cloud.store.of_type(SITE_TYPE)
        return load_function_settings({**site.internal["appSettings"], "IMAGEGATE_GUARD": "enforce"})

    def verifier(self) -> Verifier:
        """Whose proofs count: those of main's jobs."""
        rules = OriginRules(
            issuer=self.services.url,
            repositories=frozenset({REPOSITORY}),
            workflows=(WORKFLOW,),
            promoted_refs=("refs/heads/main",),
        )
        return Verifier(
            rules=rules,
            origin_containers=(str(self.outputs["originContainerUrl"]),),
            records_container=str(self.outputs["recordsContainerUrl"]),
        )


def group_id_of(local: LocalCloud) -> str:
    """Main's resource group."""
    return f"/subscriptions/{local.environment['AZURE_SUBSCRIPTION_ID']}/resourceGroups/rg-images"


@contextmanager
def new_world(folder: Path) -> Iterator[World]:
    """A world whose cloud is quick and throttles nobody."""
    with ExitStack() as stack:
        engine, clock = StoryEngine(folder / "engine", stack), JumpingClock()
        local = stack.enter_context(LocalCloud(state=folder / "state", engine=engine, clock=clock))
        local.cloud.settings.change({"retry_after_s": 0.02, "replication_s_per_region": 0.0, "throttling": False})
        services = stack.enter_context(JobServices(host="127.0.0.1", claims=lambda: CLAIMS))
        installation = Installation(local, folder)
        outputs = installation.set_up("--repository", REPOSITORY, "--pull-requests", "--staging-groups", "1")["outputs"]
        world = World(
            installation=installation,
            identities=Identities(installation, services),
            gallery=Gallery(local, group_id_of(local), records=str(outputs["scriptStorageAccountName"])),
            engine=engine,
            clock=clock,
            services=services,
            folder=folder,
        )
        _set_up_function(world)
        yield world


def _set_up_function(world: World) -> None:
    """Deploy the Function's template as set-up does, without code: its roles are asked for here, not its host."""
    owner, template = world.identities.connect(OWNER), azure_template("function")
    parameters = function_parameters(
        world.settings(BUILD),
        FunctionOptions(resource_group=_FUNCTION_GROUP, repositories=(REPOSITORY,), workflows=(WORKFLOW,)),
        template,
        foundation=world.outputs,
        pull_requests=world.installation.document["pull_requests"],
        with_subscriptions=False,
    )
    ensure_resource_group(owner, _FUNCTION_GROUP, location="westeurope", tags={})
    deadline = Deadline.after(_DEPLOYMENT_S, SystemClock())
    deploy_function(owner, template, group=_FUNCTION_GROUP, parameters=parameters, deadline=deadline)
