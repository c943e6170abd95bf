"""The live log of a build."""

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from imagegate.steps.follow_log import LiveLog

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/IT_x/providers/Microsoft.ContainerInstance/containerGroups"
BUILD = f"{GROUPS}/vmimagebuilder-build-container-1"
LISTED = {
    "value": [
        {"id": f"{GROUPS}/other", "name": "other", "properties": {"containers": [{"name": "c"}]}},
        {"id": BUILD, "name": "vmimagebuilder-build-container-1", "properties": {"containers": [{"name": "c"}]}},
    ]
}


class _Reader:
    """A live log, and what it said."""

    def __init__(self, wire: Wire, clock: HandClock) -> None:
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.clock = clock
        self.log = LiveLog(cloud_on(wire), now=clock.now, interval_s=10, line=self.lines.append, note=self.notes.append)

    def look(self, *, after_s: float = 10) -> None:
        """Let time pass and look again."""
        self.clock.time += after_s
        self.log.follow("IT_x")


@pytest.fixture
def reader(wire: Wire, clock: HandClock) -> _Reader:
    """A reader of a build's container."""
    wire.on("GET", GROUPS, Answer(body=LISTED))
    return _Reader(wire, clock)


def _says(wire: Wire, *texts: str) -> None:
    wire.on("GET", f"{BUILD}/containers/c/logs", *(Answer(body={"content": text}) for text in texts))


def test_only_what_is_new_is_shown(wire: Wire, reader: _Reader) -> None:
    """Each line is shown once, when it is whole."""
    _says(wire, "one\ntw", "one\ntwo\nthree\n", "one\ntwo\nthree\n")

    for _ in range(3):
        reader.look()

    assert reader.lines == ["one", "two", "three"]


def test_a_log_that_lost_its_beginning(wire: Wire, reader: _Reader) -> None:
    """The service keeps the last 4 MB: what was shown is found again by its end."""
    _says(wire, "a" * 500 + "\nb\n", "b\nc\n", "\n" * 3 + "a" * 400 + "\nb\nc\nd\n")

    reader.look()
    reader.look()

    assert reader.lines[-2:] == ["b", "c"]


def test_it_is_read_no_more_often_than_asked(wire: Wire, reader: _Reader) -> None:
    """Looks that come too early cost nothing, and the container is looked for once."""
    _says(wire, "one\n")

    reader.look()
    reader.look(after_s=3)
    reader.look(after_s=7)

    assert (len(wire.calls("GET", f"{BUILD}.*")), len(wire.calls("GET", GROUPS))) == (2, 1)


def test_before_there_is_a_container(wire: Wire, reader: _Reader) -> None:
    """A build that has no container yet is asked again."""
    wire.on("GET", GROUPS, Answer(body={"value": []}), Answer(body=LISTED))
    _says(wire, "one\n")

    reader.look()
    reader.look()

    assert (reader.lines, reader.notes) == (["one"], [])


def test_secrets_do_not_show(wire: Wire, reader: _Reader) -> None:
    """A signature in the foreign text is taken out."""
    _says(wire, "GET https://x.blob.core.windows.net/a?sv=1&sig=c2VjcmV0c2VjcmV0c2VjcmV0\n")

    reader.look()

    assert "c2VjcmV0" not in reader.lines[0]


def test_a_refusal_is_told_once(wire: Wire, reader: _Reader) -> None:
    """Without the right to read the log there is one note, and no further question."""
    wire.on("GET", f"{BUILD}/.*", Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}}))

    for _ in range(3):
        reader.look()

    assert reader.notes == ["the live log cannot be read: AuthorizationFailed: no"]
    assert len(wire.calls("GET", f"{BUILD}/.*")) == 1


def test_the_container_goes_when_its_work_is_done(wire: Wire, reader: _Reader) -> None:
    """A container that is gone is the ordinary end, and nothing to tell."""
    gone = Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "x"}})
    wire.on("GET", f"{BUILD}/.*", Answer(body={"content": "one\n"}), gone)

    for _ in range(3):
        reader.look()

    assert (reader.lines, reader.notes) == (["one"], [])
    assert len(wire.calls("GET", f"{BUILD}/.*")) == 2
