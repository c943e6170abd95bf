"""GitHub's workflow commands: what is printed to the job's log so that the runner acts upon it; pure.

Source: actions/runner, Runner.Common/ActionCommand.cs (escapes), Runner.Worker/ActionCommandManager.cs (stop-commands),
Runner.Worker/FileCommandManager.cs (files).
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator

MESSAGE_LIMIT = 4096
"""Characters of an annotation's message; the runner cuts what is longer. Source: Runner.Worker/ExecutionContext.cs."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def escape_data(text: str) -> str:
    """Text as the data of a command, after the second `::`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Text as the value of a property, where colon and comma mean something."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def command(name: str, data: str = "", **properties: str | int | None) -> str:
    """`::name key=value,key=value::data`, escaped; properties that are None or empty are left out."""
    given = [
        f"{key}={escape_property(str(value))}"
        for key, value in ((key.removesuffix("_"), value) for key, value in properties.items())
        if value not in (None, "")
    ]
    return f"::{name}{' ' + ','.join(given) if given else ''}::{escape_data(data)}"


def group(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines of our own, folded under a title. Foreign text goes through `foreign` first."""
    yield command("group", one_line(title))
    yield from lines
    yield command("endgroup")


def foreign(lines: Iterable[str], *, token: Callable[[], str] = lambda: secrets.token_hex(24)) -> Iterator[str]:
    """Text that somebody else wrote, a build log above all: no command in it is heard.

    Between `::stop-commands::TOKEN` and `::TOKEN::` the runner listens to nothing but the token, which nobody who
    wrote the text can know.
    """
    stop = token()
    yield f"::stop-commands::{stop}"
    for line in lines:
        yield from _parts(line)
    yield f"::{stop}::"


def _parts(line: str) -> list[str]:
    """A carriage return would let a terminal, and some runners, begin the line anew."""
    return re.split(r"\r\n|\r|\n", line)


def defuse(line: str) -> str:
    """A line of ours that quotes somebody: printed outside of `foreign`, it must not be taken for a command.

    The runner hears `::` at the beginning of a line, and the older `##[` anywhere.
    """
    line = " ".join(re.split(r"[\r\n]+", line)).replace("##[", "## [")
    return re.sub(r"^(\s*):(?=:)", r"\1: ", line)


def inert(text: str) -> str:
    """As `defuse`, for a text whose line breaks stay."""
    return "\n".join(defuse(line) for line in _parts(text))


def add_mask(secret: str) -> Iterator[str]:
    """Have the runner show `***` for the secret; a secret of several lines is masked line by line, too.

    To be printed where a secret is obtained, before anything else is done with it.
    """
    for part in dict.fromkeys([secret, *secret.splitlines()]):
        if part.strip():
            yield command("add-mask", part)


def assignment(name: str, value: str, *, token: Callable[[], str] = lambda: secrets.token_hex(16)) -> str:
    """A value for the file of GITHUB_OUTPUT, GITHUB_STATE or GITHUB_ENV; ends with a line break, as the runner demands.

    A random delimiter keeps a value of several lines from ending early, or from setting another output.

    Raises:
        ValueError: the name is none.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name for an output: {name!r}")
    delimiter = f"imagegate_{token()}"
    while delimiter in value:
        delimiter = f"imagegate_{token()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def cut(text: str, limit: int) -> str:
    """At most so many characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
