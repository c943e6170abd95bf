"""Bring local scripts where the service can fetch them, and point the template there."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from imagegate.errors import LoginFailed, NotAuthorised
from imagegate.gateway import not_yet
from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.model.template_source import LocalScript, TemplateSource
from imagegate.steps.find_container import FoundContainer, find_container
from imagegate.steps.hash_content import member
from imagegate.waiting import Deadline

_WRITE_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"


def upload_scripts(
    cloud: Cloud, source: TemplateSource, *, resource_group: str, deadline: Deadline, note: Callable[[str], None]
) -> Mapping[str, Any]:
    """Upload each script once, by its content hash, and return the template's body with addresses and checksums.

    What is there already is not uploaded again. Nothing is asked of anybody when there are no local scripts. Shortly
    after a set-up, rights that it gave are waited for.

    Raises:
        ResourceMissing: the foundation that brings the script container is not deployed.
    """
    if not source.scripts:
        return source.body
    found = find_container(cloud, resource_group, "script")
    container = Container(cloud, found.url)
    patience = not_yet.Patience(deadline=deadline, note=note)
    for script in _distinct(source.scripts):
        if _upload(container, script, found, patience):
            note(f"uploaded {script.relative_path} ({len(script.content)} bytes)")
        else:
            note(f"{script.relative_path} is there already")
    return _pointed_at(source, container.url)


def _upload(container: Container, script: LocalScript, found: FoundContainer, patience: not_yet.Patience) -> bool:
    while True:
        try:
            return container.upload_once(script.blob_name, script.content)
        except LoginFailed:
            raise
        except NotAuthorised as refused:
            if not patience.wait(not_yet.of_rights(found.set_up_at)):
                raise _not_authorised(container, script, refused) from refused


def _not_authorised(container: Container, script: LocalScript, refused: NotAuthorised) -> NotAuthorised:
    return NotAuthorised(
        f"{script.relative_path} could not be uploaded.\n{refused.message}",
        action=_WRITE_BLOBS,
        scope=container.url,
        hint="Run `imagegate setup` with --principal-id of this principal, or give it Storage Blob Data "
        "Contributor on the storage account; a new role assignment takes minutes to arrive.",
        ids=refused.ids,
    )


def _distinct(scripts: tuple[LocalScript, ...]) -> list[LocalScript]:
    return list({script.blob_name: script for script in scripts}.values())


def _pointed_at(source: TemplateSource, container_url: str) -> dict[str, Any]:
    body = copy.deepcopy(dict(source.body))
    for script in source.scripts:
        step = member(body, script.step)
        step[script.key] = f"{container_url}/{script.blob_name}"
        step["sha256Checksum"] = script.sha256
    return body
