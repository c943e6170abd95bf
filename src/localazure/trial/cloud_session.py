"""The trial as a client of its own cloud: requests with a token, over the wire like everybody's."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import requests

_TIMEOUT_S = 30.0
_EVENT_GRID_API = "2022-06-15"
_INTERVAL_S = 0.05


class CloudSession:
    """A session with a local cloud, as the principal of its environment. A context manager."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.endpoint = environment["IMAGEGATE_ARM_ENDPOINT"]
        self.wire = requests.Session()
        self.wire.trust_env = False
        self.wire.verify = environment["REQUESTS_CA_BUNDLE"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wire.close()

    def exchange(self, method: str, path: str, body: object = None) -> requests.Response:
        """One request; a token is fetched where there is none yet, or no longer.

        Raises:
            requests.RequestException: the cloud does not answer, or refuses.
        """
        url = f"{self.endpoint}{path}"
        answer = self.wire.request(method, url, json=body, timeout=_TIMEOUT_S)
        if answer.status_code == requests.codes.unauthorized:
            self.wire.headers["Authorization"] = f"Bearer {self._token()}"
            answer = self.wire.request(method, url, json=body, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return answer

    def subscribe(self, topic_id: str, url: str) -> None:
        """Have a custom topic's events delivered to `url`; returns once the handshake is done.

        Raises:
            requests.RequestException: as above.
            TimeoutError: the handshake was not done in time.
        """
        path = f"{topic_id}/eventSubscriptions/trial?api-version={_EVENT_GRID_API}"
        destination = {"endpointType": "WebHook", "properties": {"endpointUrl": url}}
        properties = {"destination": destination, "eventDeliverySchema": "CloudEventSchemaV1_0"}
        self.exchange("PUT", path, {"properties": properties})
        deadline = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < deadline:
            found = self.wire.get(f"{self.endpoint}{path}", timeout=_TIMEOUT_S)
            if found.ok and found.json()["properties"]["provisioningState"] == "Succeeded":
                return
            time.sleep(_INTERVAL_S)
        raise TimeoutError(f"no event subscription of {topic_id} in {_TIMEOUT_S:.0f} s")

    def _token(self) -> str:
        endpoint, tenant = self.endpoint, self._environment["AZURE_TENANT_ID"]
        form = {
            "grant_type": "client_credentials",
            "client_id": self._environment["AZURE_CLIENT_ID"],
            "client_secret": self._environment["AZURE_CLIENT_SECRET"],
            "scope": f"{endpoint}/.default",
        }
        answer = self.wire.post(f"{endpoint}/{tenant}/oauth2/v2.0/token", data=form, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        token: Any = answer.json()["access_token"]
        return str(token)
