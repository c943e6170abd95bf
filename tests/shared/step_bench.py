"""A build machine whose programs are fakes, to run customizers and validators against."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from fake_programs import Call, FakePrograms
from localazure.engine.build_log import BuildLog
from localazure.engine.container import Container
from localazure.engine.provisioner import Step
from localazure.engine_port import Customization

_PREFIX = re.compile(r"\[op\] PACKER (\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?")


class StepBench:
    """Runs steps, and tells what they told the log and the machine."""

    def __init__(self, programs: FakePrograms, container: Container) -> None:
        self.programs = programs
        self.container = container
        self.cancelled = threading.Event()
        self.proxies: dict[str, str] = {}
        self._lines: list[str] = []

    def run(self, run: Callable[[Step], None], customization: Customization) -> None:
        """Run one step."""
        run(self.step(customization))

    def step(self, customization: Customization) -> Step:
        """A step on this machine."""
        return Step(
            container=self.container,
            customization=customization,
            log=BuildLog("op", self._lines.append),
            cancelled=self.cancelled,
            proxies=self.proxies,
        )

    @property
    def log(self) -> list[str]:
        """The log's lines without operation id and time."""
        return [_PREFIX.sub("", line, count=1) for line in self._lines]

    def writes(self) -> list[Call]:
        """What was written to the machine; the file's path is the word before the last, its content is `stdin`."""
        return [call for call in self.programs.inside(["/bin/sh", "-c"]) if "cat >" in call.line]

    def runs(self) -> list[Call]:
        """What ran there as its user logs in."""
        return self.programs.inside(["su"])
