"""Templates that a deployment only links to: read from this cloud's own blob service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from localazure.arm.errors import ArmError
from localazure.blobs.links import read_link
from localazure.cloud import Cloud


class LinkedTemplates:
    """Fetches what a deployment links to, with the shared access signature that the link carries."""

    def __init__(self, cloud: Cloud, link: Mapping[str, Any] | None) -> None:
        self._cloud = cloud
        self._link = link or {}

    def template(self) -> dict[str, Any]:
        """The deployment's own template. Raises 400 where there is neither a template nor a link to one."""
        if not self._link:
            message = "The request content was invalid: one of 'template' and 'templateLink' has to be given."
            raise ArmError(400, "InvalidRequestContent", message)
        return self._fetched(self._link)

    def parameters(self, link: Mapping[str, Any] | None) -> dict[str, Any]:
        """The parameters behind a `parametersLink`; none without one."""
        return self._fetched(link) if link else {}

    def resolve(self, link: Mapping[str, Any]) -> dict[str, Any] | None:
        """The template behind a nested deployment's link."""
        return self._fetched(link)

    def _fetched(self, link: Mapping[str, Any]) -> dict[str, Any]:
        from armtemplate import ArmTemplateError, parse_json

        uri = str(link.get("uri") or urljoin(str(self._link.get("uri", "")), str(link.get("relativePath", ""))))
        content = read_link(self._cloud, uri) if uri else None
        if content is None:
            message = (
                f"Unable to download deployment content from '{uri}'. The local cloud reads links to its own blobs "
                "only, which have to be public or carry a shared access signature."
            )
            raise ArmError(400, "InvalidContentLink", message)
        try:
            value = parse_json(content, file=uri.split("?", maxsplit=1)[0]).value
        except ArmTemplateError as error:
            raise ArmError(400, "InvalidTemplate", f"Unable to parse the content of '{uri}': {error}") from error
        return dict(value)
