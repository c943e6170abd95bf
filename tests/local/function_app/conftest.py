"""The real Function, deployed by its own template into a local cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from foundation import FOUNDATION
from function_world import (
    CLAIMS,
    FUNCTION,
    IMAGES,
    NAMESPACES,
    REPOSITORY,
    SMOKE,
    WORKFLOW,
    GitHub,
    ServingEngine,
    deploy,
    foundation_output,
    give_token,
    serve,
    sign,
)
from localazure.assembly import LocalCloud
from localazure.functions.host import FunctionHost
from localazure.trial.board import Board


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    """Ends every server of a test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def recording_engine(tmp_path: Path, servers: ExitStack) -> ServingEngine:
    """The engine of `cloud_server`."""
    return ServingEngine(tmp_path / "engine", servers)


@pytest.fixture
def function_code() -> Path:
    """What every site runs."""
    return REPOSITORY


@pytest.fixture
def cloud_server(tmp_path: Path, recording_engine: ServingEngine, function_code: Path) -> Iterator[LocalCloud]:
    """A local cloud whose sites run this repository; waits between deliveries last a sixtieth."""
    state = tmp_path / "state"
    with LocalCloud(state=state, engine=recording_engine, function_code=function_code, event_speed=60) as server:
        yield server


@pytest.fixture
def github(servers: ExitStack) -> GitHub:
    """GitHub."""
    found = GitHub()
    found.url = f"http://127.0.0.1:{serve(servers, ('127.0.0.1', 0), found.handler())}"
    return found


@pytest.fixture
def board(tmp_path: Path, cloud_server: LocalCloud) -> Iterator[Board]:
    """The issuer of the build job's tokens."""
    with Board(tmp_path / "state" / "tls" / "server.pem", CLAIMS) as found:
        yield found


@pytest.fixture
def sign_versions(azure: Any, board: Board, cloud_server: LocalCloud) -> Callable[[], None]:  # noqa: ANN401 - see above
    """Sign what a build brought, as its job does after the run."""
    return lambda: sign(azure, board.issuer, cloud_server)


@pytest.fixture
def function_parameters() -> dict[str, Any]:
    """Further parameters of the Function's template."""
    return {}


@pytest.fixture
def azure(
    caller: Callable[..., Any],
    github: GitHub,
    cloud_server: LocalCloud,
    board: Board,
    function_parameters: dict[str, Any],
) -> Any:  # noqa: ANN401 - see above
    """The owner of a cloud with gallery, identities and the Function, deployed by the templates of the repository."""
    client = caller()
    for namespace in NAMESPACES:
        client("POST", f"~/providers/{namespace}/register")
    for group in (IMAGES, SMOKE, FUNCTION):
        client("PUT", group, {"location": "westeurope"})
    builder = {"id": cloud_server.owner.object_id, "type": "ServicePrincipal"}
    deploy(client, IMAGES, "foundation", **FOUNDATION | {"imageDefinitionName": "web", "builders": [builder]})
    proofs = {name: foundation_output(client, name) for name in ("originContainerUrl", "recordsContainerUrl")}
    parameters: dict[str, Any] = {
        "workflows": WORKFLOW,
        "issuer": board.issuer_url,
        "proofStorageAccount": foundation_output(client, "scriptStorageAccountName"),
        "originContainers": proofs["originContainerUrl"],
        "recordsContainer": proofs["recordsContainerUrl"],
        "functionAppName": "gate",
        "repositories": "acme/images",
        "templateResourceGroup": "rg-images",
        "armEndpoint": cloud_server.cloud.arm_endpoint,
        "githubApiUrl": github.url,
        **function_parameters,
    }
    deploy(client, FUNCTION, "function", **parameters)
    give_token(client)
    return client


@pytest.fixture
def host(azure: Any, cloud_server: LocalCloud) -> FunctionHost:  # noqa: ANN401 - the Function has to be there
    """The Function's host."""
    found = cloud_server.functions.host("gate")
    assert found is not None
    return found
