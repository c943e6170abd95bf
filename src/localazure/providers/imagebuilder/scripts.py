"""Scripts and files: fetched when the template is submitted, with its identity's rights, checked, and kept.

A script that changes later is not picked up by another run of the same template (image-builder-permissions-cli).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import requests

from localazure.arm.messages import Principal
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import blobs
from localazure.providers.imagebuilder.failures import SubmissionFailed, not_authorized
from localazure.providers.imagebuilder.staging import SCRIPT_CONTAINER, Staging

READ_BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
ATTEMPTS = 10


def steps_with_content(properties: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step that names a URL, with a key that finds it again."""
    validators = (properties.get("validate") or {}).get("inVMValidations") or ()
    for kind, steps in (("customize", properties.get("customize") or ()), ("validate", validators)):
        for index, step in enumerate(steps):
            if step.get("scriptUri") or step.get("sourceUri"):
                yield f"{kind}/{index}", step


def fetch_all(
    cloud: Cloud, properties: dict[str, Any], *, staging: Staging, identity: Principal, timeout_s: float
) -> dict[str, str]:
    """Fetch and keep what every step names, and write the checksums into the steps; names of blobs by step's key."""
    kept: dict[str, str] = {}
    for number, (key, step) in enumerate(steps_with_content(properties)):
        uri = str(step.get("scriptUri") or step["sourceUri"])
        content = _fetched(cloud, uri, number=number, identity=identity, timeout_s=timeout_s, key=key)
        digest = hashlib.sha256(content).hexdigest()
        if step.get("sha256Checksum") not in (None, "", digest):
            raise SubmissionFailed(
                "Other",
                f"Validation failed: The SHA-256 checksum of '{uri}' is '{digest}', which is not the sha256Checksum of "
                f"the template: '{step['sha256Checksum']}'.",
            )
        step["sha256Checksum"] = digest
        kept[key] = f"{uuid.uuid4()}/{number}.{'customizer' if key.startswith('customize') else 'validator'}.fp"
        blobs.put(cloud, staging.account, SCRIPT_CONTAINER, kept[key], content)
    return kept


def kept_content(cloud: Cloud, staging: Staging, name: str) -> bytes:
    """What was fetched for a step."""
    found = cloud.store.get_blob(staging.account, SCRIPT_CONTAINER, name)
    if found is None:
        message = f"The script '{name}' is no longer in the staging storage account '{staging.account}'."
        raise SubmissionFailed("ServerError", message)
    return found.content


def _fetched(cloud: Cloud, uri: str, *, number: int, identity: Principal, timeout_s: float, key: str) -> bytes:
    blob = _blob_of(cloud, uri)
    if blob is not None:
        return _from_storage(cloud, uri, blob, identity=identity, number=number, key=key)
    try:
        answer = requests.get(uri, timeout=timeout_s)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise _cannot_download(uri, number, key, str(error)) from error
    return answer.content


def _blob_of(cloud: Cloud, uri: str) -> tuple[str, str, str] | None:
    """Account, container and name when the URL lies in this cloud's storage and carries no signature of its own."""
    prefix = f"{cloud.blob_endpoint.rstrip('/')}/"
    if not cloud.blob_endpoint or not uri.startswith(prefix) or "?" in uri:
        return None
    account, _, rest = uri.removeprefix(prefix).partition("/")
    container, _, name = rest.partition("/")
    return account, container, unquote(name)


def _from_storage(
    cloud: Cloud, uri: str, blob: tuple[str, str, str], *, identity: Principal, number: int, key: str
) -> bytes:
    account, container, name = blob
    accounts = cloud.store.of_type("Microsoft.Storage/storageAccounts")
    owner = next((entry for entry in accounts if entry.id.name.lower() == account.lower()), None)
    if owner is None:
        raise _cannot_download(uri, number, key, "no such host")
    scope = f"{owner.id}/blobServices/default/containers/{container}/blobs/{name}"
    if not cloud.is_allowed(identity, READ_BLOB, scope, data=True):
        raise not_authorized(uri)
    found = cloud.store.get_blob(account, container, name)
    if found is None:
        raise _cannot_download(uri, number, key, "StatusCode=404, BlobNotFound")
    return found.content


def _cannot_download(uri: str, number: int, key: str, reason: str) -> SubmissionFailed:
    local = f"{number}.{'customizer' if key.startswith('customize') else 'validator'}.fp"
    code = "NoCustomizerScript" if key.startswith("customize") else "NoValidatorScript"
    return SubmissionFailed(
        code,
        f"Downloading external file ({uri}) to local file ({local}) [attempt {ATTEMPTS} of {ATTEMPTS}] failed: "
        f"Error downloading '{uri}' to '{local}': {reason}",
    )
