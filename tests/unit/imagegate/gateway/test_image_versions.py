"""The newest version of a definition."""

from fake_wire import Answer, Wire, cloud_on
from imagegate.gateway.image_versions import newest_version
from imagegate.model import ResourceId

DEFINITION = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/b")


def newest(*names: str) -> str | None:
    """Of versions with these names."""
    wire = Wire()
    value = [{"id": f"{DEFINITION}/versions/{name}"} for name in names]
    wire.on("GET", f"{DEFINITION}/versions", Answer(body={"value": value}))
    found = newest_version(cloud_on(wire), DEFINITION)
    return found.name if found else None


def test_by_number() -> None:
    """Versions compare as numbers, not as text, and what is none comes last."""
    assert newest("1.2.3", "1.10.0", "1.9.9", "odd") == "1.10.0"


def test_none() -> None:
    """A definition without versions has no newest."""
    assert newest() is None
