"""azure-storage-blob against the local cloud."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import AccessPolicy, ContainerSasPermissions, ContentSettings, generate_container_sas

from sdk_bench import Sdk, Settled


@pytest.fixture
def service(azure: Sdk, group: str, account: str) -> Settled:
    """The account's blobs, with its key."""
    key = azure.storage.storage_accounts.list_keys(group, account).keys_property[0].value
    return azure.blobs(azure.storage.storage_accounts.get_properties(group, account).primary_endpoints.blob, key)


@pytest.fixture
def container(service: Settled) -> Settled:
    """A container of the account."""
    made: Settled = service.create_container("logs")
    return made


def test_containers_live(service: Settled) -> None:
    """Containers are made, listed in pages by prefix, described and removed."""
    for name in ("logs", "loot", "other"):
        service.create_container(name, metadata={"of": name})
    assert [entry.name for entry in service.list_containers(name_starts_with="lo", results_per_page=1)] == [
        "logs",
        "loot",
    ]
    container = service.get_container_client("logs")
    container.set_container_metadata({"a": "b"})
    assert container.get_container_properties().metadata == {"a": "b"}
    with pytest.raises(ResourceExistsError):
        service.create_container("logs")
    service.delete_container("logs")
    assert not container.exists()
    assert service.get_account_information()["account_kind"] == "StorageV2"
    assert service.get_service_properties()["cors"] == []


def test_a_blob_is_written_described_and_read(container: Settled) -> None:
    """Content goes in and comes out, whole and in ranges, with its properties and metadata."""
    blob = container.get_blob_client("a/log.txt")
    blob.upload_blob(b"0123456789", metadata={"a": "b"}, content_settings=ContentSettings(content_type="text/plain"))
    assert blob.download_blob().readall() == b"0123456789"
    assert blob.download_blob(offset=2, length=3).readall() == b"234"
    blob.set_http_headers(ContentSettings(content_type="text/html", cache_control="no-store"))
    blob.set_blob_metadata({"c": "d"})
    found = blob.get_blob_properties()
    assert (found.size, found.metadata, found.content_settings.content_type) == (10, {"c": "d"}, "text/html")
    with pytest.raises(ResourceExistsError):
        blob.upload_blob(b"x")
    blob.upload_blob(b"x", overwrite=True)
    blob.set_standard_blob_tier("Cool")
    assert blob.get_blob_properties().blob_tier == "Cool"
    blob.delete_blob()
    assert not blob.exists()
    with pytest.raises(ResourceNotFoundError):
        blob.download_blob()


def test_blobs_are_listed_in_pages_and_by_folder(container: Settled) -> None:
    """A prefix, a delimiter and pages tell a container's blobs apart."""
    for name in ("a/1", "a/2", "b/1", "c"):
        container.upload_blob(name, b"x")
    assert [entry.name for entry in container.list_blobs(results_per_page=1)] == ["a/1", "a/2", "b/1", "c"]
    assert list(container.list_blob_names(name_starts_with="a/")) == ["a/1", "a/2"]
    assert [entry.name for entry in container.walk_blobs(delimiter="/")] == ["a/", "b/", "c"]


def test_a_blob_grows_by_blocks_and_by_appending(azure: Sdk, container: Settled) -> None:
    """Blocks count once they are committed; an append blob takes what comes."""
    block = importlib.import_module("azure.storage.blob").BlobBlock
    blob = container.get_blob_client("blocks")
    blob.stage_block("MQ==", b"one")
    blob.stage_block("Mg==", b"two")
    assert len(blob.get_block_list("all")[1]) == 2
    blob.commit_block_list([block("Mg=="), block("MQ==")])
    assert blob.download_blob().readall() == b"twoone"
    growing = container.get_blob_client("log")
    growing.create_append_blob()
    growing.append_block(b"first ")
    growing.append_block(b"second")
    assert growing.download_blob().readall() == b"first second"


def test_a_page_blob_is_written_in_pages(container: Settled) -> None:
    """Pages are written and cleared in place; the ranges that hold something are told; the size changes."""
    blob = container.get_blob_client("disk.vhd")
    blob.create_page_blob(2048)
    blob.upload_page(b"x" * 512, offset=512, length=512)
    blob.upload_page(b"y" * 512, offset=1024, length=512)
    blob.clear_page(offset=512, length=512)
    assert [(page.start, page.end) for page in blob.list_page_ranges()] == [(1024, 1535)]
    blob.resize_blob(4096)
    assert blob.get_blob_properties().size == 4096
    with pytest.raises(HttpResponseError, match="multiple of 512"):
        blob.resize_blob(1000)


def test_a_lease_keeps_others_out(container: Settled) -> None:
    """Who holds the lease writes; who does not is refused, until it is released or broken."""
    blob = container.get_blob_client("state")
    blob.upload_blob(b"1")
    lease = blob.acquire_lease(lease_duration=15)
    with pytest.raises(HttpResponseError) as refused:
        blob.upload_blob(b"2", overwrite=True)
    assert "LeaseIdMissing" in str(refused.value)
    with pytest.raises(ResourceExistsError):
        blob.acquire_lease()
    blob.upload_blob(b"2", overwrite=True, lease=str(lease.id))
    assert blob.get_blob_properties().lease.state == "leased"
    lease.renew()
    lease.change("0b1f6471-1bf0-4dda-aec3-cb9272f09590")
    lease.release()
    assert blob.get_blob_properties().lease.state == "available"
    blob.acquire_lease().break_lease(lease_break_period=0)
    blob.delete_blob()


def test_a_snapshot_stays_as_it_was(container: Settled) -> None:
    """A snapshot keeps the content of its moment, is listed, and holds its blob."""
    blob = container.get_blob_client("state")
    blob.upload_blob(b"before")
    moment = blob.create_snapshot()["snapshot"]
    blob.upload_blob(b"after", overwrite=True)
    kept = container.get_blob_client("state", snapshot=moment)
    assert (kept.download_blob().readall(), blob.download_blob().readall()) == (b"before", b"after")
    assert [entry.snapshot for entry in container.list_blobs(include=["snapshots"])] == [moment, None]
    with pytest.raises(ResourceExistsError, match="has snapshots"):
        blob.delete_blob()
    blob.delete_blob(delete_snapshots="include")
    assert list(container.list_blobs(include=["snapshots"])) == []


def test_a_blob_is_copied(container: Settled, service: Settled) -> None:
    """A copy has the content and metadata of its source and says where it is from; another cloud is no source."""
    source = container.get_blob_client("from")
    source.upload_blob(b"content", metadata={"a": "b"})
    copy = container.get_blob_client("to")
    assert copy.start_copy_from_url(source.url)["copy_status"] == "success"
    found = copy.get_blob_properties()
    assert (found.metadata, found.copy.status, found.copy.source) == ({"a": "b"}, "success", source.url)
    assert copy.download_blob().readall() == b"content"
    with pytest.raises(ResourceExistsError):
        copy.abort_copy(found.copy.id)
    with pytest.raises(HttpResponseError, match="own blobs only"):
        copy.start_copy_from_url("https://elsewhere.invalid/a/b/c")
    with pytest.raises(ResourceNotFoundError):
        copy.start_copy_from_url(f"{source.url}-not")


def test_a_stored_policy_grants_and_takes_back(azure: Sdk, group: str, account: str, container: Settled) -> None:
    """A signature that names a policy has the policy's rights and time, and none once the policy is gone."""
    container.get_blob_client("x").upload_blob(b"content")
    policy = AccessPolicy(permission=ContainerSasPermissions(read=True), expiry=datetime.now(UTC) + timedelta(hours=1))
    container.set_container_access_policy({"readers": policy})
    assert [entry.id for entry in container.get_container_access_policy()["signed_identifiers"]] == ["readers"]
    key = azure.storage.storage_accounts.list_keys(group, account).keys_property[0].value
    signature = generate_container_sas(account, "logs", account_key=key, policy_id="readers")
    url = azure.storage.storage_accounts.get_properties(group, account).primary_endpoints.blob
    reader = azure.blobs(url, signature).get_blob_client("logs", "x")
    assert reader.download_blob().readall() == b"content"
    with pytest.raises(HttpResponseError):
        reader.delete_blob()
    container.set_container_access_policy({})
    with pytest.raises(HttpResponseError):
        reader.download_blob()


def test_tokens_and_delegated_signatures_read(azure: Sdk, group: str, account: str, service: Settled) -> None:
    """A principal with a data role reads by its token, and is given a key to delegate with."""
    service.create_container("logs").upload_blob("x", b"content")
    scope = azure.storage.storage_accounts.get_properties(group, account)
    role = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"  # Storage Blob Data Contributor
    definition = f"/subscriptions/{azure.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    grant = {"roleDefinitionId": definition, "principalId": azure.server.owner.object_id}
    name = f"00000000-0000-0000-0000-{abs(hash(group)) % 10**12:012d}"
    azure.authorization.role_assignments.create(scope.id, name, {"properties": grant})
    mine = azure.blobs(scope.primary_endpoints.blob)
    assert mine.get_blob_client("logs", "x").download_blob().readall() == b"content"
    now = datetime.now(UTC)
    assert mine.get_user_delegation_key(now, now + timedelta(hours=1)).value
