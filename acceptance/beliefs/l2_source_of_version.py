"""A version's source lies where Image Builder built it."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at, values_at

_PLACES = (
    "properties.storageProfile.source.id",
    "properties.storageProfile.osDiskImage.source.id",
    "properties.storageProfile.osDiskImage.source.storageAccountId",
)


def _judge(recording: Recording) -> Seen:
    body = recording.one("build/version").body
    ids = [str(one) for place in _PLACES for one in values_at(body, place)]
    groups = {one.split("/")[4] for one in ids if one.count("/") > 4}
    staging = str(value_at(recording.one("build/outcome").body, "staging_resource_group") or "")
    agrees = staging.lower() in {one.lower() for one in groups}
    return Seen(text=f"{', '.join(sorted(groups)) or 'no source'}; built in {staging}", agrees=agrees)


BELIEF = Belief(
    id="L2o",
    step=9,
    sentence="A version's storageProfile names a source in the staging group of its template.",
    source="azure-cli, test_image_build_shared_image, 2023-12-28; review L2",
    expected="the staging group",
    judge=_judge,
    otherwise=Otherwise(label="build/version", place="properties.storageProfile", value={"osDiskImage": {}}),
)
