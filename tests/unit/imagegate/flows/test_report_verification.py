"""What a job's verification shows on its commit: opened first, and closed however it ends."""

from collections.abc import Sequence

import pytest

from fake_wire import Answer, Wire, cloud_on
from imagegate.errors import InputError, NotAuthorised
from imagegate.flows.report_verification import reported_verification
from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess
from imagegate.model import TeardownResult
from imagegate.model.github_event import GitHubEvent
from imagegate.model.verification import Cause, Verification
from imagegate.steps.tell_commit import CommitTeller

VERSION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"
TAGS = {
    "imagegate-repository": "O/R",
    "imagegate-commit": "a" * 40,
    "imagegate-image": "apache",
    "imagegate-run": "7-1",
}
CONTEXT = "imagegate/verify (apache)"


class Told(CommitTeller):
    """Remembers instead of posting; `waiting` is the context that names the version."""

    def __init__(self, commit: str = "a" * 40, waiting: str = "") -> None:
        self.told: list[tuple[str, str, str]] = []
        self.subjects: list[tuple[str, ...]] = []
        self.notes: list[str] = []
        self.waiting = waiting
        event = GitHubEvent(repository="o/r", commit=commit)
        super().__init__(github=GitHubStatuses(GitHubAccess()), event=event, note=self.notes.append)

    def tell(self, context: str, state: str, description: str, *, run: str = "", subjects: Sequence[str] = ()) -> None:
        """Remember."""
        self.told.append((context, state, description))
        self.subjects.append(tuple(subjects))

    def context_of(self, version: str) -> str:
        """As given."""
        return self.waiting

    @property
    def states(self) -> list[tuple[str, str]]:
        """Contexts and states."""
        return [(context, state) for context, state, _ in self.told]


def verification(cause: Cause = Cause.NONE) -> Verification:
    """A verification that ended so."""
    return Verification(
        image_version_id=VERSION, run="r", cause=cause, reason="Because.", teardown=TeardownResult.COMPLETE
    )


@pytest.mark.parametrize(
    ("cause", "state"), [(Cause.NONE, "success"), (Cause.IMAGE, "failure"), (Cause.SERVICE, "error")]
)
def test_the_verdict_goes_to_the_image_of_the_version(wire: Wire, cause: Cause, state: str) -> None:
    """The status opens before anything is asked of Azure, and closes with the verdict on the version."""
    wire.on("GET", VERSION, Answer(body={"id": VERSION, "tags": TAGS}))
    teller = Told(waiting=CONTEXT)

    with reported_verification(teller, image="", versions=[VERSION]) as report:
        assert teller.states == [(CONTEXT, "pending")]
        report.close(cloud_on(wire), verification(cause))

    assert teller.states == [(CONTEXT, "pending"), (CONTEXT, state)]
    assert teller.subjects == [(VERSION,), (VERSION,)]


def test_newest_version_of_a_folder(wire: Wire) -> None:
    """Where the version is not known yet, the status of the image opens, and the version closes it."""
    wire.on("GET", VERSION, Answer(body={"id": VERSION, "tags": TAGS}))
    teller = Told()

    with reported_verification(teller, image="apache") as report:
        report.close(cloud_on(wire), verification())

    assert teller.states == [(CONTEXT, "pending"), (CONTEXT, "success")]
    assert teller.subjects == [(), (VERSION,)]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NotAuthorised("The client secret is not valid."), "the client secret is not valid; the image was not tested."),
        (InputError.of("no such key"), "no such key; the image was not tested."),
        (KeyboardInterrupt(), "cancelled; the image was not tested."),
    ],
)
def test_an_end_without_a_verdict_closes_the_status(error: BaseException, words: str) -> None:
    """A refused login, a bad file or a cancellation leaves an error with the cause, and nothing pending."""
    teller = Told()

    with pytest.raises(type(error)), reported_verification(teller, image="apache"):
        raise error

    assert teller.told[1:] == [(CONTEXT, "error", f"Inconclusive: {words}")]


def test_a_version_whose_name_nobody_knows() -> None:
    """Without folder, status or login the definition's name is the best there is, and no status is missing."""
    teller = Told()

    with (
        pytest.raises(NotAuthorised),
        reported_verification(teller, image="", versions=[VERSION]),
    ):
        raise NotAuthorised("No.")

    assert teller.states == [("imagegate/verify (web)", "error")]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body={"id": VERSION, "tags": TAGS}),
        Answer(body={"id": VERSION}),
        Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}}),
    ],
)
@pytest.mark.parametrize("image", ["apache", ""])
def test_a_version_of_another_commit_is_neither_green_nor_red(wire: Wire, answer: Answer, image: str) -> None:
    """Only what the command opened is closed, as an error; the reason is noted."""
    wire.on("GET", VERSION, answer)
    teller = Told("b" * 40)

    with reported_verification(teller, image=image, versions=[VERSION]) as report:
        report.close(cloud_on(wire), verification())

    assert teller.states == ([(CONTEXT, "pending"), (CONTEXT, "error")] if image else [])
    assert "no verdict is posted" in teller.notes[0]


def test_a_version_that_may_not_speak_is_neither_green_nor_red(wire: Wire) -> None:
    """A reason that the caller knows closes what waits for the version, as an error."""
    wire.on("GET", VERSION, Answer(body={"id": VERSION, "tags": TAGS}))
    teller = Told(waiting=CONTEXT)

    with reported_verification(teller, image="", versions=[VERSION]) as report:
        report.close(cloud_on(wire), verification(), silent="its origin is not proved")

    assert teller.told[-1] == (CONTEXT, "error", "Not verified: its origin is not proved.")


def test_a_version_of_another_image_closes_both(wire: Wire) -> None:
    """The verdict goes to the image in the version's tags, and what was opened for the folder does not wait."""
    wire.on("GET", VERSION, Answer(body={"id": VERSION, "tags": TAGS}))
    teller = Told()

    with reported_verification(teller, image="nginx", versions=[VERSION]) as report:
        report.close(cloud_on(wire), verification())

    nginx = "imagegate/verify (nginx)"
    assert teller.states == [(nginx, "pending"), (CONTEXT, "success"), (nginx, "error")]
