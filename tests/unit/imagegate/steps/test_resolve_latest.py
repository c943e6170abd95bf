"""Reading what latest resolves to."""

from fake_wire import Answer, Wire, cloud_on
from gate_bench import STAMP, version_body
from imagegate.gateway.image_versions import read_versions
from imagegate.model import ResourceId
from imagegate.steps.resolve_latest import resolve_latest
from smoke_azure import DEFINITION_ID


def test_over_all_pages(wire: Wire) -> None:
    """Every page of the list counts: the highest visible number may stand on any."""
    link = f"https://management.azure.com{DEFINITION_ID}/versions?$skiptoken=2"
    wire.on(
        "GET",
        f"{DEFINITION_ID}/versions",
        Answer(body={"value": [version_body(STAMP, number="1.2.3", hidden=False)], "nextLink": link}),
        Answer(body={"value": [version_body(STAMP, number="1.10.0", hidden=False)]}),
    )

    assert resolve_latest(cloud_on(wire), ResourceId.parse(DEFINITION_ID)).by_region == {"westeurope": "1.10.0"}


def test_no_version(wire: Wire) -> None:
    """A definition without a version has an empty latest."""
    wire.on("GET", f"{DEFINITION_ID}/versions", Answer(body={"value": []}))
    definition_id = ResourceId.parse(DEFINITION_ID)

    assert (read_versions(cloud_on(wire), definition_id), str(resolve_latest(cloud_on(wire), definition_id))) == (
        (),
        "nothing",
    )
