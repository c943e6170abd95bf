"""An engine that builds and boots nothing and remembers what it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from localazure.clock import Clock, SystemClock
from localazure.engine_port import (
    BuildCancelled,
    BuildFailed,
    BuildRequest,
    Log,
    MachineRequest,
    Rule,
    UnknownBase,
)


@dataclass(frozen=True, kw_only=True)
class RecordedBase:
    """A marketplace id that this engine knows."""

    publisher: str
    offer: str
    sku: str
    version: str
    generation: str


@dataclass(frozen=True, kw_only=True)
class RecordedImage:
    """What a build is said to have left."""

    disk: Path
    content_digest: str
    size_bytes: int
    cached: bool = False


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a script is said to have printed."""

    exit_code: int = 0
    stdout: str = ""
    stderr: str = ""


def probe_passed(_script: str) -> Said:
    """What a guest prints whose web server answers a probe from inside."""
    return Said(stdout="imagegate-probe: 200\n")


@dataclass
class RecordedMachine:
    """A machine that runs until it is stopped."""

    request: MachineRequest
    serial_log: Path
    provisioned: bool | None = False
    running: bool = True
    restarts: int = 0
    rules: tuple[Rule, ...] = ()
    scripts: list[str] = field(default_factory=list)
    answer: Callable[[str], Said] = field(default=lambda _script: Said())

    @property
    def machine_id(self) -> str:
        """As asked for."""
        return self.request.machine_id

    def is_running(self) -> bool:
        """Whether nobody stopped it."""
        return self.running

    def set_rules(self, rules: tuple[Rule, ...]) -> None:
        """Remember the rules."""
        self.rules = rules

    def restart(self) -> None:
        """Count."""
        self.restarts += 1

    def stop(self) -> None:
        """Stop running."""
        self.running = False

    def run_command(self, script: str) -> Said:
        """Remember the script and answer."""
        self.scripts.append(script)
        return self.answer(script)


class RecordingEngine:
    """Knows Debian 12; a build waits at `gate` when that is not set, and fails in `fails_in` when that is named.

    `answer` is what a script in a guest prints.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.folder = folder
        self.clock = clock or SystemClock()
        self.builds: list[BuildRequest] = []
        self.machines: list[RecordedMachine] = []
        self.gate = threading.Event()
        self.gate.set()
        self.building = threading.Event()
        self.reacts_to_cancellation = threading.Event()
        self.reacts_to_cancellation.set()
        self.fails_in = ""
        self.closed = False
        self.knows_all = False
        self.answer: Callable[[str], Said] = lambda _script: Said()

    def resolve_base(self, *, publisher: str, offer: str, sku: str, version: str) -> RecordedBase:
        """Debian 12, whatever the version; all else is unknown unless it `knows_all`."""
        if not self.knows_all and (publisher.lower(), offer, sku) != ("debian", "debian-12", "12-gen2"):
            raise UnknownBase(f"'{publisher}:{offer}:{sku}' cannot be made here.")
        exact = "0.20260101.1984" if version == "latest" else version
        generation = "V2" if "gen2" in sku.lower() else "V1"  # as publishers name their SKUs
        return RecordedBase(publisher=publisher, offer=offer, sku=sku, version=exact, generation=generation)

    def build(self, request: BuildRequest, *, log: Log, on_phase: Log, cancelled: threading.Event) -> RecordedImage:
        """Go through the phases, wait at the gate in Customizing, and leave a small disk."""
        self.builds.append(request)
        for phase in ("Building", "Customizing", "Validating"):
            if phase == "Validating" and not request.validate:
                continue
            on_phase(phase)
            log(f"[{request.operation_id}] PACKER 2026/11/22 00:00:00 ui: ==> azure-arm: {phase}")
            if phase == "Customizing":
                self._wait(cancelled)
            if phase == self.fails_in:
                raise BuildFailed("Script exited with non-zero exit status: 1.", customizer_index=0, exit_code=1)
        self.folder.mkdir(parents=True, exist_ok=True)
        disk = self.folder / f"{len(self.builds)}.raw"
        disk.write_bytes(b"disk")
        return RecordedImage(disk=disk, content_digest=f"sha256:{len(self.builds)}", size_bytes=30 * 1024**3)

    def boot(self, request: MachineRequest) -> RecordedMachine:
        """A machine that runs at once and whose guest has not reported yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        serial_log = self.folder / f"{request.machine_id}.log"
        serial_log.write_text("Debian GNU/Linux 12 ttyS0\n")
        machine = RecordedMachine(request=request, serial_log=serial_log, rules=request.rules, answer=self.answer)
        self.machines.append(machine)
        return machine

    def close(self) -> None:
        """Stop every machine."""
        self.closed = True
        for machine in self.machines:
            machine.stop()

    def _wait(self, cancelled: threading.Event) -> None:
        self.building.set()
        while not self.clock.sleep(0.01, until=self.gate):
            if cancelled.is_set() and self.reacts_to_cancellation.is_set():
                raise BuildCancelled
        if cancelled.is_set():
            raise BuildCancelled
