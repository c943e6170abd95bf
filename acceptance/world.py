"""What every step works with: the cloud by the product's own gateway, the product's commands, the recording."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.core.exceptions import HttpResponseError

from acceptance.exchange import RUN, Exchange
from acceptance.options import REPOSITORY_ROOT, Options
from acceptance.places import value_at
from acceptance.product import FILE, FLIP, LABEL
from acceptance.recorder import Recorder
from imagegate.errors import Interrupted
from imagegate.gateway.cloud import Cloud
from imagegate.waiting import Clock, Deadline, Look, poll
from localazure.trial.processes import CommandResult, run_product

_INTERRUPTED = 130
_NOT_THERE_YET = 404
_ENDED = {"succeeded", "failed", "canceled"}


@dataclass(kw_only=True)
class World:
    """One run. `hold` keeps a build from ending while it is entered, where somebody can; `least` may be missing."""

    options: Options
    cloud: Cloud
    least: Cloud | None
    recorder: Recorder
    environment: Mapping[str, str]
    clock: Clock
    say: Callable[[str], None]
    hold: Callable[[], AbstractContextManager[Callable[[], object] | None]] = nullcontext
    observe: Callable[[str], list[dict[str, Any]]] | None = None
    """The events that a function app has received, where the cloud itself can tell."""
    delivered: Callable[[], list[dict[str, Any]]] | None = None
    """The events that Event Grid has delivered so far, as they came."""
    version_id: str = ""
    template: str = ""
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def subscription(self) -> str:
        """The subscription's path."""
        return f"/subscriptions/{self.options.subscription}"

    def group(self, suffix: str = "") -> str:
        """The path of the resource group, or of one beside it: `-smoke`, `-function`."""
        return f"{self.subscription}/resourceGroups/{self.options.group}{suffix}"

    def ask(
        self,
        label: str,
        method: str,
        path: str,
        *,
        api_version: str,
        body: object = None,
        query: Mapping[str, str] | None = None,
        keep: Callable[[Any], Any] | None = None,
        cloud: Cloud | None = None,
    ) -> Exchange:
        """One request through the product's gateway; a refusal is an answer too. `cloud`: with another identity.

        Raises:
            azure.core.exceptions.AzureError: there was no answer.
        """
        with self.recorder.labelled(label, keep) as heard:
            try:
                (cloud or self.cloud).send(method, path, api_version=api_version, body=body, query=query)
            except HttpResponseError as refused:
                if refused.response is None:
                    raise
        return heard[-1]

    def run(
        self,
        step: str,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        during: Callable[[Callable[[], bool]], None] | None = None,
    ) -> Exchange:
        """Run a command of the product to its end; it and all that it asks are recorded under the step's name.

        `during` is called on another thread meanwhile, with a function that says whether the command still runs.

        Raises:
            Interrupted: the command was.
        """
        child = {FILE: str(self.recorder_file), LABEL: f"{step}/product", FLIP: self.options.flip}
        child["PYTHONPATH"] = str(REPOSITORY_ROOT)
        around = {**self.environment, **(environment or {}), **child}
        began, over = time.time(), False
        with ThreadPoolExecutor(max_workers=1) as beside:
            asked = beside.submit(during, lambda: not over) if during else None
            try:
                done: CommandResult = run_product(arguments, around, self._tell, program="acceptance.product")
            finally:
                over = True
            if asked is not None:
                asked.result()
        if done.exit_code == _INTERRUPTED:
            raise Interrupted("Interrupted.")
        return self.recorder.add(
            Exchange(
                label=f"{step}/outcome",
                method=RUN,
                path=f"imagegate {arguments[0]}",
                status=done.exit_code,
                body=done.document,
                at=began,
                seconds=round(done.seconds, 3),
            )
        )

    @property
    def recorder_file(self) -> Path:
        """Where everything is recorded."""
        return self.options.work / "exchanges.jsonl"

    def await_settled(self, label: str, path: str, *, api_version: str) -> Exchange:
        """Read a resource until its provisioning state is one that stays; the last answer."""

        def look() -> Look[Exchange]:
            found = self.ask(label, "GET", path, api_version=api_version)
            state = str(value_at(found.body, "properties.provisioningState") or "")
            refused = found.status >= 400 and found.status != _NOT_THERE_YET
            return Look(value=found if refused or state.lower() in _ENDED else None)

        return self.await_value(look, what=path.rsplit("/", 1)[-1])

    def await_value[T](self, look: Callable[[], Look[T]], *, what: str) -> T:
        """Look until there is something to see, as long as the run's patience lasts."""
        deadline = Deadline.after(self.options.patience_s, self.clock)
        interval_s = self.options.interval_s
        return poll(look, deadline=deadline, what=what, interval_s=interval_s, first_interval_s=interval_s / 10)

    def close(self) -> None:
        """Let go of the connections."""
        for cloud in (self.cloud, self.least):
            if cloud is not None:
                cloud.transport.close()

    def _tell(self, line: str) -> None:
        self.say(f"    {line}")
