"""GitHub says how much is left."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording


def _judge(recording: Recording) -> Seen:
    headers = recording.one("github/repository").headers
    limit, left = headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")
    return Seen(
        text=f"{left} of {limit}", agrees=bool(limit and left) and recording.one("github/repository").status == 200
    )


BELIEF = Belief(
    id="H2",
    step=22,
    sentence="Every answer of GitHub carries the limit and what is left of it.",
    source="GitHub REST, rate limits",
    expected="both headers",
    judge=_judge,
    otherwise=Otherwise(label="github/repository", status=403),
)
