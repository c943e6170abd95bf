"""Finding the build log of a run."""

from datetime import UTC, datetime

import pytest

from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from imagegate.gateway.platform_images import newest
from imagegate.gateway.staging_logs import blob_named_in, fetch_log

ACCOUNT = "/subscriptions/s/resourceGroups/IT_a/providers/Microsoft.Storage/storageAccounts/a"
FOLDER = "8f0c0000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    "message",
    [
        f"x log location: https://a.blob.core.windows.net/packerlogs/{FOLDER}/customization.log. OperationId: y.",
        f"logs are at location {ACCOUNT}/blobServices/default/containers/packerlogs/{FOLDER}/customization.log. Please",
        f"x https://127.0.0.1:1234/acct/packerlogs/{FOLDER}/customization.log. x",
    ],
    ids=["until 2023", "2024", "account in the path"],
)
def test_the_message_names_the_log(message: str) -> None:
    """Both of the service's wordings lead to the blob."""
    assert blob_named_in(message) == f"{FOLDER}/customization.log"


def test_a_message_without_a_log() -> None:
    """Other messages name none."""
    assert blob_named_in("Internal error occurred.") is None


def _listing(*blobs: tuple[str, str]) -> Answer:
    entries = "".join(
        f"<Blob><Name>{name}</Name><Properties><Last-Modified>{moment}</Last-Modified><Content-Length>3</Content-Length>"
        "<BlobType>BlockBlob</BlobType></Properties></Blob>"
        for name, moment in blobs
    )
    text = f'<?xml version="1.0"?><EnumerationResults><Blobs>{entries}</Blobs><NextMarker/></EnumerationResults>'
    return Answer(body=text, headers={"Content-Type": "application/xml"})


def _staging(wire: Wire, *blobs: tuple[str, str]) -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/IT_x"
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/a"
    other = {
        "id": f"{group}/providers/Microsoft.Network/virtualNetworks/v",
        "type": "Microsoft.Network/virtualNetworks",
    }
    wire.on(
        "GET",
        f"{group}/resources",
        Answer(body={"value": [other, {"id": account, "type": "microsoft.storage/storageaccounts"}]}),
    )
    wire.on("GET", account, Answer(body={"properties": {"primaryEndpoints": {"blob": "https://a.blob.example/"}}}))
    wire.on("GET", "/packerlogs", _listing(*blobs))
    wire.on(
        "GET",
        "/packerlogs/.+",
        lambda seen: Answer(
            status=206,
            body=seen.path.encode(),
            headers={
                "Content-Range": f"bytes 0-{len(seen.path) - 1}/{len(seen.path)}",
                "x-ms-blob-type": "BlockBlob",
                "ETag": '"1"',
            },
        ),
    )


OLD, NEW = "Sat, 01 Nov 2025 10:00:00 GMT", "Sat, 01 Nov 2025 12:00:00 GMT"


def test_the_newest_log_is_taken(wire: Wire) -> None:
    """Of several runs the newest log is taken, and only a customization.log."""
    _staging(wire, ("new/customization.log", NEW), ("old/customization.log", OLD), ("new/validation.log", NEW))

    found = fetch_log(cloud_on(wire), "IT_x", message="", since=None)

    assert found is not None
    assert (found.name, found.content) == ("new/customization.log", b"/packerlogs/new/customization.log")


def test_the_log_that_the_message_names_is_taken(wire: Wire) -> None:
    """The message knows better than the clock."""
    _staging(wire, ("new/customization.log", NEW), ("old/customization.log", OLD))

    found = fetch_log(cloud_on(wire), "IT_x", message="https://a/packerlogs/old/customization.log.", since=None)

    assert found is not None
    assert found.name == "old/customization.log"


def test_an_earlier_runs_log_is_not_taken(wire: Wire) -> None:
    """A log that is older than the run is another run's."""
    _staging(wire, ("old/customization.log", OLD))

    assert fetch_log(cloud_on(wire), "IT_x", message="", since=datetime(2025, 11, 1, 11, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("versions", "highest"),
    [(["0.2.9", "0.2.10"], "0.2.10"), (["1.0.0", "0.99.99"], "1.0.0"), (["latest", "0.1"], "0.1"), ([], "")],
)
def test_versions_compare_as_numbers(versions: list[str], highest: str) -> None:
    """10 is more than 9."""
    assert newest(versions) == highest
