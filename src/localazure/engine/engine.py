"""The engine as the rest of the local cloud sees it."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from localazure.engine import accelerator, bases, requirements
from localazure.engine.build import Build, Workshop
from localazure.engine.cache import DEFAULT_LIMIT_BYTES, Cache
from localazure.engine.errors import EngineError, NotReady
from localazure.engine.ledger import Ledger
from localazure.engine.machine import Place, QemuMachine
from localazure.engine.machine_apt import MachineApt
from localazure.engine.model import Base, BuiltImage, Missing, Tier
from localazure.engine_port import BuildFailed, BuildRequest, MachineRequest

_PATIENCE_S = 30.0  # for a cancelled build to take itself down


class Engine:
    """Makes bases, builds images and boots machines. Safe to use from several threads.

    Making one costs nothing: files, locks and the janitor come with the first build or boot. `work_dir` holds what
    ends with this engine (machines, ledger), `cache_dir` what others may use too. `debian_mirror` replaces the
    machine's own.
    """

    def __init__(
        self,
        *,
        cache_dir: Path,
        work_dir: Path,
        debian_mirror: str | None = None,
        cache_limit_bytes: int = DEFAULT_LIMIT_BYTES,
    ) -> None:
        self._cache = Cache(cache_dir.absolute(), limit_bytes=cache_limit_bytes)
        self._work_dir = work_dir.absolute()
        self._debian_mirror = debian_mirror
        self._lock = threading.RLock()
        self._opened: Ledger | None = None
        self._closed = False
        self._machines: list[QemuMachine] = []
        self._builds: list[threading.Event] = []
        self._no_builds = threading.Condition(self._lock)

    def missing(self) -> tuple[Missing, ...]:
        """What this machine lacks; empty when the engine can work. Cheap, never raises."""
        return requirements.missing()

    def tier(self) -> Tier:
        """How machines run here, and what that cannot prove."""
        return accelerator.tier(self._cache.root)

    def resolve_base(self, *, publisher: str, offer: str, sku: str, version: str) -> Base:
        """The base of a marketplace id, with an exact version; raises `UnknownBase`."""
        return bases.resolve(self._cache, publisher=publisher, offer=offer, sku=sku, version=version)

    def build(
        self,
        request: BuildRequest,
        *,
        log: Callable[[str], None],
        on_phase: Callable[[str], None],
        cancelled: threading.Event,
    ) -> BuiltImage:
        """Carry a template out.

        `on_phase` hears Building, Customizing and, with validators, Validating; `log` gets whole lines of
        customization.log as they come.

        Raises:
            BuildFailed: the log says why, in the service's words.
            BuildCancelled: `cancelled` was set; closing the engine sets it too.
        """
        try:
            ledger = self._ledger()
        except EngineError as fault:
            raise BuildFailed(str(fault)) from fault
        shop = Workshop(
            cache=self._cache,
            ledger=ledger,
            apt=MachineApt.read(mirror=self._debian_mirror),
            console=self._work_dir / "build-machines.log",
            keep=self._keep,
        )
        with self._building(cancelled):
            return Build(shop, request, log=log, on_phase=on_phase, cancelled=cancelled).run()

    def boot(self, request: MachineRequest) -> QemuMachine:
        """Start a machine; returns once its process runs, not once the guest is up. Raises `EngineError`."""
        ledger = self._ledger()
        folder = self._work_dir / "machines" / uuid.uuid4().hex[:8]
        machine = QemuMachine(ledger, request, Place(folder=folder, tier=self.tier().name))
        with self._lock:
            self._machines.append(machine)
        return machine

    def close(self) -> None:
        """Stop every machine and container, and remove every mount, link, rule and temporary file. Idempotent."""
        with self._lock:
            self._closed = True
            machines, self._machines = self._machines, []
            ledger, self._opened = self._opened, None
            for cancelled in self._builds:
                cancelled.set()
        for machine in machines:
            machine.stop()
        with self._no_builds:
            self._no_builds.wait_for(lambda: not self._builds, timeout=_PATIENCE_S)
        if ledger is not None:
            ledger.close()

    @contextlib.contextmanager
    def _building(self, cancelled: threading.Event) -> Iterator[None]:
        with self._lock:
            self._builds.append(cancelled)
        try:
            yield
        finally:
            with self._no_builds:
                self._builds.remove(cancelled)
                self._no_builds.notify_all()

    def _keep(self, disk: Path) -> Path:
        """The disk under a name that eviction from the cache does not take away, where the file systems allow it."""
        kept = self._work_dir / "images" / disk.parent.name / disk.name
        kept.parent.mkdir(parents=True, exist_ok=True)
        try:
            kept.hardlink_to(disk)
        except FileExistsError:
            return kept
        except OSError:
            return disk
        return kept

    def _ledger(self) -> Ledger:
        with self._lock:
            if self._closed:
                raise EngineError("The engine was closed.")
            if self._opened is None:
                self._must_be_ready()
                self._opened = Ledger(self._work_dir)
            return self._opened

    def _must_be_ready(self) -> None:
        if lacking := self.missing():
            lines = "\n".join(f"  {one.what}: {one.why} {one.install_hint}" for one in lacking)
            raise NotReady(f"This machine cannot run images yet:\n{lines}")
