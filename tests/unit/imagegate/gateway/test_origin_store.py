"""The container of proofs."""

import hashlib

import pytest

from fake_blobs import FakeBlobs
from fake_wire import Answer, Wire, cloud_on
from imagegate.errors import NotAuthorised
from imagegate.gateway.blobs import Container
from imagegate.gateway.origin_store import PROOF_LIMIT, TooManyProofs, read_proofs, write_proof

URL = "https://proofs.example/origin"


@pytest.fixture
def blobs(wire: Wire) -> FakeBlobs:
    """An account with the container."""
    return FakeBlobs(wire, "origin")


def test_a_proof_is_written_once_and_nothing_is_read(wire: Wire, blobs: FakeBlobs) -> None:
    """A token lies under statement and token hash; the same token twice is one blob, and no request reads."""
    container = Container(cloud_on(wire), URL)

    write_proof(container, "digest", "a.b.c")
    write_proof(container, "digest", "a.b.c")

    assert list(blobs.blobs) == [f"/origin/digest/{hashlib.sha256(b'a.b.c').hexdigest()}"]
    assert {seen.method for seen in wire.seen} == {"PUT"}
    assert list(read_proofs(container, "digest")) == ["a.b.c"]
    assert list(read_proofs(container, "other")) == []


def test_junk_is_bounded(wire: Wire, blobs: FakeBlobs) -> None:
    """Blobs that are too large are passed over, bytes that are no text come out as text, and a flood ends the look."""
    blobs.write("/origin/d/large", b"x" * 20_000)
    blobs.write("/origin/d/odd", b"\xff\xfe")
    container = Container(cloud_on(wire), URL)

    assert [len(one) for one in read_proofs(container, "d")] == [2]
    for number in range(PROOF_LIMIT):
        blobs.write(f"/origin/d/{number}", b"x")
    with pytest.raises(TooManyProofs):
        list(read_proofs(container, "d"))


def test_a_refusal_is_an_error(wire: Wire, blobs: FakeBlobs) -> None:
    """A principal without the right is told so."""
    blobs.refusals["GET", "origin"] = Answer(status=403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"})

    with pytest.raises(NotAuthorised):
        list(read_proofs(Container(cloud_on(wire), URL), "d"))
