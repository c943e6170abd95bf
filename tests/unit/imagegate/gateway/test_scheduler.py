"""Starting an orchestration once."""

from collections.abc import Iterator

import pytest
from durabletask.client import TaskHubGrpcClient

from durable_client import idle_engine
from imagegate.gateway.scheduler import Scheduler


@pytest.fixture
def client() -> Iterator[TaskHubGrpcClient]:
    """A client of the real engine."""
    with idle_engine() as found:
        yield found


def test_second_start_finds_the_first(client: TaskHubGrpcClient) -> None:
    """The same instance is scheduled once, with the first job."""
    scheduler = Scheduler(client)

    assert scheduler.start_once("verify", {"n": 1}, instance_id="a")
    assert not scheduler.start_once("verify", {"n": 2}, instance_id="a")

    state = client.get_orchestration_state("a")
    assert state is not None
    assert state.serialized_input == '{"n": 1}'


def test_ended_instance_is_not_run_again(client: TaskHubGrpcClient) -> None:
    """An instance that has ended keeps its id: a late delivery starts nothing."""
    scheduler = Scheduler(client)
    scheduler.start_once("verify", {}, instance_id="a")
    client.terminate_orchestration("a")

    assert not scheduler.start_once("verify", {}, instance_id="a")


def test_two_at_the_same_moment_are_told_apart_by_the_engine(
    client: TaskHubGrpcClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked before the other scheduled, and schedules after it, is told that the instance is there."""
    monkeypatch.setattr(client, "get_orchestration_state", lambda *_, **__: None)
    scheduler = Scheduler(client)

    assert scheduler.start_once("verify", {}, instance_id="a")
    assert not scheduler.start_once("verify", {}, instance_id="a")
