"""The GitHub job's own identity token, asked for on demand."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from azure.core.exceptions import ClientAuthenticationError

ENTRA_AUDIENCE = "api://AzureADTokenExchange"
"""What Entra expects in a federated assertion. Source: Entra documentation, workload identity federation."""


class GitHubJobToken:
    """Returns a fresh token of the job at each call.

    Source: GitHub documentation, OpenID Connect: ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN, set for jobs with the
    permission `id-token: write`.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        audience: str = ENTRA_AUDIENCE,
        on_secret: Callable[[str], None] = lambda _: None,
        **transport: Any,  # noqa: ANN401
    ) -> None:
        self._audience = audience
        self._on_secret = on_secret
        self._url = environment["ACTIONS_ID_TOKEN_REQUEST_URL"]
        self._token = environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
        self._transport = transport

    def __call__(self) -> str:
        """The token, good for five minutes."""
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import RetryPolicy
        from azure.core.rest import HttpRequest

        client: Any = PipelineClient(self._url, policies=[RetryPolicy()], **self._transport)
        url = f"{self._url}{'&' if '?' in self._url else '?'}{urlencode({'audience': self._audience})}"
        answer = client.send_request(HttpRequest("GET", url, headers={"Authorization": f"Bearer {self._token}"}))
        try:
            token = str(json.loads(answer.text())["value"])
        except (ValueError, KeyError, TypeError) as error:
            raise ClientAuthenticationError(
                f"GitHub did not give the job an identity token (HTTP {answer.status_code}): "
                "it gives one to jobs with the permission `id-token: write`."
            ) from error
        self._on_secret(token)
        return token


def request_job_token(
    environment: Mapping[str, str],
    audience: str,
    *,
    on_secret: Callable[[str], None] = lambda _: None,
    **transport: Any,  # noqa: ANN401
) -> str:
    """A token of the job for an audience.

    Raises:
        ImageGateError: GitHub gives none, or cannot be reached.
    """
    from imagegate.gateway.translation import told_as

    with told_as("asking GitHub for the job's identity token"):
        return GitHubJobToken(environment, audience=audience, on_secret=on_secret, **transport)()
