"""The guard in a local cloud: the real Function, with the rights that its template gives it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from function_world import (
    IMAGES,
    NAMESPACES,
    GitHub,
    ServingEngine,
    build,
    foundation_output,
    owners_cloud,
    subscribe,
)
from image_settings import image_settings
from imagegate.flows.setup import set_up
from imagegate.flows.setup_function import set_up_function
from imagegate.report.progress import Silent, Story
from imagegate.steps.build_function_package import FunctionCode
from imagegate.steps.deploy_function import FunctionOptions
from imagegate.steps.mark_guarded import mark_guarded
from imagegate.waiting import SystemClock
from localazure.assembly import LocalCloud
from localazure.functions.host import FunctionHost
from localazure.functions.timers import timer_request
from localazure.functions.worker_process import FunctionFailed

_PATIENCE_S = 30
_GALLERY = f"{IMAGES}/providers/Microsoft.Compute/galleries/golden"
_VERSIONS = f"{_GALLERY}/images/web/versions"
_API = "2023-07-03"
_SNAPSHOT = "/resourceGroups/rg-images/providers/Microsoft.Compute/snapshots/by-hand"


@pytest.fixture
def function_parameters() -> dict[str, Any]:
    """The guard of these stories enforces."""
    return {"guard": "enforce"}


@pytest.fixture
def marked(azure: Any, cloud_server: LocalCloud) -> Any:  # noqa: ANN401 - the caller of tests/local
    """The owner of a gallery that set-up has marked for the guard."""
    names = ("galleryId", "galleryImageId", "recordsContainerUrl")
    mark_guarded(
        owners_cloud(cloud_server), {name: foundation_output(azure, name) for name in names}, now=datetime.now(UTC)
    )
    return azure


@pytest.fixture
def by_hand(caller: Callable[..., Any], cloud_server: LocalCloud) -> Callable[..., None]:
    """Make a version by hand, from a snapshot."""
    client = caller()
    subscription = f"/subscriptions/{cloud_server.environment['AZURE_SUBSCRIPTION_ID']}"
    disk = {"disk": "/disk.raw", "content_digest": "sha256:0", "size_bytes": 30 * 1024**3}
    document = {"id": f"{subscription}{_SNAPSHOT}", "location": "westeurope", "properties": {}}

    def make(number: str, *, visible: bool = True, **tags: str) -> None:
        cloud_server.cloud.store.put(f"{subscription}{_SNAPSHOT}", document, internal=disk)
        body = {
            "location": "westeurope",
            "tags": tags,
            "properties": {
                "publishingProfile": {"targetRegions": [{"name": "westeurope"}], "excludeFromLatest": not visible},
                "storageProfile": {"osDiskImage": {"source": {"id": f"{subscription}{_SNAPSHOT}"}}},
            },
        }
        answer = client.settled("PUT", f"{_VERSIONS}/{number}", body, api_version=_API)
        assert answer.ok, answer.text

    return make


def _flags(azure: Any) -> dict[str, bool]:  # noqa: ANN401 - as above
    """By number, whether `latest` may resolve to it."""
    found = azure("GET", _VERSIONS, api_version=_API).json()["value"]
    return {body["name"]: not body["properties"]["publishingProfile"]["excludeFromLatest"] for body in found}


def _state(azure: Any) -> set[str]:  # noqa: ANN401 - as above
    found = azure("GET", _VERSIONS, api_version=_API).json()["value"]
    return {body["properties"]["provisioningState"] for body in found}


def _show(azure: Any, number: str, *, visible: bool) -> None:  # noqa: ANN401 - as above
    """Somebody sets the flag."""
    profile = {"excludeFromLatest": not visible, "targetRegions": [{"name": "westeurope"}]}
    change = {"properties": {"publishingProfile": profile}}
    assert azure.settled("PATCH", f"{_VERSIONS}/{number}", change, api_version=_API).ok


def _run_timer(host: FunctionHost) -> None:
    """Run the timer to its end. The guard comes first; afterwards it asks GitHub what the GitHub here does not know."""
    with suppress(FunctionFailed):
        host.invoke("reconcile", {"timer": {"json": timer_request(last=None, due=None)}})


def _until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not there():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


def test_ten_versions_made_by_hand_outlive_setup(
    caller: Callable[..., Any], by_hand: Callable[..., None], cloud_server: LocalCloud, tmp_path: Path
) -> None:
    """`setup --function` with an enforcing guard leaves them as they are; one that comes later is hidden."""
    client, cloud = caller(), owners_cloud(cloud_server)
    for namespace in NAMESPACES:
        client("POST", f"~/providers/{namespace}/register")
    client("PUT", IMAGES, {"location": "westeurope"})
    identifier = {"publisher": "imagegate", "offer": "web", "sku": "web"}
    made: dict[str, Any] = {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": identifier,
    }
    made |= {"architecture": "x64", "features": [{"name": "SecurityType", "value": "Standard"}]}
    client.settled("PUT", _GALLERY, {"location": "westeurope"}, api_version=_API)
    body = {"location": "westeurope", "properties": made}
    assert client.settled("PUT", f"{_GALLERY}/images/web", body, api_version=_API).ok
    for number in range(10):
        by_hand(f"1.0.{number}", visible=number % 3 > 0)
    before = client("GET", _VERSIONS, api_version=_API).json()["value"]
    settings = image_settings(tmp_path, subscription_id=cloud.subscription_id)
    azure = replace(
        settings.azure,
        arm_endpoint=cloud_server.cloud.arm_endpoint,
        resource_group="rg-images",
        smoke_resource_group="rg-images-smoke",
    )
    settings, story = replace(settings, azure=azure), Story(Silent(), SystemClock())
    options = FunctionOptions(
        resource_group="rg-fn",
        repositories=("acme/images",),
        workflows=("*",),
        guard="enforce",
        parameters={"functionAppName": "gate", "githubApiUrl": "http://127.0.0.1:9"},
    )

    foundation = set_up(settings, cloud, story, verifies=False).outputs
    set_up_function(
        settings, cloud, story, options=options, foundation=foundation, code=FunctionCode(remote_build=True)
    )
    host = cloud_server.functions.host("gate")
    assert host is not None
    _run_timer(host)

    assert client("GET", _VERSIONS, api_version=_API).json()["value"] == before
    by_hand("2.0.0")
    _until(lambda: not _flags(client)["2.0.0"])
    assert client("GET", _VERSIONS, api_version=_API).json()["value"][:-1] == before


def test_hidden_on_its_event(marked: Any, by_hand: Callable[..., None]) -> None:  # noqa: ANN401 - as above
    """A visible version that nobody verified is hidden, with the reason and the way out in its tags."""
    subscribe(marked)

    by_hand("2.0.0", **{"imagegate-verdict": "passed"})

    _until(lambda: not _flags(marked)["2.0.0"])
    (version,) = marked("GET", _VERSIONS, api_version=_API).json()["value"]
    assert "no record says that it was promoted; latest is then empty" in version["tags"]["imagegate-hidden"]
    assert version["tags"]["imagegate-promote"].startswith("imagegate promote /subscriptions/")


def test_hidden_by_the_next_look_without_an_event(
    marked: Any,  # noqa: ANN401 - as above
    host: FunctionHost,
    by_hand: Callable[..., None],
) -> None:
    """Where no event came, the timer hides it."""
    by_hand("2.0.0")

    _run_timer(host)

    assert _flags(marked) == {"2.0.0": False}


def test_verdict_tag_without_a_record(
    marked: Any,  # noqa: ANN401 - as above
    host: FunctionHost,
    github: GitHub,
    recording_engine: ServingEngine,
    sign_versions: Callable[[], None],
) -> None:
    """A build's version that claims to have passed and is visible is hidden, verified, and promoted by its proof."""
    build(marked, recording_engine.port)
    sign_versions()
    (version,) = marked("GET", _VERSIONS, api_version=_API).json()["value"]
    tags = {**version["tags"], "imagegate-verdict": "passed"}
    marked.settled("PATCH", f"{_VERSIONS}/{version['name']}", {"tags": tags}, api_version=_API)
    _show(marked, version["name"], visible=True)

    _run_timer(host)

    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    assert len(recording_engine.machines) == 1
    _until(lambda: _flags(marked) == {version["name"]: True})
    _until(lambda: _state(marked) == {"Succeeded"})
    _run_timer(host)
    assert _flags(marked) == {version["name"]: True}


def test_hide_the_good_and_publish_the_bad(
    marked: Any,  # noqa: ANN401 - as above
    github: GitHub,
    recording_engine: ServingEngine,
    sign_versions: Callable[[], None],
    by_hand: Callable[..., None],
) -> None:
    """The first promotion stays; whoever hides it and publishes another version gets it shown again."""
    subscribe(marked)
    build(marked, recording_engine.port)
    sign_versions()
    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    ((good, shown),) = _flags(marked).items()
    assert shown

    _show(marked, good, visible=False)
    by_hand("99.0.0")

    _until(lambda: _flags(marked) == {good: True, "99.0.0": False})


def test_function_with_other_records_changes_nothing(
    marked: Any,  # noqa: ANN401 - as above
    host: FunctionHost,
    by_hand: Callable[..., None],
    caller: Callable[..., Any],
) -> None:
    """Of two Functions only the one that the definition names hides anything."""
    definition = f"{_GALLERY}/images/web"
    tags = marked("GET", definition, api_version=_API).json()["tags"]
    assert json.dumps(tags).count("records") == 2
    other = {**tags, "imagegate-records": "https://others.example/records"}
    assert caller().settled("PATCH", definition, {"tags": other}, api_version=_API).ok
    by_hand("2.0.0")

    _run_timer(host)

    assert _flags(marked) == {"2.0.0": True}
