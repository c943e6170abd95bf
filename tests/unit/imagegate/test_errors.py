"""The map of errors keeps its promises."""

import re
from collections import Counter

import pytest

from imagegate import errors
from imagegate.errors import ImageGateError, InputError, InputFault, NotAuthorised


def _classes() -> list[type[ImageGateError]]:
    found, todo = [], [ImageGateError]
    while todo:
        kind = todo.pop()
        found.append(kind)
        todo += [sub for sub in kind.__subclasses__() if sub.__module__ == errors.__name__]
    return found


def _drawn() -> dict[str, tuple[str | None, int]]:
    """Name → (parent, exit code), as the module's docstring draws them."""
    drawn: dict[str, tuple[str | None, int]] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.fullmatch(r"    ([│├└─ ]*)(\w+)\s+(\d+)", line)
        if found:
            depth = len(found[1])
            above = [entry for entry in above if entry[0] < depth]
            drawn[found[2]] = (above[-1][1] if above else None, int(found[3]))
            above.append((depth, found[2]))
    return drawn


def test_the_drawing_is_the_tree() -> None:
    """The tree in the docstring has every class, below its own parent, with its own exit code."""
    real = {
        kind.__name__: (None if kind is ImageGateError else kind.__mro__[1].__name__, kind.exit_code)
        for kind in _classes()
    }

    assert _drawn() == real


def test_exit_codes_are_owned_once() -> None:
    """No two causes share an exit code: each code is declared by exactly one class."""
    owners = Counter(kind.__dict__["exit_code"] for kind in _classes() if "exit_code" in kind.__dict__)

    assert set(owners.values()) == {1}
    assert set(owners) == {1, 2, 3, 4, 5, 6, 7, 8, 9, 130}


def test_exit_codes_have_a_meaning_each() -> None:
    """The table has 0 and every code that a class owns, in order, each with words of its own."""
    table = errors.exit_codes()

    assert list(table) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130]
    assert len(set(table.values())) == len(table)
    assert table[9] == NotAuthorised.meaning


def test_codes_for_machines_are_stable_words() -> None:
    """Every class says in a word of its own what happened, except those that only add to their parent."""
    codes = [kind.__dict__["code"] for kind in _classes() if "code" in kind.__dict__]

    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_ids_stand_on_lines_of_their_own() -> None:
    """Message, hint, then an id a line, aligned."""
    error = ImageGateError("It broke.", hint="Mend it.", ids={"resource": "/a", "request id": "1"})

    assert str(error) == "It broke.\nMend it.\n  resource:   /a\n  request id: 1"


def test_all_faults_are_told_at_once() -> None:
    """An input error lists every fault with its place, hint and excerpt, and counts them."""
    error = InputError(
        [
            InputFault(message="unknown key", file="a.yaml", line=3, column=7, path="azure.x", hint="Did you mean y?"),
            InputFault(message="bad", excerpt="[concat(]\n        ^"),
        ]
    )

    assert str(error) == (
        "a.yaml:3:7: azure.x: unknown key\n    Did you mean y?\n"
        "bad\n    [concat(]\n            ^\n2 faults in the input."
    )
    assert error.to_json()["faults"] == [
        {
            "message": "unknown key",
            "file": "a.yaml",
            "line": 3,
            "column": 7,
            "path": "azure.x",
            "hint": "Did you mean y?",
        },
        {"message": "bad"},
    ]


def test_missing_rights_are_named() -> None:
    """Who may not do what, where, is in the text and in the JSON."""
    error = NotAuthorised("No.", action="a/read", scope="/s", principal="p")

    assert str(error).splitlines()[1:] == ["  action:    a/read", "  scope:     /s", "  principal: p"]
    assert error.to_json() == {
        "code": "not-authorised",
        "exit_code": 9,
        "message": "No.",
        "ids": {"action": "a/read", "scope": "/s", "principal": "p"},
        "action": "a/read",
        "scope": "/s",
        "principal": "p",
    }


@pytest.mark.parametrize("kind", _classes(), ids=lambda kind: kind.__name__)
def test_every_error_becomes_json(kind: type[ImageGateError]) -> None:
    """Every error has a JSON form with code, exit code and message."""
    error = InputError([InputFault(message="x")]) if issubclass(kind, InputError) else kind("x")

    document = error.to_json()

    assert (document["code"], document["exit_code"], document["message"]) == (kind.code, kind.exit_code, "x")
