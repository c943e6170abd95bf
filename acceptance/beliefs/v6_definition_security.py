"""The definition keeps the security type that was sent."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import values_at

_PARAMETER = "properties.parameters.securityType.value"


def _judge(recording: Recording) -> Seen:
    deployed = recording.some("set-up/product", method="PUT", path=r"/deployments/[^/]+$")
    (wanted,) = {found for one in deployed for found in values_at(one.sent, _PARAMETER)}
    features = values_at(recording.one("set-up/definition").body, "properties.features[]")
    kept = [one.get("value") for one in features if one.get("name") == "SecurityType"]
    return Seen(text=f"sent {wanted}, kept {kept}", agrees=kept == [wanted] or (wanted == "Standard" and not kept))


BELIEF = Belief(
    id="V6",
    step=5,
    sentence="An image definition keeps SecurityType as it was sent; Standard may go without saying.",
    source="Gallery Images - Get, 2023-07-03; review V6",
    expected="the value that was sent",
    judge=_judge,
    otherwise=Otherwise(
        label="set-up/definition",
        place="properties.features",
        value=[{"name": "SecurityType", "value": "ConfidentialVM"}],
    ),
)
