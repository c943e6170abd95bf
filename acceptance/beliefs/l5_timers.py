"""Timers fire."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import values_at


def _judge(recording: Recording) -> Seen:
    rows = values_at(recording.one("insights/timers").body, "tables[0].rows[]")
    text = "; ".join(f"{row[0]}: {row[1]} times, at most {row[2]} ms" for row in rows)
    return Seen(text=text or "none ran", agrees=bool(rows))


BELIEF = Belief(
    id="L5",
    step=20,
    sentence="The Function's timers run on Flex Consumption without anybody calling.",
    source="Functions, timer trigger; review L5",
    expected="at least one run of a timer",
    judge=_judge,
    otherwise=Otherwise(label="insights/timers", place="tables[0].rows", value=[]),
)
