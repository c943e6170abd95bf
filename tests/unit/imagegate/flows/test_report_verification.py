"""Which commit a verdict is told to, and which not."""

import pytest

from fake_wire import Answer, Wire, cloud_on
from imagegate.flows.tell_verdict import tell_verdict
from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess
from imagegate.model import TeardownResult
from imagegate.model.github_event import GitHubEvent
from imagegate.model.verification import Cause, Verification
from imagegate.steps.tell_commit import CommitTeller

VERSION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"
TAGS = {"imagegate-repository": "O/R", "imagegate-commit": "a" * 40}


class Told(CommitTeller):
    """Remembers instead of posting."""

    def __init__(self, commit: str) -> None:
        self.told: list[tuple[str, str]] = []
        self.notes: list[str] = []
        event = GitHubEvent(repository="o/r", commit=commit)
        super().__init__(github=GitHubStatuses(GitHubAccess()), event=event, note=self.notes.append)

    def tell(self, context: str, state: str, description: str) -> None:
        """Remember."""
        self.told.append((context, state))


def verification(cause: Cause) -> Verification:
    """A verification that ended so."""
    return Verification(
        image_version_id=VERSION, run="r", cause=cause, reason="Because.", teardown=TeardownResult.COMPLETE
    )


@pytest.mark.parametrize(
    ("cause", "state"), [(Cause.NONE, "success"), (Cause.IMAGE, "failure"), (Cause.SERVICE, "error")]
)
def test_the_commit_of_the_version(wire: Wire, cause: Cause, state: str) -> None:
    """The commit that the version came of is told the verdict."""
    wire.on("GET", VERSION, Answer(body={"id": VERSION, "tags": TAGS}))
    teller = Told("a" * 40)

    tell_verdict(cloud_on(wire), teller, verification(cause))

    assert teller.told == [("imagegate/verify", state)]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body={"id": VERSION, "tags": TAGS}),
        Answer(body={"id": VERSION}),
        Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}}),
    ],
)
def test_another_commit(wire: Wire, answer: Answer) -> None:
    """A job's commit is never told of a version that came of another one, or of none that can be read."""
    wire.on("GET", VERSION, answer)
    teller = Told("b" * 40)

    tell_verdict(cloud_on(wire), teller, verification(Cause.NONE))

    assert teller.told == []
    assert "the commit is not told" in teller.notes[0]
