"""What the Function runs: tables of orchestrators and activities, and what each trigger hands over to."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from imagegate.flows.close_failed_build import close_failed_build
from imagegate.flows.receive_event import receive_event
from imagegate.flows.reconcile import reconcile as reconcile_once
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.scheduler import Scheduler
from imagegate.settings.function_settings import FunctionSettings, load_function_settings

if TYPE_CHECKING:
    from durabletask.client import TaskHubGrpcClient

ORCHESTRATORS: tuple[Callable[..., Any], ...] = (close_failed_build,)
ACTIVITIES: Mapping[str, Callable[[dict[str, Any]], Any]] = {}


def on_build_event(event: str, client: "TaskHubGrpcClient") -> None:
    """An event of Azure came in; raising asks Event Grid to deliver it again."""
    receive_event(event, state=BuildState(connection()), scheduler=Scheduler(client))


def reconcile(client: "TaskHubGrpcClient") -> None:
    """The timer: start what a lost event should have started."""
    reconcile_once(
        state=BuildState(connection()), scheduler=Scheduler(client), settings=settings(), now=datetime.now(UTC)
    )


@cache
def settings() -> FunctionSettings:
    """The application settings, read once a process."""
    return load_function_settings(os.environ)


@cache
def connection() -> Cloud:
    """The connection to Azure, made once a process so that tokens and sockets are kept."""
    return Cloud.connect(settings(), os.environ)
