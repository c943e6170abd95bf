"""A version is promoted by a PATCH of publishingProfile alone."""

from acceptance.belief import Belief, Otherwise
from acceptance.promotion import shown_after

BELIEF = Belief(
    id="L2",
    step=18,
    sentence="A PATCH of publishingProfile alone shows a version to `latest`, globally and by region.",
    source="Gallery Image Versions - Update, 2023-07-03; review L2",
    expected="200 or 202, Succeeded, false everywhere",
    judge=shown_after("promote/alone"),
    otherwise=Otherwise(label="promote/alone", status=403),
)
