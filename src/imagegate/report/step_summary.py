"""The page that a job shows: what was built, how long each step took, why it failed; Markdown, pure.

Source of the limit: actions/runner, step summaries over 1,024 KiB are dropped whole.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from imagegate.model.diagnosis import Category, CustomizerTiming, Diagnosis
from imagegate.model.redaction import redact

LIMIT_BYTES = 1024 * 1024
_ROOM_BYTES = 4096
_CUT = "\n\n_Cut: the summary was too long for GitHub._\n"
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~@$&^-])")


@dataclass(frozen=True, kw_only=True)
class SummaryStep:
    """A step of ours: `result` is `passed`, `failed` or `skipped`."""

    title: str
    result: str
    duration_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All that a page may tell; what is empty is left out.

    `facts` are name and value, such as image version and regions; `links` are text and address.
    """

    title: str
    result: str
    warnings: Sequence[str] = ()
    steps: Sequence[SummaryStep] = ()
    customizers: Sequence[CustomizerTiming] = ()
    facts: Sequence[tuple[str, str]] = ()
    regions: Mapping[str, str] = field(default_factory=dict)
    diagnosis: Diagnosis | None = None
    links: Sequence[tuple[str, str]] = ()


_MARKS = {"passed": "✅", "failed": "❌", "skipped": "⏭️", "inconclusive": "❔", "incomplete": "⚠️", "running": "⏳"}


def render_summary(summary: Summary) -> str:
    """Markdown of at most 1 MiB, with secrets of a known shape taken out; nothing that it is told can become markup."""
    parts = [f"## {_mark(summary.result)} {escape(summary.title)}", ""]
    parts += [line for text in summary.warnings for line in (f"> ⚠️ {escape(text)}", "")]
    if summary.facts:
        parts += _table(("", ""), [(escape(name), code(value)) for name, value in summary.facts])
    if summary.diagnosis is not None and summary.diagnosis.category is not Category.NONE:
        parts += _cause(summary.diagnosis)
    if summary.steps:
        rows = [(_mark(step.result) + " " + escape(step.title), _duration(step.duration_s)) for step in summary.steps]
        parts += _table(("Step", "Time"), rows)
    if summary.customizers:
        rows = [(f"{step.index + 1}. {escape(step.type)}", _duration(step.duration_s)) for step in summary.customizers]
        parts += _table(("Customizer", "Time"), rows)
    if summary.regions:
        parts += _table(("Region", "State"), [(escape(name), escape(state)) for name, state in summary.regions.items()])
    links = [link(text, address) for text, address in summary.links]
    parts += [f"- {one}" for one in links]
    return _limited("\n".join(parts) + "\n")


def _cause(found: Diagnosis) -> list[str]:
    parts = [f"### {escape(found.root_cause)}", ""]
    if found.customizer is not None:
        place = f" at {code(str(found.place))}" if found.place else ""
        parts += [f"In {escape(str(found.customizer))}{place}.", ""]
    parts += [text for one in (found.meaning, found.next_step) if one for text in (escape(one), "")]
    if found.lines:
        lines = "\n".join(f"{line.number or '-':>7}  {line.text}" for line in found.lines)
        parts += ["<details><summary>Lines that matter</summary>", "", *fenced(lines), "", "</details>", ""]
    return parts


def escape(text: str) -> str:
    """Text that Markdown and HTML show as it is, on one line; neither mentions nor links come of it."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", " ".join(redact(text).split()))


def code(text: str) -> str:
    """Text in the type of code, whatever characters it has."""
    shown = html.escape(" ".join(redact(text).split())).replace("|", "&#124;")
    return f"<code>{shown}</code>" if shown else ""


def fenced(text: str) -> list[str]:
    """A block of code whose fence is longer than any in it."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *redact(text).splitlines(), fence]


def link(text: str, address: str) -> str:
    """A link, if the address is one that a page may lead to; else the text alone."""
    if not re.fullmatch(r"https?://[^\s<>\"]+", address):
        return escape(text)
    return f'<a href="{html.escape(redact(address))}">{escape(text)}</a>'


def _table(head: tuple[str, str], rows: Sequence[tuple[str, str]]) -> list[str]:
    return [f"| {head[0]} | {head[1]} |", "| --- | --- |", *(f"| {left} | {right} |" for left, right in rows), ""]


def _mark(result: str) -> str:
    return _MARKS.get(result, "")


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _limited(text: str) -> str:
    data = text.encode("utf-8", "replace")
    if len(data) <= LIMIT_BYTES:
        return data.decode()
    kept = data[: LIMIT_BYTES - _ROOM_BYTES].decode("utf-8", "ignore")
    # A cut inside a block of code would swallow the note.
    return kept.rpartition("\n")[0] + "\n\n```\n" * (kept.count("\n```") % 2) + _CUT
