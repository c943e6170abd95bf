"""`lastRunStatus`: the truth about a template's last run, in the service's shape."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.imagebuilder.states import CANCELING, RUNNING, set_properties

NOT_ENDED = "0001-01-01T00:00:00Z"  # what the service shows while a run goes on: Go's zero time
_ENDED = ("Succeeded", "PartiallySucceeded", "Failed", "Canceled")


class RunStatus:
    """Writes one run's states into its template."""

    def __init__(self, cloud: Cloud, template_id: ResourceId) -> None:
        self._cloud = cloud
        self._template_id = template_id
        self.sub_state = "Queued"

    def begin(self) -> None:
        """A run was accepted."""
        status = {
            "startTime": nanoseconds(self._cloud.clock.now()),
            "endTime": NOT_ENDED,
            "runState": RUNNING,
            "runSubState": self.sub_state,
            "message": "",
        }
        set_properties(self._cloud, self._template_id, lastRunStatus=status)

    def enter(self, sub_state: str) -> None:
        """The run came to its next stage; a run that is being cancelled keeps saying that alone."""
        self.sub_state = sub_state
        self._change(only_in=RUNNING, runSubState=sub_state)

    def cancel(self) -> None:
        """Cancellation was asked for (recorded: the stage goes, the message comes)."""
        self._change(only_in=RUNNING, runState=CANCELING, runSubState=None, message="Canceling image build")

    def end(self, state: str, message: str = "") -> None:
        """The run is over: Succeeded, PartiallySucceeded, Failed or Canceled."""
        values: dict[str, Any] = {
            "runState": state,
            "endTime": nanoseconds(self._cloud.clock.now()),
            "message": message,
        }
        if state == "Succeeded":
            values["runSubState"] = None
        self._change(**values)

    def _change(self, *, only_in: str = "", **values: object) -> None:
        def change(body: dict[str, Any]) -> None:
            status = body["properties"].get("lastRunStatus") or {}
            if status.get("runState") in _ENDED or only_in not in ("", status.get("runState")):
                return
            for name, value in values.items():
                if value is None:
                    status.pop(name, None)
                else:
                    status[name] = value
            body["properties"]["lastRunStatus"] = status

        self._cloud.store.update(self._template_id, change)


def nanoseconds(moment: datetime) -> str:
    """A time with nine decimals, as the service prints these two; the last three are made up from the rest."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}{moment.microsecond % 899 + 100}Z"
