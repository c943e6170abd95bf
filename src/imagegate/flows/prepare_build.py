"""What is known of a build before anything is changed: what is built, under which name, from where."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from imagegate.gateway.arm_runtime import ArmRuntime
from imagegate.gateway.cloud import Cloud
from imagegate.model import Stamp
from imagegate.model.template_source import TemplateSource
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.await_rights import await_rights
from imagegate.steps.compare_security_types import compare_security_types
from imagegate.steps.find_side import find_side
from imagegate.steps.hash_content import hash_content
from imagegate.steps.name_template import name_template
from imagegate.steps.read_origin import read_origin
from imagegate.steps.read_template import read_template
from imagegate.steps.resolve_base import resolve_base
from imagegate.steps.stamp_template import stamped_distributors
from imagegate.steps.use_builder import use_builder
from imagegate.waiting import Deadline

_TEMPLATE_LIFETIME = timedelta(hours=48)
"""After this no run of the job goes on (16 hours at most, and its replication), and its logs were there for a day."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What is to be built, under which name, and from where; when the template may be swept (RFC 3339).

    `resource_group` is that of the job's side: its template, its builder, its scripts and its proofs of origin.
    """

    source: TemplateSource
    name: str
    resource_group: str
    base_version: str
    stamp: Stamp
    expires_at: str

    def with_vm_size(self, size: str) -> Self:
        """The same, to be built on a VM of that size, under a name that no template has had."""
        body = self.source.body
        profile = {**(body["properties"].get("vmProfile") or {}), "vmSize": size}
        sized = {**body, "properties": {**body["properties"], "vmProfile": profile}}
        return replace(self, source=replace(self.source, body=sized), name=name_template(self.stamp.image))


def prepare(settings: Settings, cloud: Cloud, story: Story, environment: Mapping[str, str]) -> Prepared:
    """Read the template with all faults at once, find its base, name its content, choose the job's side."""
    tenant_id = environment.get("AZURE_TENANT_ID", "")
    with story.step("read", f"Reading {settings.template}"):
        source = read_template(settings, template_name=settings.name, tenant_id=tenant_id)
        # Faults of tags show here, and not after minutes.
        stamped_distributors(source.properties["distribute"], Stamp(), settings.smoke)
    with story.step("base", "Looking up the base image"):
        runtime = ArmRuntime(cloud)
        source = read_template(settings, template_name=settings.name, tenant_id=tenant_id, runtime=runtime)
        base_version = resolve_base(
            cloud,
            source.properties["source"],
            location=source.location,
            template_file=source.file,
            note=story.progress.note,
        )
        story.progress.note(f"base version {base_version}")
        compare_security_types(
            cloud,
            source.properties["source"],
            base_version=base_version,
            location=source.location,
            definition_id=settings.azure.gallery_image_id,
            note=story.progress.note,
        )
        content_hash = hash_content(source, base_version=base_version)
        name = name_template(settings.name)
        source = read_template(settings, template_name=name, tenant_id=tenant_id, runtime=runtime)
        deadline = Deadline.after(settings.build.submit_timeout_s, story.clock)
        await_rights(cloud, settings.azure, environment, deadline=deadline, note=story.progress.note)
        # After the hash: the same content has the same name on both sides.
        group = find_side(cloud, settings.azure, environment, note=story.progress.note)
        source = use_builder(source, settings.azure, resource_group=group)
    files = [settings.template, *filter(None, [settings.parameters]), *(script.file for script in source.scripts)]
    stamp = read_origin(environment, settings.folder, content_hash=content_hash, image=settings.name, files=files)
    if stamp.dirty:
        story.progress.note("the work tree has changes that are in no commit: this version never becomes latest")
    return Prepared(
        source=source,
        name=name,
        resource_group=group,
        base_version=base_version,
        stamp=stamp,
        expires_at=f"{datetime.now(UTC) + _TEMPLATE_LIFETIME:%Y-%m-%dT%H:%M:%SZ}",
    )
