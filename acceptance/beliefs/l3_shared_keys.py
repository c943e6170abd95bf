"""The staging account takes its keys."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import NotRecorded, Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    read = recording.some("build/product", method="GET", path=r"/storageAccounts/[^/]+$")
    staging = [one.body for one in read if "/resourcegroups/it_" in one.path.lower()]
    if not staging:
        raise NotRecorded("the product read no staging account")
    allowed = value_at(staging[-1], "properties.allowSharedKeyAccess")
    return Seen(text=f"allowSharedKeyAccess {allowed}", agrees=allowed is not False)


BELIEF = Belief(
    id="L3k",
    step=7,
    sentence="Image Builder's staging account takes shared keys, so that who has no data role reads the log with one.",
    source="azvmimagebuilder issue 59; review L3",
    expected="not false",
    judge=_judge,
    otherwise=Otherwise(
        label="build/product",
        path=r"/storageAccounts/[^/]+$",
        place="properties.allowSharedKeyAccess",
        value=False,
    ),
)
