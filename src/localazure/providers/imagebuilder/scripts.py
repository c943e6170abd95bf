"""Scripts and files: fetched when the template is submitted, with its identity's rights, checked, and kept.

A script that changes later is not picked up by another run of the same template (image-builder-permissions-cli).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import requests

from localazure.arm.messages import Principal
from localazure.blobs.accounts import find_account
from localazure.blobs.contents import put_blob
from localazure.blobs.links import READ, read_link, split_url
from localazure.cloud import Cloud
from localazure.providers.imagebuilder.failures import SubmissionFailed, not_authorized
from localazure.providers.imagebuilder.staging import SCRIPT_CONTAINER, Staging

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
        put_blob(cloud, staging.account, SCRIPT_CONTAINER, kept[key], content)
    return kept


def kept_content(cloud: Cloud, staging: Staging, name: str) -> bytes:
    """What was fetched for a step."""
    found = cloud.store.get_blob(staging.account, SCRIPT_CONTAINER, name)
    if found is None:
        message = f"The script '{name}' is no longer in the staging storage account '{staging.account}'."
        raise SubmissionFailed("ServerError", message)
    return found.content


def _fetched(cloud: Cloud, uri: str, *, number: int, identity: Principal, timeout_s: float, key: str) -> bytes:
    blob = split_url(cloud, uri)
    if blob is None:
        return _from_elsewhere(cloud, uri, number=number, timeout_s=timeout_s, key=key)
    content = read_link(cloud, uri, principal=identity)
    if content is not None:
        return content
    account = find_account(cloud, blob[0])
    if account is None:
        raise _cannot_download(uri, number, key, "no such host")
    scope = f"{account.container_id(blob[1])}/blobs/{blob[2]}"
    if cloud.is_allowed(identity, READ, scope, data=True):
        raise _cannot_download(uri, number, key, "StatusCode=404, BlobNotFound")
    raise not_authorized(uri)


def _from_elsewhere(cloud: Cloud, uri: str, *, number: int, timeout_s: float, key: str) -> bytes:
    try:
        trusted = str(cloud.ca_bundle) if cloud.ca_bundle else True
        answer = requests.get(uri, timeout=timeout_s, verify=trusted)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise _cannot_download(uri, number, key, str(error)) from error
    return answer.content


def _cannot_download(uri: str, number: int, key: str, reason: str) -> SubmissionFailed:
    local = f"{number}.{'customizer' if key.startswith('customize') else 'validator'}.fp"
    code = "NoCustomizerScript" if key.startswith("customize") else "NoValidatorScript"
    return SubmissionFailed(
        code,
        f"Downloading external file ({uri}) to local file ({local}) [attempt {ATTEMPTS} of {ATTEMPTS}] failed: "
        f"Error downloading '{uri}' to '{local}': {reason}",
    )
