"""From a build to the verdict on the commit, with the real Function in a local cloud."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from build_events import as_cloud_event, run_event, text, version_event
from function_world import COMMIT, IMAGES, SITE, SMOKE, TEMPLATE, GitHub, ServingEngine, build, subscribe
from localazure.assembly import LocalCloud
from localazure.functions.host import FunctionHost

_PATIENCE_S = 30
_VERSIONS = f"{IMAGES}/providers/Microsoft.Compute/galleries/golden/images/web/versions"


def _version(azure: Any) -> dict[str, Any]:  # noqa: ANN401 - the caller of tests/local
    (found,) = azure("GET", _VERSIONS, api_version="2023-07-03").json()["value"]
    return dict(found)


def _verifications(host: FunctionHost) -> list[str]:
    return [state.instance_id for state in host.durable.instances() if state.name == "verify_for_commit"]


def test_good_build_becomes_latest_and_green(
    azure: Any,  # noqa: ANN401 - as above
    host: FunctionHost,
    github: GitHub,
    recording_engine: ServingEngine,
    sign_versions: Callable[[], None],
    cloud_server: LocalCloud,
) -> None:
    """Events of a build wake the Function once: it proves the version, promotes it, tears down and tells the commit."""
    subscribe(azure)
    running = cloud_server.functions.host("gate") or host

    build(azure, recording_engine.port)
    sign_versions()

    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    (status,) = [entry for entry in github.posted if entry["context"] == "imagegate/verify (web)"]
    assert (status["state"], status["commit"]) == ("success", COMMIT)
    version = _version(azure)
    assert version["tags"]["imagegate-verdict"] == "passed"
    assert not version["properties"]["publishingProfile"]["excludeFromLatest"]
    assert azure("GET", f"{SMOKE}/resources").json()["value"] == []
    assert len(_verifications(running)) == 1


def test_silent_image_stays_hidden_and_red(
    azure: Any,  # noqa: ANN401 - as above
    github: GitHub,
    recording_engine: ServingEngine,
    sign_versions: Callable[[], None],
) -> None:
    """An image that boots and does not answer fails, stays excluded from latest, and leaves nothing behind."""
    recording_engine.silent = True
    subscribe(azure)

    build(azure, recording_engine.port)
    sign_versions()

    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    (status,) = [entry for entry in github.posted if entry["context"] == "imagegate/verify (web)"]
    assert status["state"] == "failure"
    version = _version(azure)
    assert version["tags"]["imagegate-verdict"] == "failed"
    assert version["properties"]["publishingProfile"]["excludeFromLatest"]
    assert azure("GET", f"{SMOKE}/resources").json()["value"] == []


def test_failed_build_closes_both_statuses(
    azure: Any,  # noqa: ANN401 - as above
    github: GitHub,
    recording_engine: ServingEngine,
) -> None:
    """A customizer that fails is told as the build's failure, and as the reason why nothing was verified."""
    recording_engine.fails_in = "Customizing"
    subscribe(azure)

    build(azure, recording_engine.port)

    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    states = {entry["context"]: entry["state"] for entry in github.posted}
    assert states == {"imagegate/build (web)": "failure", "imagegate/verify (web)": "error"}


def test_lost_events_are_made_up_for(
    azure: Any,  # noqa: ANN401 - as above
    host: FunctionHost,
    github: GitHub,
    recording_engine: ServingEngine,
    sign_versions: Callable[[], None],
) -> None:
    """Where no event came at all, the timer finds the version and has it verified."""
    build(azure, recording_engine.port)
    sign_versions()

    host.run_timer("reconcile")

    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    assert _version(azure)["tags"]["imagegate-verdict"] == "passed"


@pytest.mark.slow
def test_event_before_its_version_is_done_is_waited_for(
    azure: Any,  # noqa: ANN401 - as above
    host: FunctionHost,
    github: GitHub,
    recording_engine: ServingEngine,
    sign_versions: Callable[[], None],
    cloud_server: LocalCloud,
) -> None:
    """A delivery that is early does not fail: the Function waits for the version by itself, and then verifies it."""
    build(azure, recording_engine.port)
    sign_versions()
    version_id = str(_version(azure)["id"])
    _set_state(cloud_server, version_id, "Updating")

    assert host.on_events("on_build_event", [text(version_event(subject=version_id))]) == []

    assert [state.name for state in host.durable.instances()] == ["receive_later"]
    _set_state(cloud_server, version_id, "Succeeded")
    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    assert _version(azure)["tags"]["imagegate-verdict"] == "passed"


def _set_state(server: LocalCloud, resource_id: str, state: str) -> None:
    server.cloud.store.update(resource_id, lambda body: body["properties"].update(provisioningState=state))


def test_duplicates_in_any_order_give_one_vm_and_one_verdict(
    azure: Any,  # noqa: ANN401 - as above
    host: FunctionHost,
    github: GitHub,
    recording_engine: ServingEngine,
    sign_versions: Callable[[], None],
) -> None:
    """Both events of a build, in both schemas, ten times each, shuffled, at once: one VM, one verdict, one status."""
    build(azure, recording_engine.port)
    sign_versions()
    images = azure("GET", IMAGES).json()["id"]
    subjects = run_event(subject=TEMPLATE.replace(IMAGES, images)), version_event(subject=str(_version(azure)["id"]))
    events = [text(event) for one in subjects for event in (one, as_cloud_event(one))] * 10
    random.Random(4711).shuffle(events)  # noqa: S311 - a fixed order

    errors = host.on_events("on_build_event", events)

    assert errors == []
    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    (story,) = _verifications(host)
    assert host.durable.wait(story, _PATIENCE_S) is not None
    assert host.on_events("on_build_event", events) == []  # late ones, too
    assert _verifications(host) == [story]
    assert len(recording_engine.machines) == 1
    assert [entry["state"] for entry in github.posted] == ["success"]
    assert azure("GET", f"{SMOKE}/resources").json()["value"] == []


def test_function_needs_no_more_rights_than_its_template_gives(azure: Any) -> None:  # noqa: ANN401 - as above
    """The Function's identity has roles in its groups, on its storage and telemetry, proofs, records and heartbeat."""
    identity = azure("GET", SITE, api_version="2024-04-01").json()["identity"]["userAssignedIdentities"]
    (entry,) = identity.values()
    path = "~/providers/Microsoft.Authorization/roleAssignments"
    found = azure("GET", path, api_version="2022-04-01").json()["value"]

    scopes = {
        one["properties"]["scope"].split("/", 4)[-1].lower()
        for one in found
        if one["properties"]["principalId"] == entry["principalId"]
    }
    assert {scope for scope in scopes if "/" not in scope} == {"rg-images", "rg-images-smoke"}
    narrow = [scope for scope in scopes if "/" in scope and not scope.startswith("rg-fn/providers/")]
    assert sorted(scope.rsplit("/", 1)[-1] for scope in narrow) == ["heartbeat", "origin", "records"]


def test_unsigned_version_stays_hidden_and_says_nothing(
    azure: Any,  # noqa: ANN401 - as above
    github: GitHub,
    recording_engine: ServingEngine,
    cloud_server: LocalCloud,
    sign_versions: Callable[[], None],
) -> None:
    """A version that passed and that no job signed is not promoted and speaks for no commit, until the proof comes."""
    subscribe(azure)

    build(azure, recording_engine.port)
    host = cloud_server.functions.host("gate")
    assert host is not None
    _until(lambda: "imagegate-verdict" in _version(azure)["tags"])
    _until(lambda: any(one.name == "decide_promotion" for one in host.durable.instances()))

    assert _version(azure)["properties"]["publishingProfile"]["excludeFromLatest"]
    assert github.posted == []
    sign_versions()
    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    assert not _version(azure)["properties"]["publishingProfile"]["excludeFromLatest"]


def _until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not there():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)
