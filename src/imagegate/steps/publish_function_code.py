"""Publish the Function's code to its app, and wait until the platform has found its functions."""

from imagegate.errors import ServiceRefused
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.function_app import Publication, has_function, publish_code, read_publication, scm_host
from imagegate.gateway.function_code import FunctionPackage
from imagegate.model import ResourceId
from imagegate.waiting import Deadline, Look, poll

EVENT_FUNCTION = "on_build_event"
"""The function that events are delivered to; it has to be there before they can be subscribed to."""


def publish_function_code(cloud: Cloud, site_id: ResourceId, package: FunctionPackage, *, deadline: Deadline) -> str:
    """Publish the package and wait for its remote build and its functions; the deployment's id. Again replaces it.

    Raises:
        ServiceRefused: the build failed; with the service's words.
        ImageGateError: refused, or not done before the deadline.
    """
    host = scm_host(cloud, site_id)
    deployment_id = publish_code(cloud, host, package.content)

    def look() -> Look[Publication]:
        publication = read_publication(cloud, host, deployment_id)
        return Look(value=publication if publication.ended else None)

    ended = poll(look, deadline=deadline, what="the Function's code to be built", interval_s=10, first_interval_s=0.5)
    if not ended.succeeded:
        raise ServiceRefused(
            f"The Function's code could not be built: {ended.message or 'the service does not say why'}",
            hint=f"The whole log: https://{host}/api/deployments/{deployment_id}/log",
            ids={"function app": site_id.text, "deployment": deployment_id},
        )

    def found() -> Look[bool]:
        return Look(value=has_function(cloud, site_id, EVENT_FUNCTION) or None)

    what = f'the platform to find the function "{EVENT_FUNCTION}"'
    poll(found, deadline=deadline, what=what, interval_s=10, first_interval_s=0.5)
    return deployment_id
