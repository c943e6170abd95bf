"""What Azure says about templates, their runs and what came of them: plain reads, without an SDK client's import."""

from collections.abc import Iterator, Mapping
from typing import Any

from imagegate.errors import ResourceMissing
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as
from imagegate.model import ImageTemplate, ImageVersion, ResourceId, RunOutput
from imagegate.model.guard_marks import GuardMarks, MarkedDefinition

_TEMPLATES_API = "2024-02-01"
_GALLERIES_API = "2023-07-03"
_VERSION_TYPE = "microsoft.compute/galleries/images/versions"


class BuildState:
    """Reads of one subscription."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def template(self, template_id: ResourceId) -> ImageTemplate | None:
        """The template as it stands; None when it is gone."""
        body = self._get(str(template_id), _TEMPLATES_API, "reading the image template")
        return None if body is None else ImageTemplate.from_arm(body)

    def version(self, version_id: ResourceId) -> ImageVersion | None:
        """The image version as it stands; None when it is gone."""
        body = self._get(str(version_id), _GALLERIES_API, "reading the image version")
        return None if body is None else ImageVersion.from_arm(body)

    def output_versions(self, template_id: ResourceId) -> tuple[ResourceId, ...]:
        """The gallery versions that the template's run outputs name; VHDs and managed images are left out."""
        path = f"{template_id}/runOutputs"
        outputs = [RunOutput.from_arm(body) for body in self._pages(path, _TEMPLATES_API, "reading the run outputs")]
        ids = [output.artifact_id for output in outputs if output.artifact_id is not None]
        return tuple(found for found in ids if found.type.lower() == _VERSION_TYPE)

    def templates(self, resource_group: str) -> tuple[ImageTemplate, ...]:
        """All templates of a resource group."""
        path = f"{self._group(resource_group)}/providers/Microsoft.VirtualMachineImages/imageTemplates"
        return tuple(
            ImageTemplate.from_arm(body) for body in self._pages(path, _TEMPLATES_API, "listing the image templates")
        )

    def versions(self, resource_group: str) -> Iterator[ImageVersion]:
        """All image versions of a resource group: of every definition of every gallery."""
        for definition in self.definitions(resource_group):
            yield from self.versions_of(definition.id)

    def versions_of(self, definition_id: ResourceId) -> Iterator[ImageVersion]:
        """All versions of an image definition."""
        for version in self._pages(f"{definition_id}/versions", _GALLERIES_API, "listing the image versions"):
            yield ImageVersion.from_arm(version)

    def definitions(self, resource_group: str) -> Iterator[MarkedDefinition]:
        """All image definitions of a resource group, with the guard's marks."""
        galleries = f"{self._group(resource_group)}/providers/Microsoft.Compute/galleries"
        for gallery in self._pages(galleries, _GALLERIES_API, "listing the galleries"):
            for definition in self._pages(f"{gallery['id']}/images", _GALLERIES_API, "listing the image definitions"):
                yield _marked(definition, gallery)

    def definition(self, definition_id: ResourceId) -> MarkedDefinition | None:
        """An image definition with the guard's marks; None when it is gone."""
        definition = self._get(str(definition_id), _GALLERIES_API, "reading the image definition")
        gallery = self._get(str(definition_id.parent), _GALLERIES_API, "reading the gallery")
        return _marked(definition, gallery) if definition is not None and gallery is not None else None

    def _group(self, resource_group: str) -> ResourceId:
        return ResourceId.resource_group_of(self._cloud.subscription_id, resource_group)

    def _get(self, path: str, api_version: str, doing: str) -> Mapping[str, Any] | None:
        try:
            with told_as(doing):
                body: Mapping[str, Any] = self._cloud.send("GET", path, api_version=api_version)
        except ResourceMissing:
            return None
        return body

    def _pages(self, path: str, api_version: str, doing: str) -> Iterator[Mapping[str, Any]]:
        """Every entry of a list, page after page; nothing when the list's owner is gone."""
        page = self._get(path, api_version, doing)
        while page is not None:
            yield from page.get("value") or ()
            link = page.get("nextLink")
            page = self._follow(link, doing) if link else None

    def _follow(self, link: str, doing: str) -> Mapping[str, Any]:
        with told_as(doing):
            page: Mapping[str, Any] = self._cloud.follow(link)
        return page


def _marked(definition: Mapping[str, Any], gallery: Mapping[str, Any]) -> MarkedDefinition:
    return MarkedDefinition(
        id=ResourceId.parse(str(definition["id"])),
        own=GuardMarks.from_tags(definition.get("tags")),
        gallery=GuardMarks.from_tags(gallery.get("tags")),
    )
