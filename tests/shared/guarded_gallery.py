"""A gallery with one image definition and its container of records on the wire: what the guard works on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from build_events import DEFINITION
from fake_blobs import FakeBlobs
from fake_wire import SUBSCRIPTION, Answer, Seen, Wire, cloud_on
from function_environment import function_settings
from imagegate.flows.guard import Guard
from imagegate.gateway.blobs import Container
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.records import Records
from imagegate.model import ImageVersion
from imagegate.model.version_record import Standing, VersionRecord

RECORDS = "https://proofs.example/records"
GALLERY = DEFINITION.rsplit("/images/", 1)[0]
GALLERIES = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images/providers/Microsoft.Compute/galleries"
ACTIVITY = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"
MARKS = {
    "imagegate-owner": "imagegate",
    "imagegate-records": RECORDS,
    "imagegate-guarded-since": f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
}
OLD, NEW = datetime.now(UTC) - timedelta(days=3), datetime.now(UTC) - timedelta(minutes=5)


class GuardedGallery:
    """One gallery with one definition; `versions` are ARM bodies by their numbers and take PATCH requests.

    `listed`: the numbers that a list shows; None shows all.
    """

    def __init__(self, wire: Wire) -> None:
        self.wire, self.blobs = wire, FakeBlobs(wire, "records")
        self.versions: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, str] = dict(MARKS)
        self.gallery_tags: dict[str, str] = {}
        self.environment: dict[str, str] = {}
        self.patched: list[str] = []
        self.listed: tuple[str, ...] | None = None
        wire.on("GET", GALLERIES, lambda _: Answer(body={"value": [{"id": GALLERY, "tags": self.gallery_tags}]}))
        wire.on("GET", GALLERY, lambda _: Answer(body={"id": GALLERY, "tags": self.gallery_tags}))
        wire.on("GET", f"{GALLERY}/images", lambda _: Answer(body={"value": [self._definition]}))
        wire.on("GET", DEFINITION, lambda _: Answer(body=self._definition))
        wire.on("GET", f"{DEFINITION}/versions", lambda _: Answer(body={"value": self._listed()}))
        wire.on("GET", f"{DEFINITION}/versions/[^/]+", self._get)
        wire.on("PATCH", f"{DEFINITION}/versions/[^/]+", self._patch)
        wire.on("GET", ACTIVITY, Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}}))

    def _listed(self) -> list[dict[str, Any]]:
        return [body for number, body in self.versions.items() if self.listed is None or number in self.listed]

    @property
    def _definition(self) -> dict[str, Any]:
        return {"id": DEFINITION, "tags": self.tags}

    @property
    def guard(self) -> Guard:
        """The guard of a Function with the bench's settings: it enforces unless they say otherwise."""
        cloud = cloud_on(self.wire)
        settings = function_settings(**{"IMAGEGATE_GUARD": "enforce"} | self.environment)
        return Guard(cloud=cloud, state=BuildState(cloud), records=self.records, settings=settings)

    def version(self, number: str) -> ImageVersion:
        """A version as it is read."""
        return ImageVersion.from_arm(self.versions[number])

    @property
    def records(self) -> Records:
        """The container of records."""
        return Records(Container(cloud_on(self.wire), RECORDS))

    def add(
        self, number: str, *, visible: bool = True, published: datetime = NEW, tags: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """A version."""
        self.versions[number] = {
            "id": f"{DEFINITION}/versions/{number}",
            "location": "westeurope",
            "tags": dict(tags or {}),
            "properties": {
                "provisioningState": "Succeeded",
                "publishingProfile": {
                    "publishedDate": published.isoformat(),
                    "excludeFromLatest": not visible,
                    "targetRegions": [{"name": "West Europe", "excludeFromLatest": not visible}],
                },
            },
        }
        return self.versions[number]

    def visible(self) -> list[str]:
        """The numbers that `latest` may resolve to."""
        return [
            number
            for number, body in self.versions.items()
            if not body["properties"]["publishingProfile"]["excludeFromLatest"]
        ]

    def record(self, number: str) -> dict[str, Any] | None:
        """The stored record of a version."""
        body = self.versions[number]["properties"]["publishingProfile"]["publishedDate"]
        name = f"/records/golden/web/{number}/{datetime.fromisoformat(body):%Y%m%dT%H%M%SZ}.json"
        found = self.blobs.blobs.get(name)
        return json.loads(found) if found else None

    def decide(self, number: str, standing: Standing, *, ago: timedelta = timedelta(0)) -> None:
        """Write a record."""
        body = self.versions[number]
        at = datetime.fromisoformat(body["properties"]["publishingProfile"]["publishedDate"]).replace(microsecond=0)
        asked = VersionRecord(image_version_id=body["id"], published_at=at)
        stored = self.records.find(asked)
        self.records.write(
            stored.document.changed(standing, by="ada", reason="CVE", now=datetime.now(UTC) - ago), etag=stored.etag
        )

    def _get(self, seen: Seen) -> Answer:
        found = self.versions.get(seen.path.rpartition("/")[2])
        if found is None:
            return Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "gone"}})
        return Answer(body=found)

    def _patch(self, seen: Seen) -> Answer:
        number = seen.path.rpartition("/")[2]
        self.patched.append(number)
        body, change = self.versions[number], seen.json
        body["tags"] = change.get("tags", body["tags"])
        body["properties"]["publishingProfile"] |= (change.get("properties") or {}).get("publishingProfile") or {}
        return Answer(body=body)
