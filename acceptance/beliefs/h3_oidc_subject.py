"""Which subject GitHub's tokens have."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    asked = recording.one("github/oidc-subject")
    usual = value_at(asked.body, "use_default")
    return Seen(text=f"{asked.status}, use_default {usual}", agrees=asked.status == 200 and usual is True)


BELIEF = Belief(
    id="H3",
    step=22,
    sentence="A repository's tokens have the default subject.",
    source="GitHub REST, OIDC subject customization of a repository; review A9",
    expected="200, use_default true",
    judge=_judge,
    otherwise=Otherwise(label="github/oidc-subject", place="use_default", value=False),
)
