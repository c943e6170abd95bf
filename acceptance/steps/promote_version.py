"""Shows the version to `latest` in both ways, boots `latest`, hides the version again and ends its life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from acceptance.api_versions import GALLERIES, MACHINES
from acceptance.exchange import Exchange
from acceptance.places import value_at
from acceptance.sample import smoke_size
from acceptance.world import World
from imagegate.gateway.image_versions import VersionWish, advance_image_version
from imagegate.model import OWNER, OWNER_TAG, ResourceId
from imagegate.model.smoke_vm import SmokeVm
from imagegate.steps.provision_smoke_vm import provision_smoke_vm
from imagegate.waiting import Look


def promote_version(world: World) -> None:
    """PATCH the flags without and with the storage profile, see what `latest` boots, then hide the version."""
    if not world.version_id:
        world.recorder.skip("promote", "there is no version: the build failed")
        return
    before = world.ask("promote/before", "GET", world.version_id, api_version=GALLERIES)
    _patch(world, "promote/alone", {"publishingProfile": _shown(before, excluded=False)})
    _patch(world, "promote/hidden-again", {"publishingProfile": _shown(before, excluded=True)})
    storage = value_at(before.body, "properties.storageProfile") or {}
    source = {"source": storage["source"]} if storage.get("source") else dict(storage)
    _patch(
        world,
        "promote/with-storage",
        {"publishingProfile": _shown(before, excluded=False), "storageProfile": source},
    )
    _boot_latest(world)
    _hide(world)


def _patch(world: World, label: str, properties: dict[str, Any]) -> None:
    asked = world.ask(label, "PATCH", world.version_id, api_version=GALLERIES, body={"properties": properties})
    if asked.status < 400:
        world.await_settled(f"{label}-after", world.version_id, api_version=GALLERIES)


def _shown(version: Exchange, *, excluded: bool) -> dict[str, Any]:
    """The publishing profile as it was read, without its date, with the flags set globally and for each region."""
    profile = dict(value_at(version.body, "properties.publishingProfile") or {})
    profile.pop("publishedDate", None)
    regions = [{**region, "excludeFromLatest": excluded} for region in profile.get("targetRegions") or []]
    return {**profile, "excludeFromLatest": excluded, "targetRegions": regions}


def _boot_latest(world: World) -> None:
    """Make a machine of the definition, with no version named; it goes with its group at the end of the run."""
    definition = ResourceId.parse(world.version_id).parent.text
    vm = SmokeVm(
        name="acceptance-latest",
        subscription_id=world.options.subscription,
        resource_group=f"{world.options.group}-smoke",
        region=world.options.location,
        vm_size=smoke_size(world.options),
    )
    job = {
        "vm": vm.to_json(),
        "image_version_id": definition,
        "security_type": "Standard",
        "reach": "run-command",
        "ports": [],
        "allowed_source": "127.0.0.1",
        "tags": {OWNER_TAG: OWNER},
    }
    with world.recorder.labelled("promote/deployment"):
        provision_smoke_vm(world.cloud, job)
    world.await_settled("promote/latest-machine", vm.id.text, api_version=MACHINES)
    world.ask("promote/delete-machine", "DELETE", vm.id.text, api_version=MACHINES)


def _hide(world: World) -> None:
    """As the product's quarantine does it, and with an end of life."""
    ends = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT00:00:00Z}"
    world.recorder.add(Exchange(label="promote/wish", method="WISH", body={"end_of_life": ends}))
    wish = VersionWish(excluded=True, end_of_life=ends)

    def look() -> Look[bool]:
        with world.recorder.labelled("promote/quarantine"):
            done = advance_image_version(world.cloud, ResourceId.parse(world.version_id), wish)["done"]
        return Look(value=True if done else None)

    world.await_value(look, what="the version to be hidden")
    world.ask("promote/after-quarantine", "GET", world.version_id, api_version=GALLERIES)
