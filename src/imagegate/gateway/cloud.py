"""A connection to one cloud and one subscription: endpoints, credential, clients."""

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential

from imagegate.errors import ServiceRefused
from imagegate.gateway.arm_errors import parse_error_body
from imagegate.gateway.credential import credential_of
from imagegate.gateway.endpoints import METADATA_API_VERSION, Endpoints, parse_metadata, well_known
from imagegate.gateway.pipeline import RequestTrace, arm_policies
from imagegate.gateway.translation import told_as
from imagegate.settings import CloudSettings

if TYPE_CHECKING:
    from azure.mgmt.compute import ComputeManagementClient
    from azure.mgmt.imagebuilder import ImageBuilderClient
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient
    from azure.mgmt.resource.resources import ResourceManagementClient

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What the answer to a begun operation says; the address is absolute, None where the service named none."""

    operation_url: str | None


class Cloud:
    """All SDK clients for a subscription; each is imported and made when first asked for.

    `transport` replaces the wire for all of them, the login included. One connection is for one command: everything it
    asks carries the same correlation id.
    """

    def __init__(
        self,
        *,
        endpoints: Endpoints,
        subscription_id: str,
        credential: TokenCredential,
        transport: Any = None,  # noqa: ANN401 - azure-core's transports have no type of their own in common
        on_secret: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.endpoints = endpoints
        self.subscription_id = subscription_id
        self.credential = credential
        self.on_secret = on_secret
        self.correlation_id = str(uuid.uuid4())
        self.transport = transport or _shared_transport()

    @classmethod
    def connect(
        cls,
        settings: CloudSettings,
        environment: Mapping[str, str],
        *,
        transport: Any = None,  # noqa: ANN401
        on_secret: Callable[[str], None] = lambda _: None,
    ) -> "Cloud":
        """Find the cloud's endpoints (one request, none for Azure's own clouds) and the environment's credential.

        `on_secret` is told every token and key that is obtained, before it is used: to have it masked.

        Raises:
            ServiceUnreachable: the endpoint does not answer.
            ServiceRefused: it answers, and not as a cloud's resource manager.
        """
        transport = transport or _shared_transport()
        endpoints = well_known(settings.arm_endpoint) or _discover(settings.arm_endpoint, transport)
        _LOG.debug("cloud %s, login at %s", endpoints.arm_endpoint, endpoints.authority)
        return cls(
            endpoints=endpoints,
            subscription_id=settings.subscription_id,
            credential=credential_of(environment, endpoints, on_secret=on_secret, transport=transport),
            transport=transport,
            on_secret=on_secret,
        )

    def _options(self) -> dict[str, Any]:
        return {
            "base_url": self.endpoints.arm_endpoint,
            "credential_scopes": [self.endpoints.scope],
            "policies": arm_policies(self.credential, self.endpoints.scope, self.correlation_id),
            "transport": self.transport,
        }

    @cached_property
    def image_builder(self) -> "ImageBuilderClient":
        """Microsoft.VirtualMachineImages."""
        from azure.mgmt.imagebuilder import ImageBuilderClient

        return ImageBuilderClient(self.credential, self.subscription_id, **self._options())

    @cached_property
    def compute(self) -> "ComputeManagementClient":
        """Microsoft.Compute; its import takes most of a second."""
        from azure.mgmt.compute import ComputeManagementClient

        return ComputeManagementClient(self.credential, self.subscription_id, **self._options())

    @cached_property
    def resources(self) -> "ResourceManagementClient":
        """Resource groups, providers, resources of any type."""
        from azure.mgmt.resource.resources import ResourceManagementClient

        return ResourceManagementClient(self.credential, self.subscription_id, **self._options())

    @cached_property
    def deployments(self) -> "DeploymentsMgmtClient":
        """ARM template deployments."""
        from azure.mgmt.resource.deployments import DeploymentsMgmtClient

        return DeploymentsMgmtClient(self.credential, self.subscription_id, **self._options())

    @cached_property
    def _arm(self) -> Any:  # noqa: ANN401 - the SDK's pipeline client is generic over untyped classes
        from azure.mgmt.core import ARMPipelineClient

        options = self._options()
        return ARMPipelineClient(options["base_url"], policies=options["policies"], transport=self.transport)

    def send(
        self, method: str, path: str, *, api_version: str, body: object = None, query: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401 - whatever JSON the service answers
        """One request to ARM through the SDK's pipeline, for what no SDK client is worth its import.

        Returns the answer's JSON, None for an empty one. `path` begins with `/subscriptions/…` or `/providers/…`.

        Raises:
            azure.core.exceptions.AzureError: wrap the call in `told_as`.
        """
        return _json_of(self._exchange(method, path, api_version=api_version, body=body, query=query))

    def follow(self, link: str) -> Any:  # noqa: ANN401 - as above
        """Read what the service named: a nextLink, or the address of an operation.

        Path and query go as they were given, because tokens and signatures in them do not survive decoding. The host
        is always this cloud's own: a link cannot send the token elsewhere.
        """
        from azure.core.rest import HttpRequest

        parts = urlsplit(link)
        return _json_of(self._checked(HttpRequest("GET", f"{self.endpoints.arm_endpoint}{parts.path}?{parts.query}")))

    def begin(self, method: str, path: str, *, api_version: str, body: object = None) -> "Accepted":
        """As `send`, for an operation that goes on after the answer: where it can be asked about."""
        headers = self._exchange(method, path, api_version=api_version, body=body, query=None).headers
        return Accepted(operation_url=headers.get("Azure-AsyncOperation") or None)

    def _exchange(
        self, method: str, path: str, *, api_version: str, body: object, query: Mapping[str, str] | None
    ) -> Any:  # noqa: ANN401 - azure-core's response
        from azure.core.rest import HttpRequest

        params = {"api-version": api_version, **(query or {})}
        return self._checked(HttpRequest(method, f"{self.endpoints.arm_endpoint}{path}", params=params, json=body))

    def _checked(self, request: Any) -> Any:  # noqa: ANN401 - azure-core's request and response
        from azure.core.exceptions import (
            ClientAuthenticationError,
            HttpResponseError,
            ResourceExistsError,
            ResourceNotFoundError,
            map_error,
        )

        answer = self._arm.send_request(request)
        if answer.status_code >= 400:
            known: Any = {401: ClientAuthenticationError, 404: ResourceNotFoundError, 409: ResourceExistsError}
            map_error(status_code=answer.status_code, response=answer, error_map=known)
            raise HttpResponseError(response=answer)
        return answer


def _json_of(answer: Any) -> Any:  # noqa: ANN401 - as above
    text = answer.text()
    return json.loads(text) if text.strip() else None


def _shared_transport() -> Any:  # noqa: ANN401 - as above
    """One pool of connections for every client of a command."""
    from azure.core.pipeline.transport import RequestsTransport

    return RequestsTransport()


def _discover(arm_endpoint: str, transport: Any) -> Endpoints:  # noqa: ANN401 - as above
    from azure.core import PipelineClient
    from azure.core.pipeline.policies import RetryPolicy
    from azure.core.rest import HttpRequest

    client: Any = PipelineClient(
        arm_endpoint, policies=[RetryPolicy(retry_total=3), RequestTrace()], transport=transport
    )
    with told_as(f"asking {arm_endpoint} for its endpoints"):
        answer = client.send_request(
            HttpRequest("GET", f"{arm_endpoint}/metadata/endpoints", params={"api-version": METADATA_API_VERSION})
        )
    try:
        return parse_metadata(json.loads(answer.text()), arm_endpoint)
    except ValueError as error:
        told = parse_error_body(answer.text(), status=answer.status_code)
        raise ServiceRefused(
            f"{arm_endpoint} is no resource manager: /metadata/endpoints answers {answer.status_code}, {told.message}",
            status=answer.status_code,
            hint="Check arm-endpoint.",
        ) from error
