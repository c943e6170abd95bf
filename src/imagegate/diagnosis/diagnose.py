"""A log, a message, an error in; the root cause out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from imagegate.diagnosis.arm_error import error_lines
from imagegate.diagnosis.benign import is_clean_up_noise
from imagegate.diagnosis.customizers import TemplateStep, align, failing_customizer, steps_of
from imagegate.diagnosis.ending import Ending, read_ending
from imagegate.diagnosis.log_line import Channel, Line, read_lines
from imagegate.diagnosis.log_text import decode_log, unescape
from imagegate.diagnosis.matching import Hit, find_hits
from imagegate.diagnosis.overtaken import without_overtaken
from imagegate.diagnosis.provisioners import Course, Placed, read_course
from imagegate.diagnosis.ranking import Ranked, rank_hits
from imagegate.diagnosis.rule import Rank, Scope
from imagegate.diagnosis.script_place import script_place
from imagegate.diagnosis.wording import by_exit_status, by_verdict, cannot_tell, looks_bad, no_failure
from imagegate.model.diagnosis import Category, Confidence, Diagnosis, FailingCustomizer, LogLine
from imagegate.model.redaction import redact
from imagegate.model.template_source import TemplateSource

_STEP_LINES = 10_000
_OTHER_LINES = 4_000
_SHOWN_LINES = 12
_SHOWN_CHARACTERS = 400
_GUEST_CHANNELS = (Channel.GUEST, Channel.SAID)
_LOG_PLACE = re.compile(r"(?:[Ll]og location:|logs are at location) (?P<place>\S+\.log)")
_SPEAKERS = re.compile(
    r"Provisioning with |Provisioning step had errors|^(?:azure-arm|null)\b|Script exited with non-zero|^\s*$"
)


@dataclass(frozen=True, kw_only=True)
class _Case:
    """All that is known of one build."""

    course: Course
    ending: Ending
    steps: tuple[TemplateStep, ...]
    message: str
    told: bool


def diagnose(
    log: str | bytes,
    *,
    message: str = "",
    error: Mapping[str, Any] | None = None,
    template: TemplateSource | Mapping[str, Any] | None = None,
) -> Diagnosis:
    """The root cause of a failed build, or that there was no failure, or that it cannot be told. Pure.

    Args:
        log: customization.log or validation.log as it is, whole or cut, or an error's text.
        message: `lastRunStatus.message` of the template.
        error: an ARM error body, as the service gave it.
        template: the template, so that the failing step can be named, and its place in the repository.

    The time grows with the log's length (about three seconds for 50 MB). Secrets of a known shape are redacted in every
    text of the result.
    """
    case = _read(log if isinstance(log, str) else decode_log(log), message, error, template)
    return _redacted(_decide(case))


def _read(
    log: str, message: str, error: Mapping[str, Any] | None, template: TemplateSource | Mapping[str, Any] | None
) -> _Case:
    course = read_course(read_lines(log))
    told = [*error_lines(message), *(error_lines(error) if error else ())]
    for text in told:
        course.lines.append(Placed(Line(0, Channel.MESSAGE, unescape(text)), -1, False))
    ending = read_ending(course)
    return _Case(course=course, ending=ending, steps=steps_of(template), message="\n".join(told), told=bool(told))


def _decide(case: _Case) -> Diagnosis:
    ending = case.ending
    if not case.course.lines and not case.course.steps:
        return cannot_tell("There is no log, and no message, to tell from.", "Fetch the build's customization.log.")
    if ending.finished and not ending.failed and not case.told:
        return no_failure(
            "There is no failure: the build finished. What looks like one is noise of a build that succeeded."
        )
    hits = find_hits(list(_searched(case)))
    if ending.exit_status is not None:
        hits = without_overtaken(hits, _said(case))
    ranked = rank_hits(hits, ending)
    best = ranked[0] if ranked else None
    if best is not None and not _is_weak(best, case):
        return _by_rule(best, ranked, case)
    if ending.exit_status is not None:
        return _with_lines(by_exit_status(ending, _customizer(case), _said(case)), _said(case)[-8:], case)
    if best is not None:
        return _by_rule(best, ranked, case)
    return _without_rule(case)


def _is_weak(best: Ranked, case: _Case) -> bool:
    """Whether the script's own last words tell more than the rule does."""
    if case.ending.exit_status is None:
        return False
    return best.score < Rank.SYMPTOM or best.hit.rule.rank <= Rank.WRAPPER or best.hit.rule.hangs


def _without_rule(case: _Case) -> Diagnosis:
    ending = case.ending
    if ending.failed:
        return _with_lines(by_verdict(ending, _customizer(case)), [*_said(case)[-6:]], case)
    if all(is_clean_up_noise(placed.line.text) or not looks_bad(placed.line.text) for placed in case.course.lines):
        noise = any(is_clean_up_noise(placed.line.text) for placed in case.course.lines)
        if noise:
            return no_failure(
                "There is no failure here: resources are being deleted, and what fails at first is tried again."
            )
    found = _LOG_PLACE.search(case.message) or _LOG_PLACE.search(
        "\n".join(placed.line.text for placed in case.course.lines[-50:])
    )
    if found is not None:
        return cannot_tell(
            "A customization step failed; the message does not say which. The build log does.",
            f"Read the log: {found['place'].rstrip('.')}",
        )
    if ending.finished:
        return cannot_tell(
            "The customizers ran to their end; the failure lies after them, and neither log nor message names it.",
            "Look at the template's lastRunStatus and at the deployments of the staging resource group.",
        )
    if case.told and not any(placed.line.number for placed in case.course.lines):
        return cannot_tell(
            f'Cannot tell: there is no log, and the service names no cause that is known here: "{case.message[:300]}".',
            "Fetch the build's customization.log; with the operation id, Azure support can see more.",
        )
    return cannot_tell(
        "Cannot tell: the log has no sign of a failure, and does not say that the build finished; it may be cut off.",
        "Fetch the whole log, or look at the template's lastRunStatus.",
        _customizer(case),
    )


def _by_rule(best: Ranked, ranked: Sequence[Ranked], case: _Case) -> Diagnosis:
    rule, hit = best.hit.rule, best.hit
    groups = _gathered(hit, ranked)
    customizer = _customizer(case) if _speaks_of_step(hit, case) else None
    near = _near(hit, case)
    if customizer is not None:
        step = align(case.course.steps, case.steps).get(case.ending.step if case.ending.step is not None else -1)
        words = [value for value in groups.values() if value]
        place = script_place(step, [placed.line.text for placed in near], words)
        customizer = replace(customizer, script_place=place)
    root_cause = rule.tell(rule.says, groups)
    if rule.code == "build-timeout" and customizer is not None:
        root_cause += f" {str(customizer)[0].upper()}{str(customizer)[1:]} was running."
    found = Diagnosis(
        category=_category(rule.category, customizer),
        cause=rule.code,
        root_cause=root_cause,
        meaning=rule.means,
        next_step=rule.do,
        confidence=_confidence(best, ranked, case),
        signal=hit.placed.line.text.strip(),
        customizer=customizer,
        exit_status=case.ending.exit_status,
    )
    return _with_lines(found, near, case)


def _category(category: Category, customizer: FailingCustomizer | None) -> Category:
    generic = category is Category.SCRIPT and customizer is not None and customizer.section == "validate"
    return Category.VALIDATION if generic else category


def _speaks_of_step(hit: Hit, case: _Case) -> bool:
    """Whether the cause lies in the step that failed; Azure's answers around the steps do not."""
    if case.ending.step is None:
        return False
    if hit.placed.line.channel is Channel.MESSAGE:
        return hit.rule.category in {Category.TIMEOUT, Category.CONNECTION}
    return hit.placed.step == case.ending.step


def _gathered(hit: Hit, ranked: Sequence[Ranked]) -> dict[str, str | None]:
    """The groups of the hit, and what the same rule learnt from the lines around it."""
    groups = dict(hit.groups)
    near = [one.hit for one in ranked if one.hit.rule is hit.rule and abs(one.hit.place - hit.place) <= 12]
    for other in sorted(near, key=lambda one: abs(one.place - hit.place)):
        for name, value in other.groups.items():
            groups[name] = groups.get(name) or value
    return groups


def _confidence(best: Ranked, ranked: Sequence[Ranked], case: _Case) -> Confidence:
    levels = [Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH]
    level = levels.index(best.hit.rule.confidence)
    rival = next((one for one in ranked[1:] if one.hit.rule.category is not best.hit.rule.category), None)
    if rival is not None and best.score - rival.score < 6:
        level -= 1
    # In a whole log that does not say that the build failed, the script may still get over it.
    unsaid = not case.ending.failed and not case.told and bool(case.course.steps)
    if (unsaid and best.hit.rule.scope is not Scope.SERVICE) or best.score < Rank.VAGUE:
        level -= 1
    return levels[max(0, level)]


def _customizer(case: _Case) -> FailingCustomizer | None:
    if case.ending.step is None:
        return None
    counted = case.course.from_the_start or not _cut(case.course)
    return failing_customizer(case.ending.step, case.course.steps, case.steps, counted=counted)


def _cut(course: Course) -> bool:
    """Whether output of a customizer stands before the first mark, so that earlier steps may be missing."""
    before = (placed for placed in course.lines if placed.step < 0)
    return any(placed.line.channel is Channel.GUEST for placed in before)


def _searched(case: _Case) -> Iterator[Placed]:
    """The lines that may hold the cause: the end of the step that failed, and all that Packer and Azure say themselves.

    A step's output further up was got over; leaving it out bounds the time for the largest logs.
    """
    lines, step = case.course.lines, case.ending.step
    mine: list[Placed] = []
    others: list[Placed] = []
    for placed in lines:
        from_guest = placed.line.channel in _GUEST_CHANNELS
        (mine if from_guest and (step is None or placed.step == step) else others).append(placed)
    if step is not None:
        others = [one for one in others if one.line.channel is not Channel.GUEST]
    kept = {id(placed) for placed in (*mine[-_STEP_LINES:], *others[:500], *others[-_OTHER_LINES:])}
    return (placed for placed in lines if id(placed) in kept)


def _said(case: _Case) -> list[Placed]:
    """What the failing step's script said, without Packer's words around it."""
    step = case.ending.step
    return [
        placed
        for placed in case.course.lines
        if placed.line.channel in _GUEST_CHANNELS
        and (step is None or placed.step == step)
        and not placed.cleaning
        and not _SPEAKERS.search(placed.line.text)
    ]


def _near(hit: Hit, case: _Case) -> list[Placed]:
    """The hit's line with its neighbours of the same step: some before it and, to the script's end, some after."""
    if hit.placed.line.channel is Channel.MESSAGE:
        return [hit.placed]
    same = [
        placed
        for placed in case.course.lines
        if placed.step == hit.placed.step and placed.line.channel is not Channel.DEBUG and placed.line.number
    ]
    at = next((index for index, placed in enumerate(same) if placed is hit.placed), None)
    return [hit.placed] if at is None else same[max(0, at - 3) : at + 6]


def _with_lines(found: Diagnosis, near: Sequence[Placed], case: _Case) -> Diagnosis:
    """The lines that matter: those around the cause, and the one that tells how the script ended."""
    closing = [
        placed
        for placed in case.course.lines[-400:]
        if "non-zero exit status" in placed.line.text and placed.line.channel is not Channel.DEBUG
    ][-1:]
    chosen: dict[tuple[int, str], LogLine] = {}
    for placed in [*near, *closing]:
        line = LogLine(number=placed.line.number, text=placed.line.text.strip()[:_SHOWN_CHARACTERS])
        chosen[line.number, line.text] = line
    lines = sorted(chosen.values(), key=lambda line: line.number)[:_SHOWN_LINES]
    return replace(found, lines=tuple(lines))


def _redacted(found: Diagnosis) -> Diagnosis:
    return replace(found, signal=found.signal[:_SHOWN_CHARACTERS]).map_texts(redact)
