"""Publish the Function's code to its app, and wait until the platform has found its functions."""

from collections.abc import Callable

from imagegate.errors import ImageGateError, ServiceRefused
from imagegate.gateway import not_yet
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.function_app import Publication, has_function, publish_code, read_publication, scm_host
from imagegate.gateway.function_code import FunctionPackage
from imagegate.model import ResourceId
from imagegate.waiting import Deadline, Look, poll

EVENT_FUNCTION = "on_build_event"
"""The function that events are delivered to; it has to be there before they can be subscribed to."""


def publish_function_code(
    cloud: Cloud,
    site_id: ResourceId,
    package: FunctionPackage,
    *,
    deadline: Deadline,
    remote_build: bool = False,
    note: Callable[[str], None] = lambda _: None,
) -> str:
    """Publish the package and wait for its functions; the deployment's id. Again replaces it.

    With `remote_build` the platform installs what the package does not bring. What a new app refuses at first is
    published again.

    Raises:
        ServiceRefused: the publishing failed; with the service's words.
        ImageGateError: refused, or not done before the deadline.
    """
    host = scm_host(cloud, site_id)
    patience = not_yet.Patience(deadline=deadline, note=note)
    while True:
        deployment_id = _hand_over(cloud, host, package.content, patience, remote_build=remote_build)
        ended = _await_end(cloud, host, deployment_id, patience, deadline=deadline)
        if ended.succeeded:
            break
        if not patience.wait(not_yet.of_publication(ended.message)):
            raise ServiceRefused(
                f"The Function's code could not be published: {ended.message or 'the service does not say why'}",
                hint=f"The whole log: {_log(host, deployment_id)}",
                ids={"function app": site_id.text, "deployment": deployment_id},
            )
    if ended.in_part:
        note(f"published in part: {ended.message or 'the log says more'}; the whole log: {_log(host, deployment_id)}")

    def found() -> Look[bool]:
        return Look(value=has_function(cloud, site_id, EVENT_FUNCTION) or None)

    what = f'the platform to find the function "{EVENT_FUNCTION}"'
    poll(found, deadline=deadline, what=what, interval_s=10, first_interval_s=0.5)
    return deployment_id


def _hand_over(cloud: Cloud, host: str, content: bytes, patience: not_yet.Patience, *, remote_build: bool) -> str:
    """The id of the deployment that the host began."""
    while True:
        try:
            return publish_code(cloud, host, content, remote_build=remote_build)
        except ImageGateError as refused:
            if not patience.wait(not_yet.of_host(refused)):
                raise


def _await_end(
    cloud: Cloud, host: str, deployment_id: str, patience: not_yet.Patience, *, deadline: Deadline
) -> Publication:
    def look() -> Look[Publication]:
        try:
            publication = read_publication(cloud, host, deployment_id)
        except ImageGateError as refused:
            if not patience.wait(not_yet.of_host(refused)):
                raise
            return Look()
        return Look(value=publication if publication.ended else None)

    what = "the Function's code to be published"
    return poll(look, deadline=deadline, what=what, interval_s=10, first_interval_s=0.5)


def _log(host: str, deployment_id: str) -> str:
    return f"https://{host}/api/deployments/{deployment_id}/log"
