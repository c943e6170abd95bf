"""One annotation a cause, on the line of the repository that is to be changed; pure."""

from collections.abc import Iterable, Iterator

from imagegate.errors import ImageGateError, InputError, InputFault
from imagegate.model.diagnosis import Category, Diagnosis
from imagegate.model.redaction import redact
from imagegate.report.workflow_commands import MESSAGE_LIMIT, command, cut, one_line

_TITLE_LIMIT = 200
_PER_STEP = 10
"""Annotations of one kind that GitHub shows for a step. Source: GitHub documentation, workflow commands, limits."""


def annotation(
    message: str,
    *,
    level: str = "error",
    title: str = "",
    file: str | None = None,
    line: int | None = None,
    column: int | None = None,
) -> str:
    """A `::error`, `::warning` or `::notice` command. Secrets of a known shape are taken out, and the message is cut.

    Without a file the annotation belongs to the job; a line without a file would be dropped by the runner.
    """
    place = {"file": file, "line": line, "col": column if line else None} if file else {}
    return command(
        level,
        cut(redact(message), MESSAGE_LIMIT),
        **place,
        title=cut(one_line(redact(title)), _TITLE_LIMIT),
    )


def annotate_diagnosis(found: Diagnosis, *, root: str = "") -> Iterator[str]:
    """The cause of a failed build, with what it means and what to do; nothing when there was no failure.

    `root` is the folder below the repository's root in which the files of the diagnosis are named.
    """
    if found.category is Category.NONE:
        return
    parts = [text for text in (found.root_cause, found.meaning, found.next_step) if text]
    if found.lines:
        parts += ["", *(f"{line.number or '-'}: {line.text}" for line in found.lines)]
    place = found.place
    yield annotation(
        "\n".join(parts),
        title=f"Build failed: {found.category}" + (f" in {found.customizer}" if found.customizer else ""),
        file=_below(root, place.file) if place else None,
        line=place.line if place else None,
        column=place.column if place else None,
    )


def annotate_faults(faults: Iterable[InputFault], *, root: str = "") -> Iterator[str]:
    """One for each fault of the input, on its own place; of many, those beyond GitHub's limit in a last one."""
    listed = list(faults)
    shown = listed if len(listed) <= _PER_STEP else listed[: _PER_STEP - 1]
    for fault in shown:
        hint = f"\n{fault.hint}" if fault.hint else ""
        yield annotation(
            f"{fault.message}{hint}",
            title=fault.path or "input",
            file=_below(root, fault.file) if fault.file else None,
            line=fault.line,
            column=fault.column,
        )
    rest = listed[len(shown) :]
    if rest:
        yield annotation("\n".join(str(fault) for fault in rest), title=f"{len(rest)} more faults in the input")


def annotate_error(error: ImageGateError, *, root: str = "") -> Iterator[str]:
    """Any error of ours: an input's faults each on its place, any other as one."""
    if isinstance(error, InputError):
        yield from annotate_faults(error.faults, root=root)
    else:
        yield annotation(str(error), title=f"imagegate: {error.code}")


def _below(root: str, file: str) -> str:
    """The path from the repository's root, which is what GitHub wants; an absolute one stays."""
    file = file.replace("\\", "/").removeprefix("./")
    root = root.replace("\\", "/").strip("/")
    return f"{root}/{file}" if root and not file.startswith("/") else file
