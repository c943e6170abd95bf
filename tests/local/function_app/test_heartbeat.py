"""The heartbeat of the real Function, as a build reads it."""

from __future__ import annotations

import threading
import time
from typing import Any

from function_world import FUNCTION, foundation_output, owners_cloud, subscribe
from imagegate.gateway.blobs import Container
from imagegate.gateway.heartbeats import read_heartbeat
from localazure.assembly import LocalCloud
from localazure.functions.host import FunctionHost

_PATIENCE_S = 30


def test_each_look_leaves_a_heartbeat(azure: Any, host: FunctionHost, cloud_server: LocalCloud) -> None:  # noqa: ANN401
    """The Function's identity may write it, and the principal that builds may read it."""
    container = Container(owners_cloud(cloud_server), foundation_output(azure, "heartbeatContainerUrl"))

    host.run_timer("reconcile")

    deadline = time.monotonic() + _PATIENCE_S
    while (found := read_heartbeat(container)) is None:
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)
    assert found.started == {"verifications": 0, "closings": 0, "given_up": 0, "late_promotions": 0}


def test_silence_is_an_alert(azure: Any) -> None:  # noqa: ANN401 - as above
    """The second deployment makes the alert, on the telemetry that the Function writes."""
    subscribe(azure)

    alert = azure("GET", f"{FUNCTION}/providers/Microsoft.Insights/scheduledQueryRules/gate-silent").json()

    (scope,) = alert["properties"]["scopes"]
    assert azure("GET", scope, api_version="2020-02-02").json()["name"] == "gate-insights"
