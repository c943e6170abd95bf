"""Reading templates, outputs and versions."""

from azure_builds import STAMP, put_build, template_body, version_body
from build_events import DEFINITION, TEMPLATE, VERSION
from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from imagegate.gateway.build_state import BuildState
from imagegate.model import ResourceId, RunState

_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images"


def test_template_is_read_with_stamp_and_run(wire: Wire) -> None:
    """What was built from where, and how the last run ended."""
    put_build(wire, template=template_body("Failed"))

    template = BuildState(cloud_on(wire)).template(ResourceId.parse(TEMPLATE))

    assert template is not None
    assert template.stamp.commit == STAMP["imagegate-commit"]
    assert template.run is not None
    assert template.run.state is RunState.FAILED


def test_what_is_gone_is_none(wire: Wire) -> None:
    """A template or version that does not exist is no error."""
    missing = Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "gone"}})
    wire.on("GET", f"{_GROUP}/.*", missing)
    state = BuildState(cloud_on(wire))

    assert state.template(ResourceId.parse(TEMPLATE)) is None
    assert state.version(ResourceId.parse(VERSION)) is None
    assert state.output_versions(ResourceId.parse(TEMPLATE)) == ()


def test_only_gallery_versions_count_as_outputs(wire: Wire) -> None:
    """A VHD beside the version is left out."""
    put_build(wire)

    assert BuildState(cloud_on(wire)).output_versions(ResourceId.parse(TEMPLATE)) == (ResourceId.parse(VERSION),)


def test_versions_are_found_through_galleries_page_by_page(wire: Wire) -> None:
    """All versions of all definitions of all galleries, beyond the first page."""
    gallery, definition = DEFINITION.rsplit("/images/", 1)[0], DEFINITION
    link = f"https://management.azure.com{definition}/versions?api-version=2023-07-03&$skiptoken=a%2Bb"
    wire.on("GET", f"{_GROUP}/providers/Microsoft.Compute/galleries", Answer(body={"value": [{"id": gallery}]}))
    wire.on("GET", f"{gallery}/images", Answer(body={"value": [{"id": definition}]}))
    wire.on(
        "GET",
        f"{definition}/versions",
        Answer(body={"value": [version_body()], "nextLink": link}),
        Answer(body={"value": [version_body(version_id=f"{definition}/versions/1.2.4")]}),
    )

    found = list(BuildState(cloud_on(wire)).versions("rg-images"))

    assert [version.version for version in found] == ["1.2.3", "1.2.4"]
    assert wire.seen[-1].raw_query == "api-version=2023-07-03&$skiptoken=a%2Bb"


def test_templates_of_a_group_are_listed(wire: Wire) -> None:
    """Every template of the group."""
    path = f"{_GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates"
    wire.on("GET", path, Answer(body={"value": [template_body(None)]}))

    (template,) = BuildState(cloud_on(wire)).templates("rg-images")

    assert template.run is None
