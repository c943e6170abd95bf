"""Code that is published to a site of the local cloud is what the site runs, and what it does can be watched."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from localazure.assembly import LocalCloud
from localazure.engine_port import EnginePort

_WEB = "2024-04-01"
_SITE = "~/resourceGroups/rg/providers/Microsoft.Web/sites/greeter"
_PATIENCE_S = 30


@pytest.fixture
def cloud_server(tmp_path: Path, recording_engine: EnginePort) -> Iterator[LocalCloud]:
    """A local cloud whose sites run what is published to them."""
    with LocalCloud(state=tmp_path / "state", engine=recording_engine) as server:
        yield server


@pytest.fixture
def site(owner: Any, tmp_path: Path) -> dict[str, Any]:  # noqa: ANN401 - the caller of tests/local
    """A site without code, as Resource Manager shows it."""
    owner("POST", "~/providers/Microsoft.Web/register")
    values = {"GREETING": "Hello", "TICKS": "0 0 4 * * *", "TICKED": str(tmp_path / "ticked")}
    pairs = [{"name": name, "value": value} for name, value in values.items()]
    body = {
        "location": "westeurope",
        "kind": "functionapp,linux",
        "properties": {"siteConfig": {"appSettings": pairs}},
    }
    assert owner("PUT", _SITE, body, api_version=_WEB).status_code == 200
    return dict(owner("GET", _SITE, api_version=_WEB).json())


def _packed(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("host.json", '{"version": "2.0"}')
        for file in folder.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(folder).as_posix())
    return buffer.getvalue()


def _scm(site: dict[str, Any]) -> str:
    states = site["properties"]["hostNameSslStates"]
    (host,) = [entry["name"] for entry in states if entry["hostType"] == "Repository"]
    return f"https://{host}"


def _published(session: requests.Session, scm: str, content: bytes, *, remote_build: bool = True) -> dict[str, Any]:
    """What became of a package, once that is known."""
    answer = session.post(
        f"{scm}/api/publish",
        params={"RemoteBuild": str(remote_build).lower()},
        data=content,
        headers={"Content-Type": "application/zip"},
    )
    assert answer.status_code == 202, answer.text
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        found = session.get(f"{scm}/api/deployments/{answer.json()}")
        if found.json()["complete"]:
            return dict(found.json())
    pytest.fail("the publishing did not end")


def test_site_runs_its_package(
    cloud_server: LocalCloud,
    owner: Any,  # noqa: ANN401 - as above
    site: dict[str, Any],
    greeter: Path,
) -> None:
    """Without code a site runs nothing; once a package is published its functions are there, and run from it."""
    assert cloud_server.functions.host("greeter") is None

    assert _published(owner.session, _scm(site), _packed(greeter))["status"] == 4

    host = cloud_server.functions.host("greeter")
    assert host is not None
    host.durable.start("greet", {"id": "sailor"}, instance_id="sailor")
    ended = host.durable.wait("sailor", _PATIENCE_S)
    assert ended is not None
    assert "Hello, sailor" in (ended.serialized_output or "")
    assert Path(f"/proc/{host.worker_pid}/cwd").readlink().is_relative_to(cloud_server.ca_bundle.parents[1])
    names = owner("GET", f"{_SITE}/functions", api_version=_WEB).json()["value"]
    assert "greet" in {entry["properties"]["name"] for entry in names}


def test_package_brings_its_packages(
    cloud_server: LocalCloud,
    owner: Any,  # noqa: ANN401 - as above
    site: dict[str, Any],
    greeter: Path,
) -> None:
    """What lies in .python_packages is what the app imports, as on the platform."""
    buffer = io.BytesIO(_packed(greeter))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(".python_packages/lib/site-packages/brought.py", "")
    assert _published(owner.session, _scm(site), buffer.getvalue(), remote_build=False)["status"] == 4

    host = cloud_server.functions.host("greeter")

    assert host is not None
    environment = Path(f"/proc/{host.worker_pid}/environ").read_text().split("\0")
    (path,) = [entry.removeprefix("PYTHONPATH=") for entry in environment if entry.startswith("PYTHONPATH=")]
    assert Path(path, "brought.py").is_file()


def test_package_outlives_a_restart(
    cloud_server: LocalCloud,
    owner: Any,  # noqa: ANN401 - as above
    site: dict[str, Any],
    greeter: Path,
) -> None:
    """A change of settings starts the published package again, and the second package replaces the first."""
    _published(owner.session, _scm(site), _packed(greeter))
    again = _published(owner.session, _scm(site), _packed(greeter))
    settings = owner("POST", f"{_SITE}/config/appsettings/list", api_version=_WEB).json()["properties"]

    owner("PUT", f"{_SITE}/config/appsettings", {"properties": settings}, api_version=_WEB)

    host = cloud_server.functions.host("greeter")
    assert host is not None
    assert Path(f"/proc/{host.worker_pid}/cwd").readlink().name == again["id"]


def test_worker_stays(
    cloud_server: LocalCloud,
    owner: Any,  # noqa: ANN401 - as above
    site: dict[str, Any],
    greeter: Path,
) -> None:
    """The worker that loaded the package is the one that runs it: it outlives the call that started it."""
    _published(owner.session, _scm(site), _packed(greeter))
    host = cloud_server.functions.host("greeter")
    assert host is not None
    pid = host.worker_pid

    host.durable.start("greet", {"id": "sailor"}, instance_id="sailor")
    host.durable.wait("sailor", _PATIENCE_S)

    assert host.worker_pid == pid


def test_what_is_no_package_fails(owner: Any, site: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    """What is no zip, and a zip without host.json, end in status 3 with the reason."""
    assert _published(owner.session, _scm(site), b"no zip")["status"] == 3
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()

    ended = _published(owner.session, _scm(site), empty.getvalue())

    assert (ended["status"], "host.json" in ended["message"]) == (3, True)


def test_who_may_publish(caller: Callable[..., Any], site: dict[str, Any], cloud_server: LocalCloud) -> None:
    """Without a token it is 401; a principal without rights on the site is refused."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(cloud_server.ca_bundle)
        assert session.post(f"{_scm(site)}/api/publish", data=b"x").status_code == 401
    stranger = caller(client_id="5e7a0c3e-0000-4000-8000-00000000beef", client_secret="a secret of its own")

    answer = stranger.session.post(f"{_scm(site)}/api/publish", data=b"x", headers={"Content-Type": "application/zip"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AuthorizationFailed")


def test_orchestrations_can_be_watched(
    cloud_server: LocalCloud,
    owner: Any,  # noqa: ANN401 - as above
    site: dict[str, Any],
    greeter: Path,
) -> None:
    """The control path shows an app's orchestrations with input and output, and knows no others."""
    _published(owner.session, _scm(site), _packed(greeter))
    host = cloud_server.functions.host("greeter")
    assert host is not None
    host.durable.start("greet", {"id": "sailor"}, instance_id="sailor")
    host.durable.wait("sailor", _PATIENCE_S)
    address = f"{cloud_server.cloud.arm_endpoint}/_localazure/functions"

    shown = owner.session.get(f"{address}/greeter").json()

    (one,) = shown["orchestrations"]
    assert (one["instance_id"], one["status"], one["input"]) == ("sailor", "COMPLETED", {"id": "sailor"})
    assert "Hello, sailor" in str(one["output"])
    assert owner.session.get(f"{address}/nobody").status_code == 404
    assert owner.session.post(f"{address}/greeter/orchestrations/nobody/events/interrupt").status_code == 404
