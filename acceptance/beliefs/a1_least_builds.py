"""The rights of --principal-id are enough to build."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording


def _judge(recording: Recording) -> Seen:
    done = recording.one("least/outcome")
    refused = {
        f"{one.method} {one.path.rsplit('/', 1)[-1]}" for one in recording.all("least/product") if one.status == 403
    }
    text = f"exit code {done.status}; refused: {', '.join(sorted(refused)) or 'nothing'}"
    return Seen(text=text, agrees=done.status == 0)


BELIEF = Belief(
    id="A1",
    step=6,
    sentence="A principal with nothing but what `imagegate setup --principal-id` gave it builds an image.",
    source="templates/azure/foundation.json; review A1",
    expected="exit code 0",
    judge=_judge,
    otherwise=Otherwise(label="least/outcome", status=9),
)
