"""Where managed boot diagnostics lie: a storage account of Azure's own, with a container for each machine."""

from __future__ import annotations

import base64
import secrets

from localazure.blobs.accounts import ACCOUNT_TYPE, delete_container, find_account, find_container, put_container
from localazure.blobs.contents import put_blob
from localazure.cloud import Cloud

ACCOUNT = "mdbootdiagnostics"
_PLATFORM = "/subscriptions/00000000-0000-0000-0000-00000000ca11/resourceGroups/platform"
_ACCOUNT_ID = f"{_PLATFORM}/providers/{ACCOUNT_TYPE}/{ACCOUNT}"


def make_account(cloud: Cloud) -> None:
    """Make the account; it is in no subscription of a client's, so in no list."""
    if cloud.store.get(_ACCOUNT_ID) is None:
        key = base64.b64encode(secrets.token_bytes(64)).decode()
        body = {"id": _ACCOUNT_ID, "name": ACCOUNT, "type": ACCOUNT_TYPE, "properties": {}}
        cloud.store.put(_ACCOUNT_ID, body, internal={"keys": [key]})


def keep(cloud: Cloud, machine_id: str, name: str, content: bytes, *, content_type: str) -> str:
    """Write a machine's blob, replacing the one of before; the name of its container."""
    account, container = find_account(cloud, ACCOUNT), _container(machine_id)
    if account is not None and find_container(cloud, account, container) is None:
        put_container(cloud, account, container)
    put_blob(cloud, ACCOUNT, container, name, content, content_type=content_type)
    return container


def forget(cloud: Cloud, machine_id: str) -> None:
    """Remove what was kept of a machine."""
    account = find_account(cloud, ACCOUNT)
    if account is not None:
        delete_container(cloud, account, _container(machine_id))


def _container(machine_id: str) -> str:
    return f"bootdiagnostics-{machine_id}"
