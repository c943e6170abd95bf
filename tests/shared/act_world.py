"""A repository of images whose workflows act runs, with a cloud and GitHub's services on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from act_runner import Act
from action_image import BASE, copy_repository
from docker_daemon import DockerDaemon
from job_services import CLAIMS, JobServices, shown_states
from localazure.assembly import LocalCloud
from localazure.engine_port import EnginePort
from sides_world import Installation

_BUNDLE = "trusted.pem"


@dataclass(frozen=True, kw_only=True)
class ActWorld:
    """A cloud, GitHub's services, and a runner whose jobs reach both."""

    cloud: LocalCloud
    services: JobServices
    act: Act

    def shown(self, commit: str) -> dict[str, str]:
        """What GitHub shows on a commit: the newest state by context."""
        return shown_states(self.services.statuses.get(commit, []))

    def versions(self, definition: str) -> list[str]:
        """Ids of a definition's versions."""
        gallery = f"{self._group('rg-images')}/providers/Microsoft.Compute/galleries/golden"
        return [str(one.id) for one in self.cloud.cloud.store.under(f"{gallery}/images/{definition}/versions")]

    def smoke_machines(self) -> list[str]:
        """Ids of the smoke VMs that are left."""
        found = (str(one.id) for one in self.cloud.cloud.store.under(self._group("rg-images-smoke")))
        return [one for one in found if "/virtualMachines/" in one]

    def _group(self, name: str) -> str:
        return f"/subscriptions/{self.cloud.environment['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{name}"


@contextmanager
def open_act_world(daemon: DockerDaemon, folder: Path, engine: EnginePort) -> Iterator[ActWorld]:
    """A cloud with identities for the jobs, and a copy of this repository as the one that holds the images.

    Nothing is committed yet. The variables are those that the README names, and OWNER_CLIENT_ID.
    """
    with JobServices(host="127.0.0.1") as services, LocalCloud(state=folder / "state", engine=engine) as cloud:
        found = cloud.environment
        (folder / "set-up").mkdir(parents=True)
        installation = Installation(cloud, folder / "set-up")
        made = installation.set_up("--repository", CLAIMS["repository"], "--issuer", services.url)["outputs"]
        checkout = folder / "runner" / "images"
        act = Act(
            folder=folder / "runner",
            docker_host=daemon.socket,
            platform=BASE,
            variables={
                "AZURE_CLIENT_ID": made["ciClientId"],
                "AZURE_VERIFY_CLIENT_ID": made["ciVerifyClientId"],
                "OWNER_CLIENT_ID": found["AZURE_CLIENT_ID"],
                **{name: found[name] for name in ("AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID")},
            },
            environment={
                "REQUESTS_CA_BUNDLE": str(checkout / _BUNDLE),
                "AZURE_AUTHORITY_HOST": found["AZURE_AUTHORITY_HOST"],
                "IMAGEGATE_ARM_ENDPOINT": found["IMAGEGATE_ARM_ENDPOINT"],
                **services.environment(),
            },
        )
        services.claims = lambda: {**CLAIMS, "sha": act.head(), "run_id": "1", "run_number": "1"}
        copy_repository(checkout)
        shutil.copy(cloud.ca_bundle, checkout / _BUNDLE)
        yield ActWorld(cloud=cloud, services=services, act=act)
