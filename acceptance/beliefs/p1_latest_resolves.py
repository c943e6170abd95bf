"""`latest` is the version that was shown."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    machine = recording.one("promote/latest-machine").body
    version = recording.one("promote/before").path.rsplit("/", 1)[-1]
    booted = value_at(machine, "properties.storageProfile.imageReference.exactVersion")
    return Seen(text=f"shown {version}, booted {booted}", agrees=booted == version)


BELIEF = Belief(
    id="P1",
    step=18,
    sentence="A machine of the definition, with no version named, is made of the version that was just shown.",
    source="Azure Compute Gallery, `latest`; review L2",
    expected="the version that was shown",
    judge=_judge,
    otherwise=Otherwise(
        label="promote/latest-machine", place="properties.storageProfile.imageReference.exactVersion", value="9.9.9"
    ),
)
