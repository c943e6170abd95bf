"""The code that was published to sites: zips, unpacked into the cloud's state, and how each publishing stands.

The remote build of the platform installs requirements.txt; here an app that brings no packages of its own finds those
of the cloud's interpreter. What a site runs is the package that was unpacked last; those before it are removed.
"""

from __future__ import annotations

import io
import logging
import shutil
import threading
import uuid
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.functions.package_storage import may_store
from localazure.store import Document

_LOG = logging.getLogger(__name__)
_BUILDING, _FAILED, _SUCCEEDED = 1, 3, 4  # Kudu's DeployStatus
_NO_STORAGE = (
    "[StorageAccessibleCheck] Error while checking access to storage account: InaccessibleStorageException: Failed to "
    "access storage account for deployment: BlobUploadFailedException: Response status code does not indicate "
    "success: 403 (This request is not authorized to perform this operation using this permission.)."
)
"""Source: Azure/azure-dev#8026."""
_BUILT = "Unpacked. requirements.txt was not installed: what the package does not bring is of the local cloud's Python."


class Packages:
    """Takes packages of sites. Safe to use from several threads.

    Args:
        cloud: whose sites; a site's `internal` gets `package`, a folder's name, and `publication`.
        folder: where packages are unpacked.
        on_published: called with the site's id once its new package is there.
    """

    def __init__(self, cloud: Cloud, *, folder: Path, on_published: Callable[[ResourceId], None]) -> None:
        self._cloud = cloud
        self._folder = folder
        self._on_published = on_published
        self._publishing = threading.Lock()

    def code_of(self, site: Document) -> Path | None:
        """The folder that a site runs; None before anything was published to it."""
        name = site.internal.get("package")
        return self._place(site.id) / str(name) if name else None

    def publish(self, site: Document, content: bytes) -> str:
        """Begin to unpack a zip; the id under which it can be asked about."""
        deployment_id = str(uuid.uuid4())
        self._record(site.id, deployment_id, _BUILDING, "Building and Deploying", started=True)
        work = threading.Thread(
            target=self._unpack, args=(site.id, deployment_id, content), daemon=True, name=f"publish:{site.id.name}"
        )
        work.start()
        return deployment_id

    def publication(self, site: Document, deployment_id: str) -> Mapping[str, Any] | None:
        """How a publishing stands (`latest`: the last one); None where there was none of that id."""
        last: Mapping[str, Any] | None = site.internal.get("publication")
        if last is None or deployment_id not in {"latest", last["id"]}:
            return None
        return last

    def forget(self, site_id: ResourceId) -> None:
        """Remove what was published to a site that is gone."""
        shutil.rmtree(self._place(site_id), ignore_errors=True)

    def _unpack(self, site_id: ResourceId, deployment_id: str, content: bytes) -> None:
        site = self._cloud.store.get(site_id)
        if site is None or not may_store(self._cloud, site):
            self._record(site_id, deployment_id, _FAILED, _NO_STORAGE)
            return
        with self._publishing:
            target = self._place(site_id) / deployment_id
            try:
                _extract(content, target)
            except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
                shutil.rmtree(target, ignore_errors=True)
                _LOG.warning("the package of %s cannot be used: %s", site_id.name, error)
                self._record(site_id, deployment_id, _FAILED, f"The package cannot be used: {error}")
                return
            self._record(site_id, deployment_id, _BUILDING, "Starting the app", package=deployment_id)
            self._on_published(site_id)
            self._record(site_id, deployment_id, _SUCCEEDED, _BUILT)
            for stale in self._place(site_id).iterdir():
                if stale.name != deployment_id:
                    shutil.rmtree(stale, ignore_errors=True)

    def _record(
        self,
        site_id: ResourceId,
        deployment_id: str,
        status: int,
        message: str,
        *,
        started: bool = False,
        package: str | None = None,
    ) -> None:
        now = timestamp(self._cloud.clock.now())
        with self._cloud.store.transaction():
            site = self._cloud.store.get(site_id)
            if site is None:
                return
            before: dict[str, Any] = {} if started else dict(site.internal.get("publication") or {})
            over = status in {_FAILED, _SUCCEEDED}
            publication = {
                "start_time": now,
                **before,
                "id": deployment_id,
                "status": status,
                "status_text": "" if over else message,
                "message": message,
                "complete": over,
                "active": status == _SUCCEEDED,
                "deployer": "OneDeploy",
                "end_time": now if over else None,
                "site_name": site_id.name,
            }
            internal = {**site.internal, "publication": publication, **({"package": package} if package else {})}
            self._cloud.store.put(site_id, site.body, internal=internal)

    def _place(self, site_id: ResourceId) -> Path:
        return self._folder / site_id.name.lower()


def _extract(content: bytes, target: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(target)  # the library keeps every name below the target
    if not (target / "host.json").is_file():
        raise ValueError("it has no host.json at its root")
