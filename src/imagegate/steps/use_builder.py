"""Let Image Builder act as the builder of the job's own side."""

from dataclasses import replace

from imagegate.model.template_source import TemplateSource
from imagegate.settings import AzureSettings


def use_builder(source: TemplateSource, azure: AzureSettings, *, resource_group: str) -> TemplateSource:
    """The template with the builder of the side in `resource_group` where it names the main side's.

    An identity that the set-up did not make stays as it is: the side's own rights decide about it.
    """
    identity = dict(source.body.get("identity") or {})
    named = dict(identity.get("userAssignedIdentities") or {})
    if not named or resource_group == azure.resource_group:
        return source
    main, own = (azure.builder_id(group).text for group in (azure.resource_group, resource_group))
    renamed = {own if str(name).lower() == main.lower() else name: value for name, value in named.items()}
    return replace(source, body={**source.body, "identity": {**identity, "userAssignedIdentities": renamed}})
