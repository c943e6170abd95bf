"""What the product's own templates name: actions of roles, types with their api-versions."""

from __future__ import annotations

from collections.abc import Iterator

from imagegate.gateway.azure_templates import azure_template

_TEMPLATES = ("foundation", "function", "smoke-vm")


def role_actions(kind: str) -> frozenset[str]:
    """Every action of every role; `kind` is `actions` or `dataActions`."""
    return frozenset(action for name in _TEMPLATES for action in _listed(azure_template(name), kind) if "/" in action)


def namespaces_of_actions() -> tuple[str, ...]:
    """The providers that these actions are of."""
    every = role_actions("actions") | role_actions("dataActions")
    return tuple(sorted({action.partition("/")[0] for action in every}))


def template_types() -> frozenset[tuple[str, str]]:
    """Every resource type with the api-version that it is deployed with."""
    return frozenset(pair for name in _TEMPLATES for pair in _types(azure_template(name)))


def _types(document: object) -> Iterator[tuple[str, str]]:
    """Of every resource, wherever it stands."""
    if isinstance(document, dict):
        kind, version = document.get("type"), document.get("apiVersion")
        if isinstance(kind, str) and isinstance(version, str) and "/" in kind:
            yield kind, version
        for value in document.values():
            yield from _types(value)
    elif isinstance(document, list):
        for value in document:
            yield from _types(value)


def _listed(document: object, kind: str) -> Iterator[str]:
    """The texts of every list of that name, wherever in the template a role is put together."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name == kind and isinstance(value, list):
                yield from (entry for entry in value if isinstance(entry, str) and not entry.startswith("["))
            yield from _listed(value, kind)
    elif isinstance(document, list):
        for value in document:
            yield from _listed(value, kind)
