"""What the answers about a promoted version say: a check that two beliefs share."""

from collections.abc import Callable

from acceptance.belief import Seen
from acceptance.exchange import Recording
from acceptance.places import value_at, values_at


def shown_after(label: str) -> Callable[[Recording], Seen]:
    """A check that the PATCH of that label showed the version, globally and by region; `<label>-after` reads it."""

    def judge(recording: Recording) -> Seen:
        asked, after = recording.one(label), recording.one(f"{label}-after")
        whole = value_at(after.body, "properties.publishingProfile.excludeFromLatest") or False
        regional = values_at(after.body, "properties.publishingProfile.targetRegions[].excludeFromLatest")
        state = value_at(after.body, "properties.provisioningState")
        text = f"{asked.status} {asked.error_code}, {state}, then globally {whole}, by region {regional}"
        shown = state == "Succeeded" and not whole and not any(regional)
        return Seen(text=text, agrees=asked.status in (200, 202) and shown)

    return judge
