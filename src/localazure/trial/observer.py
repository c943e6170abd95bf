"""The trial's eyes on the Function: the local cloud's control path, over the wire like everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import requests

_TIMEOUT_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A function app at one moment: the events that were delivered to it, and its orchestrations."""

    events: list[dict[str, Any]] = field(default_factory=list)
    orchestrations: list[dict[str, Any]] = field(default_factory=list)


class Observer:
    """Looks at one function app of a local cloud. A context manager.

    Args:
        environment: the cloud's own: address, credential, certificates.
        site: the app's name.
    """

    def __init__(self, environment: Mapping[str, str], site: str) -> None:
        self._environment = environment
        self._address = f"{environment['IMAGEGATE_ARM_ENDPOINT']}/_localazure/functions/{site}"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = environment["REQUESTS_CA_BUNDLE"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def look(self) -> Sight:
        """The app as it is now.

        Raises:
            requests.RequestException: the cloud does not answer, or runs no such app.
        """
        body = self._exchange("GET", self._address).json()
        return Sight(events=body["events"], orchestrations=body["orchestrations"])

    def interrupt(self, instance_id: str) -> None:
        """Ask an orchestration to tear down and end.

        Raises:
            requests.RequestException: as above.
        """
        self._exchange("POST", f"{self._address}/orchestrations/{instance_id}/events/interrupt")

    def _exchange(self, method: str, url: str) -> requests.Response:
        answer = self._session.request(method, url, timeout=_TIMEOUT_S)
        if answer.status_code == requests.codes.unauthorized:  # no token yet, or no longer
            self._session.headers["Authorization"] = f"Bearer {self._token()}"
            answer = self._session.request(method, url, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return answer

    def _token(self) -> str:
        endpoint, tenant = self._environment["IMAGEGATE_ARM_ENDPOINT"], self._environment["AZURE_TENANT_ID"]
        form = {
            "grant_type": "client_credentials",
            "client_id": self._environment["AZURE_CLIENT_ID"],
            "client_secret": self._environment["AZURE_CLIENT_SECRET"],
            "scope": f"{endpoint}/.default",
        }
        answer = self._session.post(f"{endpoint}/{tenant}/oauth2/v2.0/token", data=form, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return str(answer.json()["access_token"])
