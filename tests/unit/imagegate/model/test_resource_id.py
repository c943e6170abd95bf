"""Resource ids are read, compared and taken apart."""

import pytest

from imagegate.model import ResourceId

VERSION = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"


def test_compared_without_case() -> None:
    """Azure changes capitals between answers; the same id is the same, and finds itself in a set."""
    other = ResourceId.parse(VERSION.replace("resourceGroups", "resourcegroups").upper())

    assert other == ResourceId.parse(VERSION)
    assert len({other, ResourceId.parse(VERSION)}) == 1
    assert str(other) != VERSION


def test_taken_apart() -> None:
    """Subscription, group, type and names come out as written."""
    version = ResourceId.parse(VERSION)

    assert (version.subscription_id, version.resource_group) == ("s", "rg")
    assert version.type == "Microsoft.Compute/galleries/images/versions"
    assert (version.names, version.name) == (("golden", "web", "1.2.3"), "1.2.3")


def test_up_and_down() -> None:
    """The parent of a version is its definition, of a gallery its group; a child is one level down."""
    version = ResourceId.parse(VERSION)

    assert version.parent.child("versions", "1.2.3") == version
    assert version.parent.parent.parent == ResourceId.resource_group_of("s", "rg")
    assert version.parent.parent.parent.type == "Microsoft.Resources/resourceGroups"
    assert version.parent.parent.parent.parent.type == "Microsoft.Resources/subscriptions"


def test_built_from_parts() -> None:
    """An id can be put together from its names, and a wrong number of names is refused."""
    kind = "Microsoft.Compute/galleries/images/versions"

    assert ResourceId.of("s", "rg", kind, "golden", "web", "1.2.3") == ResourceId.parse(VERSION)
    with pytest.raises(ValueError, match="takes 3 names, got 1"):
        ResourceId.of("s", "rg", kind, "golden")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "golden/web",
        "/subscriptions",
        "/subscriptions/s/resourceGroups",
        "/subscriptions//resourceGroups/rg",
        "https://x/y",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    """A name, an address or half an id is not taken for an id."""
    with pytest.raises(ValueError, match="is not a resource id"):
        ResourceId.parse(text)


def test_extension_resources_have_the_innermost_type() -> None:
    """The id of a role assignment on a vault has the assignment's type and name."""
    text = f"{VERSION}/providers/Microsoft.Authorization/roleAssignments/r"
    assignment = ResourceId.parse(text)

    assert (assignment.type, assignment.names) == ("Microsoft.Authorization/roleAssignments", ("r",))
