"""A version's source is Image Builder's own."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import values_at

_PLACES = (
    "properties.storageProfile.source.id",
    "properties.storageProfile.osDiskImage.source.id",
    "properties.storageProfile.osDiskImage.source.storageAccountId",
)


def _judge(recording: Recording) -> Seen:
    body = recording.one("build/version").body
    ids = [str(one) for place in _PLACES for one in values_at(body, place)]
    groups = {one.split("/")[4] for one in ids if one.count("/") > 4}
    return Seen(text=", ".join(sorted(groups)) or "no source", agrees=any(one.startswith("IT_") for one in groups))


BELIEF = Belief(
    id="L2o",
    step=9,
    sentence="A version's storageProfile names a source in Image Builder's own group.",
    source="azure-cli, test_image_build_shared_image, 2023-12-28; review L2",
    expected="a resource group IT_…",
    judge=_judge,
    otherwise=Otherwise(label="build/version", place="properties.storageProfile", value={"osDiskImage": {}}),
)
