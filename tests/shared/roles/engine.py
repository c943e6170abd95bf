"""An engine for stories: its machines serve, answer commands, and take their time to boot when they shall."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from function_world import ServingEngine
from localazure.engine_port import MachineRequest
from recording_engine import RecordedMachine, Said


class StoryEngine(ServingEngine):
    """`answer` is what its machines say to a script."""

    def __init__(self, folder: Path, servers: ExitStack) -> None:
        super().__init__(folder, servers)
        self.answer: Callable[[str], Said] = lambda _script: Said()
        self._may_boot = threading.Event()
        self._may_boot.set()

    def boot(self, request: MachineRequest) -> RecordedMachine:
        """Boot when it may."""
        self._may_boot.wait()
        machine = super().boot(request)
        machine.answer = self.answer
        return machine

    @contextmanager
    def slow_boot(self) -> Iterator[None]:
        """No machine is up before the end of the block."""
        self._may_boot.clear()
        try:
            yield
        finally:
            self._may_boot.set()
