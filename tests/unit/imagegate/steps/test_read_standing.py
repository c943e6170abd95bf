"""How a version stands, before somebody decides about it."""

import pytest

from fake_wire import Answer, Wire
from gate_bench import RECORDS, STAMP, GateBench, version_body
from imagegate.errors import ImageVersionUnusable, NotAuthorised
from imagegate.gateway.blobs import Container
from imagegate.gateway.records import Records
from imagegate.model import ResourceId
from imagegate.model.version_record import Standing
from imagegate.steps.read_standing import VersionStanding, read_standing
from job_issuer import JobIssuer
from smoke_azure import VERSION_ID


@pytest.fixture
def bench(wire: Wire) -> GateBench:
    """A hidden version without a record."""
    return GateBench(wire, JobIssuer())


def _read(bench: GateBench) -> VersionStanding:
    return read_standing(bench.cloud, Records(Container(bench.cloud, RECORDS)), ResourceId.parse(VERSION_ID))


def test_without_a_record(bench: GateBench) -> None:
    """A version that nobody decided about has a fresh record by its publishing date, to the second."""
    bench.others = [version_body(STAMP, number="1.0.0", hidden=False)]

    found = _read(bench)

    assert (found.record.standing, found.stored.etag) == (Standing.RECORDED, None)
    assert found.record.name == "golden/web/1.2.3/20261120T100000Z.json"
    assert found.latest.by_region == {"westeurope": "1.0.0"}


def test_not_published_yet(bench: GateBench) -> None:
    """A version without a publishing date has no record."""
    assert bench.version is not None
    del bench.version["properties"]["publishingProfile"]["publishedDate"]

    with pytest.raises(ImageVersionUnusable, match="is not usable"):
        _read(bench)


def test_blobs_have_rights_of_their_own(bench: GateBench) -> None:
    """An owner without a role on the blobs is told which one to take, and where."""
    bench.blobs.refusals["GET", "records"] = Answer(
        status=403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"}
    )

    with pytest.raises(NotAuthorised) as caught:
        _read(bench)

    assert "Storage Blob Data Contributor" in str(caught.value.hint)
    assert caught.value.scope == RECORDS
