"""A staging group can be used again."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import NotRecorded, Recording
from acceptance.places import value_at

_GROUP = r"/resourcegroups/[^/]+-staging-\d+$"


def _judge(recording: Recording) -> Seen:
    used = str(value_at(recording.one("build/outcome").body, "staging_resource_group") or "")
    later = [one for one in recording.some("fail/product", method="GET", path=_GROUP) if one.path.endswith(f"/{used}")]
    if not used or not later:
        raise NotRecorded("the build used no staging group of the set-up, or no later build looked at it")
    tag = value_at(later[0].body, "tags.imageTemplateName")
    return Seen(text=f"tagged with the image template {tag}" if tag else "free", agrees=not tag)


BELIEF = Belief(
    id="L3g",
    step=7,
    sentence="Image Builder takes its tags and resources out of a given staging group when the template is deleted.",
    source="Image Builder, JSON reference, stagingResourceGroup; review L3",
    expected="free",
    judge=_judge,
    otherwise=Otherwise(label="fail/product", path=_GROUP, place="tags.imageTemplateName", value="web-1"),
)
