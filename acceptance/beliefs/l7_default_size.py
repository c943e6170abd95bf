"""The default size can be had in the region."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import values_at


def _judge(recording: Recording) -> Seen:
    found = values_at(recording.one("subscription/size").body, "value[]")
    machines = [entry for entry in found if entry.get("resourceType") == "virtualMachines"]
    if not machines:
        return Seen(text="the region does not list it", agrees=False)
    reasons = [str(one.get("reasonCode")) for one in values_at(machines, "[].restrictions[]")]
    return Seen(text=", ".join(reasons) or "no restriction", agrees=not reasons)


BELIEF = Belief(
    id="L7",
    step=1,
    sentence="The size of build VM and smoke VM is open to the subscription in the region.",
    source="Resource SKUs API; review L7",
    expected="listed, without restrictions",
    judge=_judge,
    otherwise=Otherwise(
        label="subscription/size",
        place="value[].restrictions",
        value=[{"type": "Location", "reasonCode": "NotAvailableForSubscription"}],
    ),
)
