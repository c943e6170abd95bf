"""What the publisher says of the base's security."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import values_at

_WANTED = "TrustedLaunchSupported"


def _judge(recording: Recording) -> Seen:
    features = values_at(recording.one("subscription/base").body, "properties.features[]")
    named = {str(one.get("name")): str(one.get("value")) for one in features}
    security = named.get("SecurityType", "not named")
    return Seen(text=f"SecurityType {security}", agrees=security == _WANTED)


BELIEF = Belief(
    id="A2",
    step=2,
    sentence="Debian publishes its second-generation images as TrustedLaunchSupported.",
    source="debian-cloud list, 2025-11, msg00014; review A2",
    expected="SecurityType TrustedLaunchSupported",
    judge=_judge,
    otherwise=Otherwise(label="subscription/base", place="properties.features", value=[]),
)
