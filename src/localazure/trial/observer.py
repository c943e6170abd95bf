"""The trial's eyes on the Function: the local cloud's control path, over the wire like everything else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from localazure.trial.cloud_session import CloudSession


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A function app at one moment: the events that were delivered to it, and its orchestrations."""

    events: list[dict[str, Any]] = field(default_factory=list)
    orchestrations: list[dict[str, Any]] = field(default_factory=list)


class Observer:
    """Looks at one function app of a local cloud; `site` is the app's name."""

    def __init__(self, session: CloudSession, site: str) -> None:
        self._session = session
        self._path = f"/_localazure/functions/{site}"

    def look(self) -> Sight:
        """The app as it is now.

        Raises:
            requests.RequestException: the cloud does not answer, or runs no such app.
        """
        body = self._session.exchange("GET", self._path).json()
        return Sight(events=body["events"], orchestrations=body["orchestrations"])

    def interrupt(self, instance_id: str) -> None:
        """Ask an orchestration to tear down and end.

        Raises:
            requests.RequestException: as above.
        """
        self._session.exchange("POST", f"{self._path}/orchestrations/{instance_id}/events/interrupt")
