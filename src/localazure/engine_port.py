"""What the providers ask of the engine: plain data in, plain data out.

The engine starts processes and mounts; providers see only this. A test puts a recording engine in its place.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Log = Callable[[str], None]


class UnknownBase(LookupError):  # noqa: N818 - says what it is
    """No base image of that marketplace id can be made here; the message lists those that can, or speaks of Windows."""


class BuildFailed(Exception):  # noqa: N818 - the state's name
    """A customizer or validator ended badly.

    Attributes:
        customizer_index: its place in `customize`; None when a validator failed or the fault lies elsewhere.
        exit_code: what the script ended with; None when it did not come that far.
    """

    def __init__(self, message: str, *, customizer_index: int | None = None, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.customizer_index = customizer_index
        self.exit_code = exit_code


class BuildCancelled(Exception):  # noqa: N818 - the state's name
    """The build stopped because it was asked to."""


class Base(Protocol):
    """A base image that the engine can make, with its exact version."""

    @property
    def publisher(self) -> str: ...  # noqa: D102 - the marketplace's word
    @property
    def offer(self) -> str: ...  # noqa: D102 - the marketplace's word
    @property
    def sku(self) -> str: ...  # noqa: D102 - the marketplace's word
    @property
    def version(self) -> str: ...  # noqa: D102 - the exact version, never "latest"
    @property
    def generation(self) -> str: ...  # noqa: D102 - of the hypervisor: "V1" or "V2"


@dataclass(frozen=True, kw_only=True)
class Customization:
    """One step of a build. `content` is a script or file that was fetched when the template was submitted."""

    kind: str  # Shell, File, PowerShell, WindowsUpdate, WindowsRestart
    name: str = ""
    inline: tuple[str, ...] | None = None
    content: bytes | None = None
    sha256: str | None = None
    destination: str | None = None
    source_uri: str = ""


@dataclass(frozen=True, kw_only=True)
class BuildRequest:
    """One run of an image template. `operation_id` stands in front of every line of the log."""

    operation_id: str
    base: Base
    customize: tuple[Customization, ...] = ()
    validate: tuple[Customization, ...] = ()
    os_disk_size_bytes: int | None = None
    tags: dict[str, str] = field(default_factory=dict)


class BuiltImage(Protocol):
    """What a build left: a generalized disk, addressed by content."""

    @property
    def disk(self) -> Path: ...  # noqa: D102
    @property
    def content_digest(self) -> str: ...  # noqa: D102
    @property
    def size_bytes(self) -> int: ...  # noqa: D102 - the disk's virtual size
    @property
    def cached(self) -> bool: ...  # noqa: D102 - nothing had to be run


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Ports that the machine's network lets in from outside; what no rule allows stays closed."""

    protocol: Literal["Tcp", "Udp"]
    first_port: int
    last_port: int


@dataclass(frozen=True, kw_only=True)
class MachineRequest:
    """A machine to boot. `public_ip` None: nothing outside reaches it."""

    machine_id: str
    disk: Path
    cpus: int
    memory_mib: int
    hostname: str
    admin_username: str
    ssh_public_keys: tuple[str, ...]
    private_ip: str
    public_ip: str | None = None
    custom_data: bytes | None = None
    rules: tuple[Rule, ...] = ()


class RunCommandResult(Protocol):
    """What a script on a machine said."""

    @property
    def exit_code(self) -> int: ...  # noqa: D102
    @property
    def stdout(self) -> str: ...  # noqa: D102
    @property
    def stderr(self) -> str: ...  # noqa: D102


class Machine(Protocol):
    """A machine whose process was started."""

    @property
    def machine_id(self) -> str: ...  # noqa: D102
    @property
    def serial_log(self) -> Path: ...  # noqa: D102
    @property
    def provisioned(self) -> bool | None: ...  # noqa: D102 - the guest reported ready; None when it cannot say

    def is_running(self) -> bool: ...  # noqa: D102
    def set_rules(self, rules: tuple[Rule, ...]) -> None: ...  # noqa: D102
    def restart(self) -> None: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102 - idempotent
    def run_command(self, script: str) -> RunCommandResult: ...  # noqa: D102


class EnginePort(Protocol):
    """The engine, as providers see it."""

    def resolve_base(self, *, publisher: str, offer: str, sku: str, version: str) -> Base:
        """The base of that marketplace id; `version` may be "latest". Raises `UnknownBase`."""
        ...

    def build(self, request: BuildRequest, *, log: Log, on_phase: Log, cancelled: threading.Event) -> BuiltImage:
        """Carry a template out; `on_phase` hears Building, Customizing, Validating.

        Raises:
            BuildFailed: a customizer or validator ended badly.
            BuildCancelled: `cancelled` was set.
        """
        ...

    def boot(self, request: MachineRequest) -> Machine:
        """Start a machine; returns once its process runs, not once the guest is up."""
        ...

    def close(self) -> None:
        """Stop every machine and container and remove every mount, tap and temporary file."""
        ...
