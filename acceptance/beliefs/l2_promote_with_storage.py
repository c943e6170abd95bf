"""A version is promoted by a PATCH of publishingProfile and the storageProfile that was read."""

from acceptance.belief import Belief, Otherwise
from acceptance.promotion import shown_after

BELIEF = Belief(
    id="L2s",
    step=18,
    sentence="A PATCH that also sends the storageProfile back shows a version to `latest`, globally and by region.",
    source="Gallery Image Versions - Update, 2023-07-03; review L2",
    expected="200 or 202, Succeeded, false everywhere",
    judge=shown_after("promote/with-storage"),
    otherwise=Otherwise(label="promote/with-storage", status=403),
)
