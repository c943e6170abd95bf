"""Keep the security type of an image definition that is there: the gallery refuses to change it."""

from collections.abc import Callable

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import get_resource
from imagegate.model import ResourceId
from imagegate.model.image_definition import ImageDefinition
from imagegate.settings import Settings

_DEFINITION = "Microsoft.Compute/galleries/images"


def keep_security_type(cloud: Cloud, settings: Settings, *, note: Callable[[str], None]) -> dict[str, str]:
    """The foundation's parameter `securityType` of a definition that is there; empty where there is none yet.

    A note says so where the settings name another one.
    """
    azure, wanted = settings.azure, settings.definition.security_type
    definition_id = ResourceId.of(
        cloud.subscription_id, azure.resource_group, _DEFINITION, azure.gallery, azure.definition
    )
    body = get_resource(cloud, definition_id)
    if body is None:
        return {}
    found = ImageDefinition.from_arm(body).security_type
    if found.lower() != wanted.lower():
        note(f"{azure.definition} stays {found}, as it was made; for {wanted} name another image definition")
    return {"securityType": found}
