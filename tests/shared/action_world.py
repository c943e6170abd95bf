"""All that a job meets: a cloud on a docker bridge, GitHub's services, an engine whose builds speak to the runner."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from docker_daemon import BRIDGE, DockerDaemon
from job_services import CLAIMS, JobServices, shown_states
from localazure.assembly import LocalCloud
from localazure.clock import Clock, SystemClock
from localazure.engine_port import BuildRequest, EnginePort, Log, MachineRequest
from recording_engine import RecordedImage, RecordedMachine, RecordingEngine, Said
from runner_side import JobOnRunner
from sides_world import RUN_BY, Installation

REPOSITORY = Path(__file__).resolve().parents[2]
TAG = "imagegate:test"
FOLDER = "templates/apache-debian12"
_MINUTES_S = 300
_HOUR_S = 3600
HOSTILE = (
    "::set-output name=verdict::passed",
    "  ::error file=a.sh,line=1::not ours",
    "##[error]not ours either",
    "::add-mask::Setting",
    "curl -H 'Authorization: Bearer abcdef0123456789' https://example.org/?sig=c2VjcmV0c2VjcmV0c2VjcmV0",
)
BROKEN_SCRIPT = (
    *(
        line
        for number in range(4)
        for line in (
            "[INFO] (telemetry) Starting provisioner shell",
            f"ui: ==> azure-arm: Provisioning with shell script: /tmp/packer-shell{number}",
            *(("ui error: ==> azure-arm: /tmp/script_1234.sh: 17: sshd: not found",) if number == 3 else ()),
            "[INFO] (telemetry) ending shell",
        )
    ),
    "ui: ==> azure-arm: Provisioning step had errors: Running the cleanup provisioner, if present...",
    (
        "ui error: Build 'azure-arm' errored after 4 seconds: Script exited with non-zero exit status: 127."
        " Allowed exit codes are: [0]"
    ),
)


class HostileEngine(RecordingEngine):
    """Prints what a customizer may print that wants to speak to the runner.

    Its machines answer commands from inside with `inside`; with `guest_is_up` off they never report that they are up.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.inside = Said(stdout="imagegate-probe: 200\n")
        self.guest_is_up = True

    def boot(self, request: MachineRequest) -> RecordedMachine:
        """A machine whose guest is up at once, or never."""
        machine = super().boot(request)
        machine.provisioned = self.guest_is_up
        machine.answer = lambda _script: self.inside
        return machine

    def build(self, request: BuildRequest, *, log: Log, on_phase: Log, cancelled: threading.Event) -> RecordedImage:
        """Print it, then build."""
        for line in HOSTILE:
            log(line)
            log(f"[{request.operation_id}] PACKER 2026/11/22 00:00:00 ui:     azure-arm: {line}")
        if self.fails_in:
            for line in BROKEN_SCRIPT:
                log(f"[{request.operation_id}] PACKER 2026/11/22 00:00:01 {line}")
        return super().build(request, log=log, on_phase=on_phase, cancelled=cancelled)


class GatedClock(SystemClock):
    """The machine's clock, but a sleep of minutes, or of hours, lasts until a test opens the gate of its kind."""

    def __init__(self) -> None:
        self._gates = {is_long: threading.Event() for is_long in (False, True)}

    def gate(self, seconds: float) -> threading.Event:
        """What ends the sleeps of that kind: an hour and more, or less."""
        return self._gates[seconds >= _HOUR_S]

    def sleep(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Wait, or stop early when `until` is set; True when it was set."""
        if seconds < _MINUTES_S:
            return super().sleep(seconds, until)
        gate = self.gate(seconds)
        while not gate.wait(0.02):
            if until is not None and until.is_set():
                return True
        return False


@dataclass(frozen=True, kw_only=True)
class World:
    """A cloud, GitHub's services, and a job that may reach both; `outputs` are those of the set-up."""

    cloud: LocalCloud
    engine: EnginePort
    services: JobServices
    job: JobOnRunner
    outputs: Mapping[str, str] = field(default_factory=dict)

    def inputs(self, command: str, **more: str) -> dict[str, str]:
        """The inputs of a step; the client is the identity that set-up made for the command, else the cloud's owner."""
        environment = self.cloud.environment
        return {
            "command": command,
            "folder": FOLDER,
            "client-id": self.outputs.get(RUN_BY.get(command, ""), environment["AZURE_CLIENT_ID"]),
            "tenant-id": environment["AZURE_TENANT_ID"],
            "subscription": environment["AZURE_SUBSCRIPTION_ID"],
            "arm-endpoint": environment["IMAGEGATE_ARM_ENDPOINT"],
            "statuses": "all",
            "github-token": "ghs_" + "t" * 36,
            **more,
        }

    def shown(self, commit: str = "e" * 40) -> dict[str, str]:
        """The commit's statuses: state by context."""
        return shown_states(self.services.statuses.get(commit, []))

    @property
    def definition(self) -> str:
        """The id of the image definition."""
        group = f"/subscriptions/{self.cloud.environment['AZURE_SUBSCRIPTION_ID']}/resourceGroups/rg-images"
        return f"{group}/providers/Microsoft.Compute/galleries/golden/images/apache-debian12"

    def smoke_resources(self) -> list[str]:
        """Ids of what is in the smoke resource group, but for the rights that the set-up gives there."""
        group = f"/subscriptions/{self.cloud.environment['AZURE_SUBSCRIPTION_ID']}/resourceGroups/rg-images-smoke"
        found = (str(one.id) for one in self.cloud.cloud.store.under(group))
        lasting = ("/deployments/", "/Microsoft.Authorization/")
        return [one for one in found if "/providers/" in one and not any(kind in one for kind in lasting)]


@contextmanager
def open_world(
    daemon: DockerDaemon, folder: Path, engine: EnginePort, *, clock: Clock | None = None
) -> Iterator[World]:
    """A fresh cloud, set up by the action itself, and with identities for its job; the image TAG is built already."""
    with (
        JobServices(host=BRIDGE) as services,
        LocalCloud(state=folder / "state", engine=engine, host=BRIDGE, clock=clock) as cloud,
    ):
        job = JobOnRunner(docker=daemon.client, folder=folder / "runner", image=TAG)
        shutil.copytree(REPOSITORY / FOLDER, job.workspace / FOLDER)
        shutil.copy(cloud.ca_bundle, job.home / "trusted.pem")
        job.environment = {
            "REQUESTS_CA_BUNDLE": "/github/home/trusted.pem",
            "AZURE_AUTHORITY_HOST": cloud.environment["AZURE_AUTHORITY_HOST"],
            **services.environment(),
        }
        found = World(cloud=cloud, engine=engine, services=services, job=job)
        step = job.run(found.inputs("setup"))
        if step.exit_code:
            raise RuntimeError(f"setup failed:\n{step.log}")
        made = Installation(cloud, folder).set_up("--repository", CLAIMS["repository"], "--issuer", services.url)
        yield replace(found, outputs=made["outputs"])
