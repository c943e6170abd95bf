"""A function app on a Flex Consumption plan: where its code is published, how that stands, which functions are there.

Source of the publishing contract ("OneDeploy"): Azure CLI, `enable_zip_deploy_flex` and
`_check_zip_deployment_status_flex`; Azure/functions-action, `oneDeployFlex`; Functions documentation, "Package-based
deployment": `POST https://<scm host>/api/publish?RemoteBuild=…&Deployer=…` with the zip as body and a token for
Resource Manager's audience is answered 202 with the deployment's id; `GET /api/deployments/<id>` tells its `status`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagegate.errors import ResourceMissing, ServiceRefused
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.pipeline import arm_policies
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId

API_VERSION = "2024-04-01"
SITE_TYPE = "Microsoft.Web/sites"
_SUCCEEDED, _IN_PART, _FAILED = 4, 6, {-1, 3, 5}
"""Of Kudu's DeployStatus: 3 failed, 5 conflict (another deployment ended it), 6 succeeded in part. Source: Core Tools,
`DeployStatus`; Azure CLI, `_check_zip_deployment_status_flex`, which also knows -1."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A publishing as it stands; `message` is the service's last word. `in_part`: succeeded, and the log says more."""

    ended: bool
    succeeded: bool
    message: str
    in_part: bool = False


def scm_host(cloud: Cloud, site_id: ResourceId) -> str:
    """The host that takes the app's code, as the site itself names it: hosts have random parts in some regions.

    Raises:
        ServiceRefused: the site names none.
    """
    with told_as(f"reading the function app {site_id.name}"):
        body = cloud.send("GET", site_id.text, api_version=API_VERSION) or {}
    properties: Mapping[str, Any] = body.get("properties") or {}
    states = properties.get("hostNameSslStates") or ()
    named = [entry["name"] for entry in states if str(entry.get("hostType")).lower() == "repository"]
    enabled = [name for name in properties.get("enabledHostNames") or () if ".scm." in name]
    found = next(iter([*named, *enabled]), None)
    if found is None:
        raise ServiceRefused(f"The function app {site_id.name} names no host that takes its code.")
    return str(found)


def publish_code(cloud: Cloud, host: str, package: bytes, *, remote_build: bool) -> str:
    """Hand over the zip, to be built there or as it is; the id of the deployment. Again replaces the code.

    Raises:
        ImageGateError: refused, or not reached.
    """
    query = {"RemoteBuild": str(remote_build).lower(), "Deployer": "imagegate"}
    headers = {"Content-Type": "application/zip"}
    with told_as("publishing the Function's code"):
        answer = _exchange(cloud, "POST", f"https://{host}/api/publish", query=query, headers=headers, content=package)
    return str(json.loads(answer))


def read_publication(cloud: Cloud, host: str, deployment_id: str) -> Publication:
    """How a publishing stands; one that the service does not know yet has only begun."""
    try:
        with told_as("asking how the publishing stands"):
            body = json.loads(_exchange(cloud, "GET", f"https://{host}/api/deployments/{deployment_id}") or "{}")
    except ResourceMissing:
        return Publication(ended=False, succeeded=False, message="")
    status = body.get("status")
    words = [str(body[name]).strip() for name in ("status_text", "message", "progress") if body.get(name)]
    return Publication(
        ended=status in {_SUCCEEDED, _IN_PART, *_FAILED},
        succeeded=status in {_SUCCEEDED, _IN_PART},
        message="; ".join(words),
        in_part=status == _IN_PART,
    )


def has_function(cloud: Cloud, site_id: ResourceId, function: str) -> bool:
    """Whether the platform has found that function in the app's code."""
    try:
        with told_as(f"looking for the function {function}"):
            cloud.send("GET", f"{site_id}/functions/{function}", api_version=API_VERSION)
    except ResourceMissing:
        return False
    return True


def _exchange(
    cloud: Cloud,
    method: str,
    url: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> str:
    """One request with a token of Resource Manager's audience; the answer's text."""
    from azure.core import PipelineClient
    from azure.core.exceptions import HttpResponseError, ResourceNotFoundError, map_error
    from azure.core.rest import HttpRequest

    policies = arm_policies(cloud.credential, cloud.endpoints.scope, cloud.correlation_id)
    client: Any = PipelineClient(url, policies=policies, transport=cloud.transport)
    answer = client.send_request(HttpRequest(method, url, params=query, headers=dict(headers or {}), content=content))
    if answer.status_code >= 400:
        map_error(status_code=answer.status_code, response=answer, error_map={404: ResourceNotFoundError})
        raise HttpResponseError(response=answer)
    return str(answer.text())
