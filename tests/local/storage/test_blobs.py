"""The blob service, driven with the unmodified azure-storage-blob package."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.identity import ClientSecretCredential
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    BlobServiceClient,
    ContainerClient,
    ContentSettings,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)

from localazure.assembly import LocalCloud
from localazure.blobs.links import mint_read_link, read_link

type Call = Callable[..., requests.Response]

_ACCOUNT = "~/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/scripts01"
_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"


@pytest.fixture
def url(settled: Call, call: Call, monkeypatch: pytest.MonkeyPatch, cloud_server: LocalCloud) -> str:
    """An account's blob endpoint."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cloud_server.ca_bundle))
    settled("PUT", _ACCOUNT, {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}})
    return str(call("GET", _ACCOUNT).json()["properties"]["primaryEndpoints"]["blob"])


@pytest.fixture
def key(url: str, call: Call) -> str:
    """The account's first key."""
    return str(call("POST", _ACCOUNT + "/listKeys").json()["keys"][0]["value"])


@pytest.fixture
def service(url: str, key: str) -> Iterator[BlobServiceClient]:
    """A client with the account's key."""
    with BlobServiceClient(url, credential={"account_name": "scripts01", "account_key": key}) as client:
        yield client


@pytest.fixture
def container(service: BlobServiceClient) -> ContainerClient:
    """A container of the account."""
    return service.create_container("logs")


@pytest.fixture
def assign(call: Call, cloud_server: LocalCloud) -> Callable[[str, str], None]:
    """Give the owner a role for data."""

    def assigned(role: str, scope: str) -> None:
        properties = {"roleDefinitionId": f"/x/{role}", "principalId": cloud_server.owner.object_id}
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111"
        assert call("PUT", path, {"properties": properties}).status_code == 201

    return assigned


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


def test_an_account_named_in_the_host(
    url: str, key: str, service: BlobServiceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`account.blob.localhost:PORT` is the same account as `localhost:PORT/account/`, signed as Azure's names are."""
    find = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **named: find("localhost" if str(host).endswith(".localhost") else host, *rest, **named),
    )
    service.create_container("by-path")
    named = url.replace("//", "//scripts01.blob.").removesuffix("/scripts01/")
    with BlobServiceClient(named, credential={"account_name": "scripts01", "account_key": key}) as client:
        client.get_blob_client("by-path", "a b/c.txt").upload_blob(b"by name")
        assert [one.name for one in client.list_containers()] == ["by-path"]
    assert service.get_blob_client("by-path", "a b/c.txt").download_blob().readall() == b"by name"


def test_blobs_are_written_read_described_and_removed(container: ContainerClient) -> None:
    """Names with slashes and blanks, metadata, content type, ranges, empty blobs."""
    settings = ContentSettings(content_type="text/plain", cache_control="no-store")
    container.upload_blob("run 1/customization.log", b"0123456789", metadata={"run": "1"}, content_settings=settings)
    container.upload_blob("empty", b"")
    blob = container.get_blob_client("run 1/customization.log")
    assert blob.download_blob().readall() == b"0123456789"
    assert blob.download_blob(offset=3, length=4).readall() == b"3456"
    assert container.download_blob("empty").readall() == b""
    properties = blob.get_blob_properties()
    assert (properties.size, properties.metadata) == (10, {"run": "1"})
    assert properties.content_settings.content_type == "text/plain"
    assert properties.content_settings.cache_control == "no-store"
    assert blob.exists()
    blob.delete_blob()
    assert not blob.exists()
    with pytest.raises(ResourceNotFoundError) as missing:
        blob.download_blob()
    assert missing.value.error_code == "BlobNotFound"  # type: ignore[attr-defined] # set by the storage package


def test_a_blob_is_not_overwritten_unasked(container: ContainerClient) -> None:
    """If-None-Match: * answers BlobAlreadyExists; with `overwrite` the tag changes."""
    blob = container.get_blob_client("script.sh")
    first = blob.upload_blob(b"one")
    with pytest.raises(ResourceExistsError) as there:
        blob.upload_blob(b"two")
    assert there.value.error_code == "BlobAlreadyExists"  # type: ignore[attr-defined] # set by the storage package
    second = blob.upload_blob(b"two", overwrite=True)
    assert first["etag"] != second["etag"]
    assert blob.get_blob_properties().creation_time is not None


def test_conditions_decide(container: ContainerClient) -> None:
    """If-Match with a stale tag is 412 for writes, deletes and reads."""
    from azure.core import MatchConditions

    blob = container.get_blob_client("b")
    stale = blob.upload_blob(b"one")["etag"]
    blob.upload_blob(b"two", overwrite=True)
    for attempt in (
        lambda: blob.upload_blob(b"3", overwrite=True, etag=stale, match_condition=MatchConditions.IfNotModified),
        lambda: blob.delete_blob(etag=stale, match_condition=MatchConditions.IfNotModified),
        lambda: blob.download_blob(etag=stale, match_condition=MatchConditions.IfNotModified),
    ):
        with pytest.raises(ResourceModifiedError):
            attempt()


def test_large_blobs_arrive_in_blocks(url: str, key: str, container: ContainerClient) -> None:
    """Blocks are staged and committed in the order of the list, and read back in chunks."""
    content = bytes(range(256)) * 40
    credential = {"account_name": "scripts01", "account_key": key}
    with BlobClient(
        url, "logs", "large", credential=credential, max_single_put_size=1024, max_block_size=1000,
        max_single_get_size=1024, max_chunk_get_size=700,
    ) as blob:  # fmt: skip
        blob.upload_blob(content)
        assert blob.download_blob().readall() == content
        blob.stage_block("YQ==", b"new")
        committed, staged = blob.get_block_list("all")
        assert [block.size for block in staged] == [3]
        blob.commit_block_list([*committed[:1], BlobBlock("YQ==")])
        assert blob.download_blob().readall() == content[:1000] + b"new"
        with pytest.raises(HttpResponseError) as refused:
            blob.commit_block_list([BlobBlock("Yg==")])
        assert refused.value.error_code == "InvalidBlockList"  # type: ignore[attr-defined] # set by the storage package


def test_logs_grow_by_appending(container: ContainerClient) -> None:
    """Append blobs keep what is there; a block blob cannot be appended to."""
    log = container.get_blob_client("live.log")
    log.create_append_blob()
    for line in (b"one\n", b"two\n"):
        log.append_block(line)
    assert log.download_blob().readall() == b"one\ntwo\n"
    log.set_blob_metadata({"a": "b"})
    assert log.get_blob_properties().metadata == {"a": "b"}
    other = container.upload_blob("plain", b"x")
    with pytest.raises(HttpResponseError, match="InvalidBlobType"):
        other.append_block(b"y")


def test_blobs_are_listed_with_prefix_delimiter_and_pages(container: ContainerClient) -> None:
    """Names in order, virtual folders once, pages that go on where the last one ended."""
    for name in ("a/1", "a/2", "b/1", "c"):
        container.upload_blob(name, b"x", metadata={"n": name})
    assert [blob.name for blob in container.list_blobs()] == ["a/1", "a/2", "b/1", "c"]
    assert [blob.name for blob in container.list_blobs(name_starts_with="a/")] == ["a/1", "a/2"]
    assert [entry.name for entry in container.walk_blobs()] == ["a/", "b/", "c"]
    pages = [[blob.name for blob in page] for page in container.list_blobs(results_per_page=3).by_page()]
    assert pages == [["a/1", "a/2", "b/1"], ["c"]]
    assert next(iter(container.list_blobs(include=["metadata"]))).metadata == {"n": "a/1"}


def test_containers_are_listed_and_removed(service: BlobServiceClient, container: ContainerClient) -> None:
    """Both planes see the same containers."""
    service.create_container("second")
    assert [entry.name for entry in service.list_containers()] == ["logs", "second"]
    assert [entry.name for entry in service.list_containers(name_starts_with="s")] == ["second"]
    with pytest.raises(ResourceExistsError):
        service.create_container("logs")
    container.set_container_metadata({"x": "y"})
    assert container.get_container_properties().metadata == {"x": "y"}
    container.delete_container()
    with pytest.raises(ResourceNotFoundError) as gone:
        container.get_container_properties()
    assert gone.value.error_code == "ContainerNotFound"  # type: ignore[attr-defined] # set by the storage package


def test_tokens_need_roles_with_data_actions(
    url: str, container: ContainerClient, credential: ClientSecretCredential, assign: Callable[[str, str], None]
) -> None:
    """An Owner may not read blobs; a Blob Data Reader may, and may not write them."""
    container.upload_blob("log", b"text")
    with ContainerClient(url, "logs", credential=credential) as client:
        with pytest.raises(HttpResponseError) as refused:
            client.download_blob("log")
        assert refused.value.error_code == "AuthorizationPermissionMismatch"  # type: ignore[attr-defined] # set by the storage package
        assign(_READER, _ACCOUNT + "/blobServices/default/containers/logs")
        assert client.download_blob("log").readall() == b"text"
        assert [blob.name for blob in client.list_blobs()] == ["log"]
        with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
            client.upload_blob("other", b"x")


def test_signatures_grant_what_they_say(url: str, key: str, container: ContainerClient) -> None:
    """A blob's signature reads that blob, and neither writes nor reads another one."""
    container.upload_blob("one", b"1")
    container.upload_blob("two", b"2")
    token = generate_blob_sas("scripts01", "logs", "one", account_key=key, permission="r", expiry=_soon())
    with BlobClient.from_blob_url(f"{url}logs/one?{token}") as blob:
        assert blob.download_blob().readall() == b"1"
        with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
            blob.upload_blob(b"x", overwrite=True)
    with (
        BlobClient.from_blob_url(f"{url}logs/two?{token}") as other,
        pytest.raises(ClientAuthenticationError, match="AuthenticationFailed"),
    ):
        other.download_blob()


def test_signatures_end(url: str, key: str, container: ContainerClient) -> None:
    """An expired signature is not authentic, and neither is a changed one."""
    container.upload_blob("one", b"1")
    past = datetime.now(UTC) - timedelta(minutes=1)
    old = generate_blob_sas("scripts01", "logs", "one", account_key=key, permission="r", expiry=past)
    forged = generate_blob_sas("scripts01", "logs", "one", account_key=key, permission="r", expiry=_soon())
    for token in (old, forged.replace("sp=r", "sp=rw")):
        with (
            BlobClient.from_blob_url(f"{url}logs/one?{token}") as blob,
            pytest.raises(ClientAuthenticationError, match="AuthenticationFailed"),
        ):
            blob.download_blob()


def test_container_and_account_signatures_list(url: str, key: str, container: ContainerClient) -> None:
    """`sr=c` and account signatures reach every blob of the container."""
    container.upload_blob("one", b"1")
    tokens = (
        generate_container_sas("scripts01", "logs", account_key=key, permission="rl", expiry=_soon()),
        generate_account_sas(
            "scripts01", account_key=key, resource_types="sco", permission="rl", expiry=_soon(), services="b"
        ),
    )
    for token in tokens:
        with ContainerClient.from_container_url(f"{url}logs?{token}") as client:
            assert [blob.name for blob in client.list_blobs()] == ["one"]


def test_a_principal_signs_for_itself(
    url: str, container: ContainerClient, credential: ClientSecretCredential, assign: Callable[[str, str], None]
) -> None:
    """A user delegation signature reads as far as the principal's own roles reach."""
    container.upload_blob("one", b"1")
    assign(_CONTRIBUTOR, _ACCOUNT)
    with BlobServiceClient(url, credential=credential) as client:
        delegated = client.get_user_delegation_key(datetime.now(UTC), _soon())
    token = generate_blob_sas("scripts01", "logs", "one", user_delegation_key=delegated, permission="r", expiry=_soon())
    with BlobClient.from_blob_url(f"{url}logs/one?{token}") as blob:
        assert blob.download_blob().readall() == b"1"


def test_strangers_are_turned_away(url: str, container: ContainerClient) -> None:
    """A private account tells anonymous readers so (recorded code); writers have to authenticate."""
    container.upload_blob("one", b"1")
    with BlobClient.from_blob_url(f"{url}logs/one") as blob:
        with pytest.raises(ResourceExistsError) as refused:
            blob.download_blob()
        assert refused.value.error_code == "PublicAccessNotPermitted"  # type: ignore[attr-defined] # set by the storage package
        with pytest.raises(ClientAuthenticationError, match="NoAuthenticationInformation"):
            blob.upload_blob(b"x", overwrite=True)


def test_public_containers_are_read_by_anyone(url: str, call: Call, service: BlobServiceClient) -> None:
    """Where account and container allow it, a blob is read without credentials, and the list is not."""
    call("PATCH", _ACCOUNT, {"properties": {"allowBlobPublicAccess": True}})
    service.create_container("open", public_access="blob").upload_blob("one", b"1")
    with BlobClient.from_blob_url(f"{url}open/one") as blob:
        assert blob.download_blob().readall() == b"1"
    with ContainerClient.from_container_url(f"{url}open") as client, pytest.raises(ResourceNotFoundError):
        list(client.list_blobs())


def test_keys_can_be_switched_off(call: Call, container: ContainerClient) -> None:
    """KeyBasedAuthenticationNotPermitted once the account says so."""
    call("PATCH", _ACCOUNT, {"properties": {"allowSharedKeyAccess": False}})
    with pytest.raises(HttpResponseError, match="KeyBasedAuthenticationNotPermitted"):
        container.upload_blob("one", b"1")


def test_another_key_is_not_authentic(url: str, container: ContainerClient) -> None:
    """A signature under a key that is not the account's is refused."""
    credential = {"account_name": "scripts01", "account_key": "a2V5"}
    with (
        BlobServiceClient(url, credential=credential) as client,
        pytest.raises(ClientAuthenticationError, match="AuthenticationFailed"),
    ):
        list(client.list_containers())


def test_links_are_minted_for_the_service_itself(
    cloud_server: LocalCloud, container: ContainerClient, url: str
) -> None:
    """A minted link reads with any client; `read_link` follows it, and nothing without a right."""
    container.upload_blob("boot log", b"text")
    link = mint_read_link(cloud_server.cloud, "scripts01", "logs", "boot log")
    with BlobClient.from_blob_url(link) as blob:
        assert blob.download_blob().readall() == b"text"
    assert read_link(cloud_server.cloud, link) == b"text"
    assert read_link(cloud_server.cloud, link.split("?", maxsplit=1)[0]) is None
    assert read_link(cloud_server.cloud, "https://example.com/logs/x") is None
    platform = cloud_server.cloud.platform
    assert read_link(cloud_server.cloud, link.split("?", maxsplit=1)[0], principal=platform) == b"text"


def test_an_account_takes_its_blobs_along(
    cloud_server: LocalCloud, call: Call, container: ContainerClient, url: str
) -> None:
    """Deleting the account deletes blobs; its endpoint then has no such account."""
    container.upload_blob("one", b"1")
    call("DELETE", _ACCOUNT)
    assert cloud_server.cloud.store.blobs("scripts01") == []
    with pytest.raises(ResourceNotFoundError):
        container.get_container_properties()


def test_what_is_not_served_says_so(container: ContainerClient) -> None:
    """Blob tags and leases of containers answer 501 with a code of our own."""
    with pytest.raises(HttpResponseError, match="NotServedByLocalCloud"):
        container.get_blob_client("disk").set_blob_tags({"a": "b"})
    with pytest.raises(HttpResponseError, match="NotServedByLocalCloud"):
        container.acquire_lease()
