"""An engine for stories: its machines serve, answer commands, and take their time to boot when they shall."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from function_world import ServingEngine
from localazure.engine_port import BuildRequest, Log, MachineRequest
from recording_engine import RecordedImage, RecordedMachine, Said

FAILURE = "E: Unable to locate package nginx9"
"""What the log of a build says that fails."""


class StoryEngine(ServingEngine):
    """`answer` is what its machines say to a script; no machine is up before `may_boot` is set.

    `booting`: whether one was to be booted.
    """

    def __init__(self, folder: Path, servers: ExitStack) -> None:
        super().__init__(folder, servers)
        self.may_boot, self.booting = threading.Event(), threading.Event()
        self.as_ever()

    def as_ever(self) -> None:
        """Builds succeed, machines boot and answer."""
        self.answer: Callable[[str], Said] = lambda _script: Said()
        self.silent, self.fails_in = False, ""
        self.gate.set()
        self.may_boot.set()
        self.booting.clear()

    def build(self, request: BuildRequest, *, log: Log, on_phase: Log, cancelled: threading.Event) -> RecordedImage:
        """As ever; where it fails, the log says why, and only the log."""
        if self.fails_in:
            log(f"[{request.operation_id}] PACKER 2026/11/22 00:00:00 ui error: ==> azure-arm: {FAILURE}")
        return super().build(request, log=log, on_phase=on_phase, cancelled=cancelled)

    def boot(self, request: MachineRequest) -> RecordedMachine:
        """Boot when it may."""
        self.booting.set()
        self.may_boot.wait()
        machine = super().boot(request)
        machine.answer = self.answer
        return machine
