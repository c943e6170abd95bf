"""Templates that a nested deployment only names: by URI, relative path, or id of a template spec."""

from collections.abc import Mapping
from typing import Any, Protocol

from armtemplate.documents import Document


class LinkedTemplateResolver(Protocol):
    """Fetches what a deployment links to; the package itself never reads anything."""

    def resolve(self, link: Mapping[str, Any]) -> Document | Mapping[str, Any] | None:
        """The template or parameter file behind a `templateLink` or `parametersLink`; None where it cannot be had."""
        ...
