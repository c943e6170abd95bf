"""The story of the Function's set-up, against resource manager's side of it."""

from pathlib import Path

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Seen, Wire, cloud_on
from image_settings import image_settings
from imagegate.errors import InputError
from imagegate.flows.setup_function import FunctionSetup, set_up_function
from imagegate.report.progress import Silent, Story
from imagegate.settings import Settings
from imagegate.steps.build_function_package import FunctionCode
from imagegate.steps.deploy_function import FunctionOptions

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-fn"
DEPLOYMENT = f"{GROUP}/providers/Microsoft.Resources/deployments/imagegate-function"
SITE = f"{GROUP}/providers/Microsoft.Web/sites/gate"
OPTIONS = FunctionOptions(resource_group="rg-fn", repositories=("acme/images",), workflows=("*",))
FOUNDATION = {
    "scriptStorageAccountName": "s",
    "originContainerUrl": "https://s/o",
    "recordsContainerUrl": "https://s/r",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an image."""
    return image_settings(tmp_path, subscription_id=SUBSCRIPTION)


@pytest.fixture
def manager(wire: Wire) -> Wire:
    """Resource manager where everything is registered, and a function app that takes packages."""
    outputs = {"functionAppName": {"type": "String", "value": "gate"}}

    def provider(seen: Seen) -> Answer:
        return Answer(body={"namespace": seen.path.rpartition("/")[2], "registrationState": "Registered"})

    wire.on("GET", r"/subscriptions/[^/]+/providers/[^/]+", provider)
    wire.on("GET", GROUP, Answer(body={"id": GROUP, "name": "rg-fn", "location": "westeurope"}))
    accepted = Answer(status=201, body={"id": DEPLOYMENT, "properties": {"provisioningState": "Accepted"}})
    wire.on("PUT", DEPLOYMENT, accepted)
    done = {"provisioningState": "Succeeded", "outputs": outputs}
    wire.on("GET", DEPLOYMENT, Answer(body={"id": DEPLOYMENT, "properties": done}))
    wire.on("GET", r".*/resourceGroups/rg-fn/providers/Microsoft\.Authorization/roleAssignments", Answer(body={}))
    wire.on("GET", SITE, Answer(body={"properties": {"enabledHostNames": ["gate.scm.example"]}}))
    wire.on("POST", "/api/publish", Answer(status=202, body='"d-1"'))
    wire.on("GET", "/api/deployments/d-1", Answer(body={"status": 4}))
    wire.on("GET", f"{SITE}/functions/on_build_event", Answer(body={}))
    return wire


def _run(manager: Wire, clock: HandClock, settings: Settings, code: Path | None) -> FunctionSetup:
    story = Story(Silent(), clock)
    given = FunctionCode(folder=code, remote_build=True)
    return set_up_function(settings, cloud_on(manager), story, options=OPTIONS, foundation=FOUNDATION, code=given)


def test_subscriptions_come_after_the_code(manager: Wire, clock: HandClock, settings: Settings) -> None:
    """The template is deployed without subscriptions, the code is published, and only then they are made."""
    result = _run(manager, clock, settings, None)

    made = [seen for seen in manager.seen if seen.method in {"PUT", "POST"}]
    assert [seen.path.rpartition("/")[2] for seen in made] == ["imagegate-function", "publish", "imagegate-function"]
    deployed = [seen.json["properties"]["parameters"]["withSubscriptions"]["value"] for seen in (made[0], made[2])]
    assert deployed == [False, True]
    assert result.site_id.name == "gate"
    assert result.to_json()["package_sha256"] == result.package_sha256


def test_nothing_is_made_without_code(manager: Wire, clock: HandClock, settings: Settings, tmp_path: Path) -> None:
    """A folder without the Function is refused before Azure is asked for anything."""
    with pytest.raises(InputError):
        _run(manager, clock, settings, tmp_path)

    assert manager.seen == []


def test_package_is_built_here(
    manager: Wire, clock: HandClock, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default the package brings what it stands on, and Azure is asked to build nothing."""
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\nwhile [ "$1" != --target ]; do shift; done\nmkdir -p "$2"; echo > "$2/six.py"\n')
    uv.chmod(0o755)
    monkeypatch.setenv("UV", str(uv))
    story = Story(Silent(), clock)

    set_up_function(settings, cloud_on(manager), story, options=OPTIONS, foundation=FOUNDATION, code=FunctionCode())

    (published,) = manager.calls("POST", "/api/publish")
    assert published.query["RemoteBuild"] == "false"
    assert b".python_packages/lib/site-packages/six.py" in published.body


def test_what_protects_latest_stays(manager: Wire, clock: HandClock, settings: Settings) -> None:
    """A set-up that does not name the guard's mode or the repositories' ids leaves them as the last one had them."""
    kept = {"guard": {"value": "enforce"}, "repositoryIds": {"value": "42"}, "promotionClaims": {"value": ""}}
    outputs = {"functionAppName": {"type": "String", "value": "gate"}}
    done = {"provisioningState": "Succeeded", "outputs": outputs, "parameters": kept}
    manager.on("GET", DEPLOYMENT, Answer(body={"id": DEPLOYMENT, "properties": done}))

    _run(manager, clock, settings, None)

    sent = [seen.json["properties"]["parameters"] for seen in manager.calls("PUT", DEPLOYMENT)]
    assert [(one["guard"]["value"], one["repositoryIds"]["value"]) for one in sent] == [("enforce", "42")] * 2
    assert all("promotionClaims" not in one for one in sent)
