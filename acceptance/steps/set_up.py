"""Runs set-up twice, and looks at what it made."""

from __future__ import annotations

import uuid

from acceptance.api_versions import AUTHORIZATION, GALLERIES, RESOURCES
from acceptance.leftovers import is_role_of
from acceptance.places import value_at, values_at
from acceptance.sample import image_folder
from acceptance.template_parts import template_types
from acceptance.world import World
from imagegate.gateway.principal import own_principal

_ROLES = "providers/Microsoft.Authorization/roleDefinitions"


def set_up(world: World) -> None:
    """Run `imagegate setup` twice, and for the least principal; read the definition; make a role of the same name."""
    folder = str(image_folder(world.options))
    first = world.run("set-up", "setup", folder)
    if first.status:
        return
    world.run("set-up-again", "setup", folder)
    if least := rights_of_the_least(world):
        world.run("set-up-least", "setup", folder, *least)
    for namespace in sorted({kind.partition("/")[0] for kind, _ in template_types()}):
        path = f"{world.subscription}/providers/{namespace}"
        world.ask(f"set-up/types-{namespace}", "GET", path, api_version=RESOURCES)
    definition = str(value_at(first.body, "outputs.galleryImageId"))
    world.ask("set-up/definition", "GET", definition, api_version=GALLERIES)
    listed = world.ask(
        "set-up/roles",
        "GET",
        f"{world.group()}/{_ROLES}",
        api_version=AUTHORIZATION,
        query={"$filter": "type eq 'CustomRole'"},
        keep=lambda body: {"value": [role for role in values_at(body, "value[]") if is_role_of(world, role)]},
    )
    ours = [role for role in values_at(listed.body, "value[]") if is_role_of(world, role)]
    if name := value_at(ours, "[0].properties.roleName"):
        body = {"properties": _role(str(name), world.group())}
        path = f"{world.group()}/{_ROLES}/{uuid.uuid4()}"
        world.ask("set-up/role-of-the-same-name", "PUT", path, api_version=AUTHORIZATION, body=body)


def rights_of_the_least(world: World) -> list[str]:
    """The arguments of `setup` that give the least principal its rights; none where there is no such principal."""
    if world.least is None:
        return []
    principal = own_principal(world.least)
    return ["--principal-id", principal.object_id] if principal else []


def _role(name: str, scope: str) -> dict[str, object]:
    return {
        "roleName": name,
        "description": "Made by the acceptance run to see it refused.",
        "type": "CustomRole",
        "permissions": [{"actions": ["Microsoft.Compute/galleries/read"], "notActions": []}],
        "assignableScopes": [scope],
    }
