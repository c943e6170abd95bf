"""Keep what a gallery and an image definition are already: a deployment replaces tags, and may not change the rest."""

from collections.abc import Callable

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import get_resource
from imagegate.model import ResourceId
from imagegate.model.image_definition import ImageDefinition
from imagegate.settings import Settings


def keep_gallery(cloud: Cloud, settings: Settings, *, note: Callable[[str], None]) -> dict[str, object]:
    """The foundation's parameters that say how both are; `securityType` only of a definition that is there.

    A note says so where the settings name another security type, which the gallery refuses to change.
    """
    azure, wanted = settings.azure, settings.definition.security_type
    gallery_id = ResourceId.of(
        cloud.subscription_id, azure.resource_group, "Microsoft.Compute/galleries", azure.gallery
    )
    gallery, definition = (
        get_resource(cloud, one) or {} for one in (gallery_id, gallery_id.child("images", azure.definition))
    )
    kept: dict[str, object] = {
        "galleryTags": dict(gallery.get("tags") or {}),
        "definitionTags": dict(definition.get("tags") or {}),
    }
    if not definition:
        return kept
    found = ImageDefinition.from_arm(definition).security_type
    if found.lower() != wanted.lower():
        note(f"{azure.definition} stays {found}, as it was made; for {wanted} name another image definition")
    return {**kept, "securityType": found}
