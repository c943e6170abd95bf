"""An acceptance run in a local cloud whose engine boots nothing: its machines serve, its builds can be held."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from acceptance.command import world_of
from acceptance.local_cloud import as_local, observed
from acceptance.options import Options
from acceptance.sample import FAILING
from acceptance.world import World
from function_world import ServingEngine
from localazure.assembly import LocalCloud
from localazure.engine.build_log import BuildLog
from localazure.engine_port import BuildFailed, BuildRequest, Log
from localazure.trial.processes import ordinary_environment
from recording_engine import RecordedImage, probe_passed
from served_image import served_image


class AcceptanceEngine(ServingEngine):
    """Fails where the acceptance run's own customizer is among those of a build."""

    def build(self, request: BuildRequest, *, log: Log, on_phase: Log, cancelled: threading.Event) -> RecordedImage:
        """Build, or fail in Customizing as a script does that exits with 7."""
        fails = request.customize[0].name == FAILING["name"]
        self.fails_in = "Customizing" if fails else ""
        try:
            return super().build(request, log=log, on_phase=on_phase, cancelled=cancelled)
        except BuildFailed as failed:
            _tell_of_script(BuildLog(request.operation_id, log), failed.message)
            raise

    @contextmanager
    def hold(self) -> Iterator[Callable[[], None]]:
        """Keep builds in Customizing until what is yielded is called."""
        self.gate.clear()
        try:
            yield self.gate.set
        finally:
            self.gate.set()


@contextmanager
def acceptance_world(folder: Path, *, flip: str = "") -> Iterator[World]:
    """A fresh local cloud and a run that has not begun; nothing of the environment names another cloud."""
    with ExitStack() as servers:
        engine = AcceptanceEngine(folder / "engine", servers)
        engine.answer = probe_passed
        cloud = LocalCloud(state=folder / "state", engine=engine, event_speed=60)
        image = served_image(folder / "source", engine.port)
        with cloud as server, Console(quiet=True) as console:
            environment = ordinary_environment(server.environment)
            work = folder / "work"
            work.mkdir()
            given = Options(
                subscription="", location="", prefix="", yes=False, output=folder / "output", work=work, image=image
            )
            options = replace(as_local(given, environment), flip=flip)

            def observe(site: str) -> list[dict[str, Any]]:
                return observed(environment, site)

            world = world_of(options, environment, console, hold=engine.hold, observe=observe)
            yield world
            world.close()


def _tell_of_script(log: BuildLog, reason: str) -> None:
    """What the service's log says of an inline script that failed."""
    log.starting("shell")
    log.say("Provisioning with shell script: /tmp/packer-shell123456789")
    log.output("acceptance: this is meant to fail")
    log.ending("shell")
    log.failed(reason)
