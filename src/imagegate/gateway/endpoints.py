"""Which hosts and which audience belong to a cloud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagegate.errors import ServiceRefused

METADATA_API_VERSION = "2022-09-01"
_WELL_KNOWN_AUTHORITIES = (
    "https://login.microsoftonline.com",
    "https://login.microsoftonline.us",
    "https://login.chinacloudapi.cn",
    "https://login.partner.microsoftonline.cn",
)


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """Resource manager and login host of a cloud, without trailing slashes, and the token audience as registered.

    `portal` is the site for people, empty where none is known; `features`, as `namespace/name`, are what a subscription
    there has to be registered for.
    """

    arm_endpoint: str
    authority: str
    audience: str
    portal: str = ""
    features: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """The scope to ask tokens for; Entra wants the audience to the letter, so two slashes are no mistake."""
        return f"{self.audience}/.default"

    @property
    def well_known_authority(self) -> bool:
        """Whether the identity libraries know the login host; else they must not ask Microsoft's about it."""
        return self.authority in _WELL_KNOWN_AUTHORITIES


PUBLIC = Endpoints(
    arm_endpoint="https://management.azure.com",
    authority="https://login.microsoftonline.com",
    audience="https://management.azure.com",
    portal="https://portal.azure.com",
)
_WELL_KNOWN = {
    endpoints.arm_endpoint: endpoints
    for endpoints in (
        PUBLIC,
        Endpoints(
            arm_endpoint="https://management.usgovcloudapi.net",
            authority="https://login.microsoftonline.us",
            audience="https://management.core.usgovcloudapi.net",
            portal="https://portal.azure.us",
            # Source: image builder documentation, overview, "Regions": a public preview there.
            features=("Microsoft.VirtualMachineImages/FairfaxPublicPreview",),
        ),
        Endpoints(
            arm_endpoint="https://management.chinacloudapi.cn",
            authority="https://login.chinacloudapi.cn",
            audience="https://management.chinacloudapi.cn",
            portal="https://portal.azure.cn",
        ),
    )
}


def well_known(arm_endpoint: str) -> Endpoints | None:
    """The endpoints of Azure's own clouds, without asking.

    Source: azure-mgmt-core, `get_arm_endpoints`, and azure-identity, `AzureAuthorityHosts`.
    """
    return _WELL_KNOWN.get(arm_endpoint.rstrip("/").lower())


def parse_metadata(document: object, arm_endpoint: str) -> Endpoints:
    """The endpoints in an answer of `/metadata/endpoints`: a list of clouds, or one.

    Raises:
        ServiceRefused: no cloud in it, or one without login host and audience.
    """
    clouds: Sequence[Any] = document if isinstance(document, list) else [document]
    entry = next((cloud for cloud in clouds if _is_of(cloud, arm_endpoint)), clouds[0] if clouds else None)
    login = entry.get("authentication") if isinstance(entry, Mapping) else None
    audiences = login.get("audiences") if isinstance(login, Mapping) else None
    if not isinstance(login, Mapping) or not login.get("loginEndpoint") or not audiences:
        raise ServiceRefused(
            f"{arm_endpoint} does not say how to log in: its /metadata/endpoints has no loginEndpoint and audiences.",
            hint="Check arm-endpoint: it names the resource manager of a cloud.",
        )
    named = [str(audience) for audience in audiences]
    own = arm_endpoint.rstrip("/")
    return Endpoints(
        arm_endpoint=own,
        authority=str(login["loginEndpoint"]).rstrip("/"),
        audience=next((audience for audience in named if audience.rstrip("/") == own), named[0]),
    )


def _is_of(cloud: object, arm_endpoint: str) -> bool:
    wanted = arm_endpoint.rstrip("/").lower()
    return isinstance(cloud, Mapping) and str(cloud.get("resourceManager", "")).rstrip("/").lower() == wanted
