"""The actions of the roles that the product's templates make, as the templates have them."""

from __future__ import annotations

from collections.abc import Iterator

from imagegate.gateway.azure_templates import azure_template

_TEMPLATES = ("foundation", "function")


def role_actions(kind: str) -> frozenset[str]:
    """Every action of every role; `kind` is `actions` or `dataActions`."""
    return frozenset(action for name in _TEMPLATES for action in _listed(azure_template(name), kind) if "/" in action)


def namespaces_of_actions() -> tuple[str, ...]:
    """The providers that these actions are of."""
    every = role_actions("actions") | role_actions("dataActions")
    return tuple(sorted({action.partition("/")[0] for action in every}))


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
