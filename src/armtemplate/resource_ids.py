"""Builds resource ids from types and names."""

from collections.abc import Sequence

from armtemplate.errors import ExpressionError


def provider_path(resource_type: str, names: Sequence[str]) -> str:
    """`/providers/Namespace/type/name/…`; one name for each segment of the type behind the namespace.

    Raises:
        ExpressionError: when the numbers differ.
    """
    namespace, *types = resource_type.split("/")
    if len(types) != len(names):
        needed = "1 name" if len(types) == 1 else f"{len(types)} names"
        raise ExpressionError(f"the resource type '{resource_type}' takes {needed}, and {len(names)} given")
    return f"/providers/{namespace}" + "".join(f"/{part}/{name}" for part, name in zip(types, names, strict=True))


def resource_id_in(scope_id: str, resource_type: str, name: str) -> str:
    """The id of a resource of a template in a scope; `name` holds one segment for each of the type's."""
    lowered = resource_type.lower()
    if (
        lowered in ("microsoft.resources/resourcegroups", "microsoft.resources/subscriptions/resourcegroups")
        and "/" not in name
    ):
        return f"{'/'.join(scope_id.split('/')[:3])}/resourceGroups/{name}"
    if lowered == "microsoft.management/managementgroups":
        return f"/providers/{resource_type}/{name}"
    return scope_id.rstrip("/") + provider_path(resource_type, name.split("/"))


def relative_path(resource_id: str) -> str:
    """What stands behind the last `/providers/` of an id: type and names by turns."""
    return resource_id[resource_id.lower().rfind("/providers/") + len("/providers/") :]


def same_id(left: str, right: str) -> bool:
    """Ids compare without regard to case."""
    return left.lower() == right.lower()
