"""The story of a set-up, against resource manager's side of it."""

from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Seen, Wire, cloud_on
from image_settings import image_settings
from imagegate.errors import Inconclusive, InputError, ServiceRefused
from imagegate.flows.setup import PROVIDERS, SetupResult, set_up
from imagegate.gateway.principal import OwnPrincipal
from imagegate.report.progress import Silent, Story
from imagegate.settings import Settings

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg"
DEPLOYMENT = f"{GROUP}/providers/Microsoft.Resources/deployments/imagegate-foundation-web"
KEPT = DEPLOYMENT.removesuffix("-web")
OUTPUTS = {
    name: {"type": "String", "value": f"/{name}"} for name in ("identityId", "galleryImageId", "scriptContainerUrl")
} | {"scriptStorageAccountName": {"type": "String", "value": "scripts"}}
ROLES = r"providers/Microsoft\.Authorization/roleAssignments"


@pytest.fixture
def settings(tmp_path: Any) -> Settings:  # noqa: ANN401 - pytest's path
    """Settings of an image."""
    return image_settings(tmp_path, subscription_id=SUBSCRIPTION, security_type="TrustedLaunchSupported")


class _Manager:
    """Resource manager: providers, groups and one deployment."""

    def __init__(self, wire: Wire) -> None:
        self.registered: set[str] = set()
        self.groups: set[str] = set()
        self.properties: dict[str, Any] = {"provisioningState": "Succeeded", "outputs": OUTPUTS}
        wire.on("GET", r"/subscriptions/[^/]+/providers/[^/]+", self._provider)
        wire.on("POST", r"/subscriptions/[^/]+/providers/[^/]+/register", self._register)
        wire.on("GET", r"/subscriptions/[^/]+/resourcegroups/[^/]+", self._group)
        wire.on("PUT", r"/subscriptions/[^/]+/resourcegroups/[^/]+", self._make)
        gone = Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "gone"}})
        wire.on("GET", rf"{GROUP}/providers/Microsoft\.Compute/galleries/.+", gone)
        wire.on(
            "PUT",
            DEPLOYMENT,
            Answer(status=201, body={"id": DEPLOYMENT, "properties": {"provisioningState": "Accepted"}}),
        )
        roles = rf"/subscriptions/[^/]+/resource[gG]roups/[^/]+/{ROLES}"
        wire.on("GET", roles, Answer(body={"value": []}))
        wire.on("PUT", KEPT, Answer(status=201, body={"id": KEPT, "properties": {}}))
        wire.on("GET", KEPT, Answer(body={"id": KEPT, "properties": {"provisioningState": "Succeeded"}}))
        running = Answer(body={"id": DEPLOYMENT, "properties": {"provisioningState": "Running"}})
        wire.on(
            "GET", DEPLOYMENT, running, lambda _seen: Answer(body={"id": DEPLOYMENT, "properties": self.properties})
        )

    def _provider(self, seen: Seen) -> Answer:
        name = seen.path.rpartition("/")[2]
        state = "Registered" if name in self.registered else "NotRegistered"
        return Answer(body={"namespace": name, "registrationState": state})

    def _register(self, seen: Seen) -> Answer:
        self.registered.add(seen.path.split("/")[-2])
        return Answer(body={"registrationState": "Registering"})

    def _group(self, seen: Seen) -> Answer:
        name = seen.path.rpartition("/")[2]
        if name not in self.groups:
            return Answer(status=404, body={"error": {"code": "ResourceGroupNotFound", "message": "x"}})
        return Answer(body={"id": seen.path, "name": name, "location": "westeurope"})

    def _make(self, seen: Seen) -> Answer:
        self.groups.add(seen.path.rpartition("/")[2])
        return Answer(status=201, body={"id": seen.path, "location": "westeurope"})


def _run(wire: Wire, clock: HandClock, settings: Settings, principal: OwnPrincipal | None = None) -> SetupResult:
    return set_up(settings, cloud_on(wire), Story(Silent(), clock), principal=principal)


def test_from_nothing(wire: Wire, clock: HandClock, settings: Settings) -> None:
    """In a new subscription providers are registered, groups made and the foundation deployed with parameters."""
    manager = _Manager(wire)

    result = _run(wire, clock, settings, OwnPrincipal(object_id="p-1", kind="Group"))

    assert (manager.registered, set(result.registered)) == (set(PROVIDERS), set(PROVIDERS))
    assert result.made == ("rg", "rg-smoke", "rg-staging-1", "rg-staging-2")
    assert result.outputs["scriptContainerUrl"] == "/scriptContainerUrl"
    parameters = wire.calls("PUT", DEPLOYMENT)[0].json["properties"]["parameters"]
    assert parameters["securityType"] == {"value": "TrustedLaunchSupported"}
    assert parameters["builders"] == parameters["verifiers"] == {"value": [{"id": "p-1", "type": "Group"}]}
    assert parameters["stagingResourceGroups"] == {"value": ["rg-staging-1", "rg-staging-2"]}
    assert wire.calls("PUT", GROUP)[0].json["tags"] == {"imagegate-owner": "imagegate"}


def test_twice(wire: Wire, clock: HandClock, settings: Settings) -> None:
    """What is there already is found: nothing is registered or made a second time."""
    _Manager(wire)
    _run(wire, clock, settings)
    changes = len(wire.calls("POST", ".*")) + len(wire.calls("PUT", "/subscriptions/[^/]+/resourcegroups/[^/]+"))

    result = _run(wire, clock, settings)

    again = len(wire.calls("POST", ".*")) + len(wire.calls("PUT", "/subscriptions/[^/]+/resourcegroups/[^/]+"))
    assert (result.registered, result.made, again) == ((), (), changes)


def test_builds_of_others_keep_their_outputs(wire: Wire, clock: HandClock, settings: Settings) -> None:
    """What builds read is written once a set-up went well; a failed one of another image leaves it as it is."""
    manager = _Manager(wire)
    _run(wire, clock, settings)

    (kept,) = wire.calls("PUT", KEPT)
    template = kept.json["properties"]["template"]
    assert (template["resources"], set(template["outputs"])) == ([], set(OUTPUTS))
    assert template["outputs"]["identityId"] == {"type": "string", "value": "/identityId"}
    manager.properties = {"provisioningState": "Failed", "error": {"code": "InvalidTemplate", "message": "x"}}
    with pytest.raises(ServiceRefused):
        _run(wire, clock, settings)
    assert len(wire.calls("PUT", KEPT)) == 1


def test_a_failed_deployment_tells_the_innermost_cause(wire: Wire, clock: HandClock, settings: Settings) -> None:
    """A deployment that ends in Failed is told with the error at its bottom; a policy is nobody's fault."""
    manager = _Manager(wire)
    cause = {"code": "RequestDisallowedByPolicy", "message": "Storage accounts are forbidden here."}
    error = {
        "code": "DeploymentFailed",
        "message": "At least one resource deployment operation failed.",
        "details": [cause],
    }
    manager.properties = {"provisioningState": "Failed", "error": error}

    with pytest.raises(Inconclusive, match=r"RequestDisallowedByPolicy: Storage accounts are forbidden here\."):
        _run(wire, clock, settings)


@pytest.mark.parametrize("where", ["group", "foundation"])
def test_a_region_that_is_none(wire: Wire, clock: HandClock, settings: Settings, where: str) -> None:
    """A misspelt region is a fault of the input, whichever request Azure refuses for it."""
    manager = _Manager(wire)
    kind = "Group" if where == "group" else "Type"
    error = {"code": f"LocationNotAvailableForResource{kind}", "message": "The location 'x' is not available."}
    if where == "group":
        wire.on("PUT", GROUP, Answer(status=400, body={"error": error}))
    else:
        manager.properties = {"provisioningState": "Failed", "error": error}

    with pytest.raises(InputError, match=r"(?s)azure\.location: .*LocationNotAvailable") as caught:
        _run(wire, clock, settings)

    assert caught.value.exit_code == 2


def test_a_foundation_without_its_outputs(wire: Wire, clock: HandClock, settings: Settings) -> None:
    """A template that was changed so that it lacks an output is told now, not in the next build."""
    manager = _Manager(wire)
    manager.properties = {"provisioningState": "Succeeded", "outputs": {}}

    with pytest.raises(ServiceRefused, match="has no output identityId, galleryImageId, script"):
        _run(wire, clock, settings)
