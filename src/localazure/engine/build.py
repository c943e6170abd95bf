"""The story of a build: base, customizers, generalize, disk, validators; each result kept by what it depends on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from localazure.engine import bases, customizers, disk, generalize, handover, layers, provisioner, validators
from localazure.engine.build_log import BuildLog
from localazure.engine.cache import Cache, Entry
from localazure.engine.container import Container, Root
from localazure.engine.errors import EngineError, Evicted, ProgramCancelled
from localazure.engine.ledger import Ledger
from localazure.engine.machine_apt import MachineApt
from localazure.engine.model import Base, BuiltImage
from localazure.engine.provisioner import Step, StepFailed
from localazure.engine.space import SpaceWatch
from localazure.engine_port import BuildCancelled, BuildFailed, BuildRequest, Customization

Log = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What every build uses."""

    cache: Cache
    ledger: Ledger
    apt: MachineApt
    console: Path  # a file for the build machines' boot messages
    keep: Callable[[Path], Path]  # puts a disk of the cache's where no eviction takes it away


class Build:
    """One build; `run` is the story."""

    def __init__(
        self, workshop: Workshop, request: BuildRequest, *, log: Log, on_phase: Log, cancelled: threading.Event
    ) -> None:
        if not isinstance(request.base, Base):
            raise TypeError(f"Not a base of this engine's: {request.base!r}")
        self._shop = workshop
        self._request = request
        self._base = request.base
        self._log = BuildLog(request.operation_id, log)
        self._on_phase = on_phase
        self._cancelled = self._halt = cancelled
        self._size_bytes = max(request.os_disk_size_bytes or 0, disk.DEFAULT_SIZE_BYTES)

    def run(self) -> BuiltImage:
        """Build, or answer from the cache; the log tells the same story either way.

        Raises:
            BuildFailed: a customizer or validator ended badly, or this machine could not carry the build out.
            BuildCancelled: `cancelled` was set.
        """
        with SpaceWatch(self._shop.cache.root, self._cancelled) as watch:
            self._halt = watch.halt
            try:
                while True:
                    with contextlib.suppress(Evicted):
                        return self._story()
            except ProgramCancelled as stopped:
                if not watch.is_short:
                    raise BuildCancelled("The build was cancelled.") from stopped
                raise self._failed(watch.why) from stopped
            except BuildFailed as failure:
                self._log.failed(failure.message)
                raise
            except (EngineError, OSError) as fault:
                raise self._failed(watch.why if watch.is_short else str(fault)) from fault

    def _failed(self, why: str) -> BuildFailed:
        self._log.failed(why)
        return BuildFailed(why)

    def _story(self) -> BuiltImage:
        shop, request = self._shop, self._request
        self._on_phase("Building")
        self._log.say("Running builder ...")
        base = bases.make(shop.cache, shop.ledger, self._base, shop.apt, self._halt)
        identity = str(base.about["identity"])
        self._layer_names = layers.keys(identity, request.customize)
        top = [identity, *self._layer_names][-1]
        self._disk_name = layers.key("disk", top, self._size_bytes, generalize.RECIPE, disk.MKFS)
        self._verdict_name = layers.keys(self._disk_name, request.validate)[-1] if request.validate else ""
        entry = self._cached_disk()
        cached = entry is not None
        if entry is not None:
            self._tell_of_cached(entry)
        else:
            entry = self._make(base)
        if request.validate:
            self._on_phase("Validating")
            cached = self._validate(entry) and cached
        self._log.finished()
        return BuiltImage(
            disk=self._handed_out(entry),
            content_digest=f"sha256:{self._disk_name}",
            size_bytes=self._size_bytes,
            cached=cached,
        )

    def _handed_out(self, entry: Entry) -> Path:
        with self._shop.cache.using(entry):
            return self._shop.keep(entry.path / disk.NAME)

    # --- from the cache

    def _cached_disk(self) -> Entry | None:
        """The disk, if validators can run on it too, should they have to."""
        entry = self._shop.cache.get("disks", self._disk_name)
        return entry if entry is not None and self._below(entry) is not None else None

    def _below(self, entry: Entry) -> list[Entry] | None:
        """The base and layers that the entry's own files lie on; None when one was evicted."""
        cache = self._shop.cache
        found = [cache.get(kind, name) for kind, name in entry.about["below"]]
        whole = [one for one in found if one is not None]
        return whole if len(whole) == len(found) else None

    def _tell_of_cached(self, entry: Entry) -> None:
        self._on_phase("Customizing")
        for one, name in zip(self._request.customize, self._layer_names, strict=True):
            self._log.cached(one.kind.lower(), name)
        self._log.cached("disk", entry.path.name)

    # --- for real

    def _make(self, base: Entry) -> Entry:
        shop = self._shop
        kept = layers.find(shop.cache, self._layer_names)
        below = (*kept.entries, base)
        with shop.cache.using(*below), shop.cache.staging(shop.ledger) as staging:
            with self._build_machine(staging, below) as container:
                self._on_phase("Customizing")
                self._customize(container, staging, kept)
                self._attempt(None, generalize.generalize, self._step(container, Customization(kind="Shell")))
                container.power_off(self._halt)
                (staging / "entry").mkdir()
                disk.make(container, staging / "entry", size_bytes=self._size_bytes, cancelled=self._halt)
            (staging / layers.UPPER).rename(staging / "entry" / layers.UPPER)
            about = {"below": [[entry.path.parent.name, entry.path.name] for entry in below]}
            return shop.cache.put("disks", self._disk_name, staging / "entry", about)

    def _customize(self, container: Container, staging: Path, kept: layers.Kept) -> None:
        keeper = layers.Keeper(self._shop.cache, staging, container, kept, self._halt)
        for number, (one, name) in enumerate(zip(self._request.customize, self._layer_names, strict=True)):
            if number < kept.count:
                self._log.cached(one.kind.lower(), name)
                continue
            handover.give(container, self._shop.apt, self._base.release)
            self._attempt(number, customizers.run, self._step(container, one))
            handover.take_back(container)
            keeper.keep(name)
        if keeper.why_not:
            self._log.note(f"Not everything was cached: a boot would not bring back {keeper.why_not}.")

    def _validate(self, entry: Entry) -> bool:
        """Run the validators on a copy of the image that is thrown away; True when a cached result stood for them."""
        shop = self._shop
        if shop.cache.get("validations", self._verdict_name) is not None:
            self._log.cached("validators", self._verdict_name)
            return True
        below = (entry, *(self._below(entry) or ()))
        with shop.cache.using(*below), shop.cache.staging(shop.ledger) as staging:
            with self._build_machine(staging, below) as container:
                provisioner.renew_identity(container)
                handover.give(container, shop.apt, self._base.release)
                for one in self._request.validate:
                    self._attempt(None, validators.run, self._step(container, one))
            (staging / "entry").mkdir()
            shop.cache.put("validations", self._verdict_name, staging / "entry", {})
        return False

    # --- the pieces

    @contextlib.contextmanager
    def _build_machine(self, staging: Path, below: Sequence[Entry]) -> Iterator[Container]:
        lower = tuple(
            entry.path / (bases.TREE if entry.path.parent.name == "bases" else layers.UPPER) for entry in below
        )
        root = Root(lower=lower, upper=staging / layers.UPPER, work=staging / "work")
        container = Container(self._shop.ledger, root, log=self._shop.console)
        try:
            self._log.say("Waiting for the build machine to become available...")
            container.boot(self._halt)
            provisioner.add_user(container)
            self._log.say("Connected to the build machine!")
            yield container
        finally:
            container.close()

    def _step(self, container: Container, one: Customization) -> Step:
        return Step(
            container=container,
            customization=one,
            log=self._log,
            cancelled=self._halt,
            proxies=dict(self._shop.apt.proxies),
        )

    def _attempt(self, index: int | None, action: Callable[[Step], None], step: Step) -> None:
        try:
            action(step)
        except StepFailed as failure:
            raise BuildFailed(failure.message, customizer_index=index, exit_code=failure.exit_code) from failure
