"""A run's log: live in the container group of the staging group, then as blobs of its storage account."""

from __future__ import annotations

import secrets
import string
import threading
import uuid
from types import TracebackType
from typing import Self

from localazure.arm.resource_id import ResourceId
from localazure.blobs.contents import put_blob
from localazure.cloud import Cloud
from localazure.providers.imagebuilder.staging import LOG_CONTAINER, Staging
from localazure.store import Blob

CONTAINER_GROUP_TYPE = "Microsoft.ContainerInstance/containerGroups"
CONTAINER_NAME = "packerizercontainer"
LIVE_LOG_ACCOUNT = "container-instance-logs"  # no storage account has this name: it is too long for one and has hyphens


class BuildLog:
    """Collects lines from the engine. Entered when a run starts; leaving writes the blobs and removes the container."""

    def __init__(self, cloud: Cloud, staging: Staging, *, location: str, flush_s: float) -> None:
        self._cloud = cloud
        self._staging = staging
        self._location = location
        self._flush_s = flush_s
        self._lines: list[str] = []
        self._validation: list[str] = []
        self._written = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._writer = threading.Thread(target=self._keep_writing, daemon=True, name="live build log")
        self.folder = str(uuid.uuid4())
        self.validating = False
        suffix = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(10))
        name = f"vmimagebuilder-build-container-{suffix}"
        self.container_group_id = ResourceId(f"{staging.group_id}/providers/{CONTAINER_GROUP_TYPE}/{name}")

    @property
    def path(self) -> str:
        """Where the customization log will lie, as the failure message names it."""
        return self._staging.blob_path(LOG_CONTAINER, f"{self.folder}/customization.log")

    def add(self, line: str) -> None:
        """Take a line."""
        with self._lock:
            self._lines.append(line.rstrip("\n"))
            if self.validating:
                self._validation.append(line.rstrip("\n"))

    def __enter__(self) -> Self:
        log = {"account": LIVE_LOG_ACCOUNT, "container": CONTAINER_NAME, "name": self.container_group_id.key}
        self._cloud.store.put(self.container_group_id, self._container_group(), internal={"log": log})
        self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._writer.join()
        text = "\n".join([*self._lines, ""]).encode()
        put_blob(
            self._cloud,
            self._staging.account,
            LOG_CONTAINER,
            f"{self.folder}/customization.log",
            text,
            content_type="text/plain",
        )
        if self._validation:
            text = "\n".join([*self._validation, ""]).encode()
            put_blob(
                self._cloud,
                self._staging.account,
                LOG_CONTAINER,
                f"{self.folder}/validation.log",
                text,
                content_type="text/plain",
            )
        remove_container(self._cloud, self.container_group_id)

    def _keep_writing(self) -> None:
        while not self._cloud.clock.sleep(self._flush_s, until=self._over):
            self._write_live()

    def _write_live(self) -> None:
        with self._lock:
            count, text = len(self._lines), "\n".join([*self._lines, ""])
        if count != self._written:
            self._written = count
            name = self.container_group_id.key
            self._cloud.store.put_blob(
                Blob(
                    account=LIVE_LOG_ACCOUNT, container=CONTAINER_NAME, name=name, properties={}, content=text.encode()
                )
            )

    def _container_group(self) -> dict[str, object]:
        container = {
            "name": CONTAINER_NAME,
            "properties": {
                "image": "mcr.microsoft.com/azurevmimagebuilder/packerizer:latest",
                "resources": {"requests": {"cpu": 4.0, "memoryInGB": 8.0}},
                "instanceView": {"restartCount": 0, "currentState": {"state": "Running", "detailStatus": ""}},
            },
        }
        return {
            "id": self.container_group_id.text,
            "name": self.container_group_id.name,
            "type": CONTAINER_GROUP_TYPE,
            "location": self._location,
            "tags": {"createdBy": "AzureVMImageBuilder"},
            "properties": {
                "provisioningState": "Succeeded",
                "containers": [container],
                "osType": "Linux",
                "restartPolicy": "Never",
                "instanceView": {"events": [], "state": "Running"},
            },
        }


def remove_container(cloud: Cloud, container_group_id: ResourceId) -> None:
    """Take a container group and its live log away."""
    cloud.store.delete(container_group_id)
    cloud.store.delete_blob(LIVE_LOG_ACCOUNT, CONTAINER_NAME, container_group_id.key)
