"""The verifier's own limits, and proofs that come late, with the real Function in a local cloud."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from function_world import IMAGES, GitHub, ServingEngine, build, change_settings, subscribe
from localazure.assembly import LocalCloud
from localazure.functions.host import FunctionHost

_PATIENCE_S = 30
_VERSIONS = f"{IMAGES}/providers/Microsoft.Compute/galleries/golden/images/web/versions"
_CONTEXT = "imagegate/verify (web)"


def _version(azure: Any) -> dict[str, Any]:  # noqa: ANN401 - the caller of tests/local
    (found,) = azure("GET", _VERSIONS, api_version="2023-07-03").json()["value"]
    return dict(found)


@pytest.mark.parametrize(
    ("smoke", "settings", "description"),
    [
        ({"vm-size": "Standard_M416ms_v2"}, {}, "Inconclusive: vm-size Standard_M416ms_v2 in the tags"),
        (
            {"allow-from": "Internet"},
            {"IMAGEGATE_ALLOWED_SOURCE": "127.0.0.0/8"},
            "Inconclusive: allow-from Internet in the tags",
        ),
    ],
    ids=["size", "source"],
)
def test_what_is_out_of_bounds_makes_no_vm(
    azure: Any,  # noqa: ANN401 - as above
    github: GitHub,
    recording_engine: ServingEngine,
    sign_versions: Callable[[], None],
    smoke: dict[str, Any],
    settings: dict[str, str],
    description: str,
) -> None:
    """A signed version whose tags ask for too much gets its verdict and no VM."""
    subscribe(azure)
    change_settings(azure, **settings)

    build(azure, recording_engine.port, **smoke)
    sign_versions()

    assert github.awaited(_CONTEXT).wait(_PATIENCE_S)
    (status,) = [entry for entry in github.posted if entry["context"] == _CONTEXT]
    assert status["state"] == "error"
    assert status["description"].startswith(description)
    assert recording_engine.machines == []
    assert _version(azure)["tags"]["imagegate-verdict"] == "inconclusive"


def test_proof_that_comes_late(
    azure: Any,  # noqa: ANN401 - as above
    github: GitHub,
    recording_engine: ServingEngine,
    cloud_server: LocalCloud,
    sign_versions: Callable[[], None],
) -> None:
    """After the verification has stopped waiting, a later look of the timer promotes, and the commit turns green."""
    subscribe(azure)
    change_settings(azure, IMAGEGATE_PENDING_LIMIT="1s")
    build(azure, recording_engine.port)
    host = cloud_server.functions.host("gate")
    assert host is not None
    _until(lambda: _ids(host, "verify_for_commit") != [])
    assert host.durable.wait(_ids(host, "verify_for_commit")[0], _PATIENCE_S) is not None
    assert _version(azure)["properties"]["publishingProfile"]["excludeFromLatest"]
    host.run_timer("reconcile")
    assert _ids(host, "promote_late") == []

    sign_versions()

    _until(lambda: _looked(host, github))
    assert [one["state"] for one in github.posted if one["context"] == _CONTEXT] == ["success"]
    assert not _version(azure)["properties"]["publishingProfile"]["excludeFromLatest"]


def _looked(host: FunctionHost, github: GitHub) -> bool:
    """Let the timer look, which it does not before the limit is over; whether the status came of it."""
    host.run_timer("reconcile")
    return github.awaited(_CONTEXT).wait(2)


def _ids(host: FunctionHost, name: str) -> list[str]:
    return [state.instance_id for state in host.durable.instances() if state.name == name]


def _until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not there():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)
