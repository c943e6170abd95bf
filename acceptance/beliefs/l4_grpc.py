"""The host opens the gRPC endpoint."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import values_at


def _judge(recording: Recording) -> Seen:
    rows = values_at(recording.one("insights/host").body, "tables[0].rows[]")
    told = sorted({str(row[1])[:120] for row in rows if "gRPC" in str(row[1])})
    return Seen(text="; ".join(told) or "not told", agrees=bool(told))


BELIEF = Belief(
    id="L4g",
    step=14,
    sentence="The Durable extension of the bundle opens a gRPC endpoint for the worker.",
    source="durable-extension pull request 3260; review L4",
    expected="Opened local gRPC endpoint",
    judge=_judge,
    otherwise=Otherwise(label="insights/host", place="tables[0].rows", value=[]),
)
