"""Builds images with a real engine, and remembers what each build told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from localazure.engine.engine import Engine
from localazure.engine.model import Base, BuiltImage
from localazure.engine_port import BuildRequest, Customization


@dataclass
class Told:
    """What a build told: its log and its phases."""

    lines: list[str] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The log."""
        return "\n".join(self.lines)


class Builder:
    """Builds with one engine, and remembers what the last build told."""

    def __init__(self, engine: Engine, *, offer: str = "debian-12", sku: str = "12-gen2") -> None:
        self.engine = engine
        self._id = (offer, sku)
        self.told = Told()
        self.cancelled = threading.Event()

    @property
    def base(self) -> Base:
        """What it builds from."""
        offer, sku = self._id
        return self.engine.resolve_base(publisher="Debian", offer=offer, sku=sku, version="latest")

    def __call__(self, *customize: Customization, validate: tuple[Customization, ...] = ()) -> BuiltImage:
        """Build from the base."""
        self.told = Told()
        request = BuildRequest(operation_id="7111a125", base=self.base, customize=customize, validate=validate)
        return self.engine.build(
            request, log=self.told.lines.append, on_phase=self.told.phases.append, cancelled=self.cancelled
        )

    def shell(self, *lines: str) -> Customization:
        """An inline Shell customizer."""
        return Customization(kind="Shell", inline=lines)
