"""The policies that every request to ARM passes through."""

import logging
import time
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential
from azure.core.pipeline import PipelineRequest, PipelineResponse, policies
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from imagegate import __version__

_LOG = logging.getLogger("imagegate.requests")


class RequestTrace(policies.SansIOHTTPPolicy[Any, Any]):
    """One DEBUG line a request: method, path, status, time and ids. Queries and bodies may hold secrets: not shown."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Note when it began."""
        request.context["imagegate_begun"] = time.monotonic()

    def on_response(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
        """Tell how it ended."""
        answer = response.http_response
        url = urlsplit(request.http_request.url)
        _LOG.debug(
            "%s %s%s → %s in %.0f ms, request id %s",
            request.http_request.method,
            url.netloc,
            url.path,
            answer.status_code,
            (time.monotonic() - request.context["imagegate_begun"]) * 1000,
            answer.headers.get("x-ms-request-id", "none"),
        )


def arm_policies(credential: TokenCredential, scope: str, correlation_id: str) -> list[Any]:
    """Fresh policies for one client: policies hold their successor, so two pipelines cannot share them.

    As in the SDK's own list, but for the policy that registers resource providers of its own accord (registering is
    `imagegate setup`'s business), and with one correlation id for all that a command does.
    """
    return [
        policies.RequestIdPolicy(),
        policies.HeadersPolicy({"x-ms-correlation-request-id": correlation_id}),
        policies.UserAgentPolicy(f"imagegate/{__version__}"),
        policies.ProxyPolicy(),
        policies.ContentDecodePolicy(),
        policies.RedirectPolicy(),
        policies.RetryPolicy(),
        ARMChallengeAuthenticationPolicy(credential, scope),
        policies.CustomHookPolicy(),
        RequestTrace(),
        policies.SensitiveHeaderCleanupPolicy(),
    ]
