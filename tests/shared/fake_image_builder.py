"""Image builder's side of a build, as its documentation has it: a template with states, and runs that take time."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fake_wire import SUBSCRIPTION, Answer, HandClock, Seen, Wire

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images"
TEMPLATES = f"{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates"
DEFINITION = f"{GROUP}/providers/Microsoft.Compute/galleries/golden/images/apache-debian12"
BLOBS = "https://scripts.blob.core.windows.net"
LOGS = "https://logs.blob.core.windows.net"
EPOCH = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)
YEAR_ONE = "0001-01-01T00:00:00Z"


class ImageBuilder:
    """Keeps one resource group's templates. Runs last `run_s` seconds of the clock and end in `ends_in`.

    Attributes:
        templates: ARM bodies by name.
        run_starts: whether a POST to run starts one.
        on_run: called with the template's name when a run starts.
    """

    def __init__(self, wire: Wire, clock: HandClock) -> None:
        self.clock = clock
        self.templates: dict[str, dict[str, Any]] = {}
        self.outputs: dict[str, str] = {}
        self.run_s = 60.0
        self.later_state = "Distributing"
        self.ends_in = "Succeeded"
        self.message = ""
        self.log: bytes | None = b"log\n"
        self.validation_log: bytes | None = None
        self.blobs: set[str] = set()
        self.cancelled: list[str] = []
        self.on_run: Callable[[str], None] = lambda _name: None
        self._versions = 0
        self._ends_at: dict[str, float] = {}
        self._serve(wire)

    def _serve(self, wire: Wire) -> None:
        one = rf"{TEMPLATES}/(?P<name>[^/]+)"
        wire.on("GET", one, self._get)
        wire.on("PUT", one, self._put)
        wire.on("PATCH", one, self._patch)
        wire.on("DELETE", one, self._delete)
        wire.on("POST", f"{one}/run", self._run)
        wire.on("POST", f"{one}/cancel", self._cancel)
        wire.on("GET", f"{one}/runOutputs", self._run_outputs)
        wire.on(
            "GET",
            r"/subscriptions/[^/]+/providers/Microsoft.Compute/locations/[^/]+/publishers/.*/versions",
            Answer(body=[{"name": "0.20260901.1"}, {"name": "0.20261015.1"}, {"name": "0.20261002.2"}]),
        )
        trusted = {"features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}]}
        wire.on(
            "GET",
            r"/subscriptions/[^/]+/providers/Microsoft.Compute/.*/versions/[^/]+",
            Answer(body={"properties": trusted}),
        )
        definition = rf"{GROUP}/providers/Microsoft.Compute/galleries/[^/]+/images/[^/]+"
        wire.on("GET", definition, lambda seen: Answer(body={"id": seen.path, "properties": trusted}))
        wire.on(
            "GET",
            rf"{GROUP}/providers/Microsoft.Resources/deployments/imagegate-foundation",
            Answer(
                body={
                    "id": f"{GROUP}/providers/Microsoft.Resources/deployments/imagegate-foundation",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "outputs": {"scriptContainerUrl": {"type": "String", "value": f"{BLOBS}/scripts"}},
                    },
                }
            ),
        )
        wire.on("HEAD", r"/scripts/.+", self._blob_exists)
        wire.on("PUT", r"/scripts/.+", self._blob_put)
        staging = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/IT_staging"
        account = f"{staging}/providers/Microsoft.Storage/storageAccounts/logs"
        listed = {"value": [{"id": account, "type": "Microsoft.Storage/storageAccounts"}]}
        wire.on("GET", f"{staging}/resources", Answer(body=listed))
        wire.on("GET", account, Answer(body={"properties": {"primaryEndpoints": {"blob": f"{LOGS}/"}}}))
        wire.on("GET", "/packerlogs", self._log_list)
        wire.on("GET", r"/packerlogs/.+", self._log_get)

    def now(self) -> datetime:
        """The service's time."""
        return EPOCH + timedelta(seconds=self.clock.time)

    def start_run(self, name: str) -> None:
        """A run begins, whoever asked for it."""
        self._ends_at[name] = self.clock.time + self.run_s
        self.templates[name]["properties"]["lastRunStatus"] = {
            "runState": "Running",
            "runSubState": "Building",
            "startTime": self.now().strftime("%Y-%m-%dT%H:%M:%S.%f789Z"),
            "endTime": YEAR_ONE,
        }

    def tick(self, name: str) -> None:
        """Let the run be as far as the clock says."""
        end = self._ends_at.get(name)
        if end is None or name not in self.templates:
            return
        run = self.templates[name]["properties"]["lastRunStatus"]
        if self.clock.time < end:
            run["runSubState"] = "Customizing" if end - self.clock.time > self.run_s / 2 else self.later_state
            return
        del self._ends_at[name]
        state = "Canceled" if name in self.cancelled else self.ends_in
        run.update(runState=state, runSubState="", endTime=self.now().isoformat(), message=self.message)
        if state == "Succeeded":
            self._versions += 1
            for target in self.templates[name]["properties"]["distribute"]:
                self.outputs[target["runOutputName"]] = f"{target['galleryImageId']}/versions/1.0.{self._versions}"

    def _name(self, seen: Seen) -> str:
        found = re.search(r"/imageTemplates/([^/]+)", seen.path)
        assert found is not None
        return found[1]

    def _get(self, seen: Seen) -> Answer:
        name = self._name(seen)
        self.tick(name)
        if name not in self.templates:
            return missing(name)
        return Answer(body=self.templates[name])

    def _put(self, seen: Seen) -> Answer:
        name = self._name(seen)
        if name in self.templates:
            return Answer(
                status=409,
                body={"error": {"code": "Conflict", "message": "Update/Upgrade of image templates is not supported"}},
            )
        body = seen.json
        body["id"] = f"{TEMPLATES}/{name}"
        body["name"] = name
        body["properties"] |= {"provisioningState": "Succeeded", "exactStagingResourceGroup": f"{GROUP[:-9]}IT_staging"}
        self.templates[name] = body
        return Answer(status=201, body=body)

    def _patch(self, seen: Seen) -> Answer:
        template = self.templates[self._name(seen)]
        template["tags"] = seen.json["tags"]
        return Answer(status=200, body=template)

    def _delete(self, seen: Seen) -> Answer:
        self.templates.pop(self._name(seen), None)
        return Answer(status=202)

    def _run(self, seen: Seen) -> Answer:
        name = self._name(seen)
        self.tick(name)
        if name in self._ends_at:
            return busy()
        self.start_run(name)
        self.on_run(name)
        return Answer(status=202)

    def _cancel(self, seen: Seen) -> Answer:
        self.cancelled.append(self._name(seen))
        return Answer(status=202)

    def _run_outputs(self, seen: Seen) -> Answer:
        values = [{"name": name, "properties": {"artifactId": artifact}} for name, artifact in self.outputs.items()]
        return Answer(body={"value": values})

    def _blob_exists(self, seen: Seen) -> Answer:
        return Answer(status=200 if seen.path in self.blobs else 404)

    def _blob_put(self, seen: Seen) -> Answer:
        self.blobs.add(seen.path)
        return Answer(status=201)

    def _logs(self) -> dict[str, bytes | None]:
        return {"customization.log": self.log, "validation.log": self.validation_log}

    def _log_list(self, _seen: Seen) -> Answer:
        modified = self.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        blobs = "".join(
            f"<Blob><Name>8f0c/{name}</Name><Properties><Last-Modified>{modified}</Last-Modified>"
            f"<Content-Length>{len(log)}</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>"
            for name, log in self._logs().items()
            if log is not None
        )
        text = f'<?xml version="1.0"?><EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>'
        return Answer(body=text, headers={"Content-Type": "application/xml"})

    def _log_get(self, seen: Seen) -> Answer:
        content = self._logs()[seen.path.rpartition("/")[2]] or b""
        size = len(content)
        headers = {
            "Content-Range": f"bytes 0-{size - 1}/{size}",
            "Content-Length": str(size),
            "ETag": '"1"',
            "x-ms-blob-type": "BlockBlob",
            "Content-Type": "text/plain",
        }
        return Answer(status=206, body=content, headers=headers)


def missing(name: str) -> Answer:
    """Azure's words for what does not exist."""
    return Answer(
        status=404, body={"error": {"code": "ResourceNotFound", "message": f"The Resource '{name}' was not found."}}
    )


def busy() -> Answer:
    """Image builder's words for a run that goes on."""
    message = "Operation run/action is not allowed in provisioning state: provisioned or run state: running."
    return Answer(status=409, body={"error": {"code": "OperationNotAllowed", "message": message}})
