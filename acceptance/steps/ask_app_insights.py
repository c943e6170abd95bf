"""Asks Application Insights how late timers fire and how long orchestrations take."""

from __future__ import annotations

from typing import Any

from azure.core.rest import HttpRequest

from acceptance.places import value_at
from acceptance.world import World

_COMPONENTS = "2020-02-02"
_API = "https://api.applicationinsights.io"
_TIMERS = "requests | where name in ('reconcile', 'sweep') | summarize count(), max(duration) by name"
_HOST = "traces | where message has_any ('gRPC endpoint', 'Extension bundle', 'Host lock') | project timestamp, message"


def ask_app_insights(world: World) -> None:
    """Two queries: the timers that ran, and what the host said of bundle and gRPC when it started."""
    if world.options.local:
        world.recorder.skip("insights", "needs Azure: the local cloud keeps no telemetry")
        return
    path = f"{world.group('-function')}/providers/Microsoft.Insights/components"
    listed = world.ask("insights/components", "GET", path, api_version=_COMPONENTS)
    application = value_at(listed.body, "value[0].properties.AppId")
    if not application:
        world.recorder.skip("insights", "there is no Application Insights component: no Function was set up")
        return
    for label, query in (("insights/timers", _TIMERS), ("insights/host", _HOST)):
        _query(world, label, str(application), query)


def _query(world: World, label: str, application: str, query: str) -> None:
    from azure.core import PipelineClient

    token = world.cloud.credential.get_token(f"{_API}/.default").token
    headers = {"Authorization": f"Bearer {token}"}
    request = HttpRequest("POST", f"{_API}/v1/apps/{application}/query", headers=headers, json={"query": query})
    client: Any = PipelineClient(_API, policies=[], transport=world.cloud.transport)
    with world.recorder.labelled(label):
        client.send_request(request)
