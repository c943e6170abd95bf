"""Blobs go up once and come down whole."""

import pytest

from fake_wire import Answer, Wire, cloud_on
from imagegate.errors import ServiceRefused
from imagegate.gateway.blobs import Container

URL = "https://a.blob.example/scripts"


def test_uploaded_once(wire: Wire) -> None:
    """What is there is not sent again; the cloud's own token is what opens the door."""
    wire.on("HEAD", "/scripts/x.sh", Answer(status=404), Answer(status=200))
    wire.on("PUT", "/scripts/x.sh", Answer(status=201))
    container = Container(cloud_on(wire), URL)

    assert [container.upload_once("x.sh", b"echo"), container.upload_once("x.sh", b"echo")] == [True, False]
    put = wire.calls("PUT", ".*")[0]
    assert (put.body, put.headers["Authorization"], put.headers["x-ms-blob-type"]) == (
        b"echo",
        "Bearer token",
        "BlockBlob",
    )


def test_an_account_in_the_path(wire: Wire) -> None:
    """Clouds that put the account into the path are served as well."""
    wire.on("HEAD", "/account/scripts/x.sh", Answer(status=200))

    assert not Container(cloud_on(wire), "https://blob.example:8443/account/scripts").upload_once("x.sh", b"")


@pytest.mark.parametrize("url", ["", "scripts", "/account/scripts", "https://"])
def test_what_is_no_container(wire: Wire, url: str) -> None:
    """An address that is none is told as it is."""
    with pytest.raises(ServiceRefused, match="is not the address of a blob container"):
        Container(cloud_on(wire), url)
