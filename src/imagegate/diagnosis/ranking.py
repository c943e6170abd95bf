"""Of all that was found, the cause: deepest, near the end of the step that failed, fitting its exit status."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from imagegate.diagnosis.benign import is_harmless
from imagegate.diagnosis.ending import Ending
from imagegate.diagnosis.log_line import Channel
from imagegate.diagnosis.matching import Hit
from imagegate.diagnosis.rule import Rank, Scope
from imagegate.model.diagnosis import Category

_WARNING = re.compile(r"^\s*(?:W:|[Ww]arn(?:ing)?\b|WARN(?:ING)?\b|\[WARN|npm warn)|\[attempt \d+ of \d+\]|Retrying \(")
_DISTRIBUTING = "Failed in distributing"
_GUEST_CHANNELS = (Channel.GUEST, Channel.SAID)
_FLOOR = 5
_TIME_IS_UP = ("build-timeout", "replication-timeout")
_TOLD_LATE = ((25, 0), (100, 8), (500, 20))
_FAR = 35


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A hit and its weight."""

    hit: Hit
    score: float


def is_warning(text: str) -> bool:
    """Whether the program that wrote the line says itself that it goes on."""
    return _WARNING.search(text) is not None


def rank_hits(hits: Sequence[Hit], ending: Ending) -> list[Ranked]:
    """The hits that count, the likeliest cause first."""
    last = max((hit.place for hit in hits), default=0)
    last_in_step = max((hit.place for hit in hits if hit.placed.step == ending.step), default=last)
    # A message that speaks of time speaks of this run: errors that the step got over before are not its cause.
    time_is_up = (
        any(hit.rule.code in _TIME_IS_UP and hit.placed.line.channel is Channel.MESSAGE for hit in hits)
        and ending.exit_status is None
    )
    ranked = []
    for hit in hits:
        if is_harmless(hit.placed.line.text) and hit.rule.rank is not Rank.DEFINITE:
            continue
        score = _score(hit, ending, last_in_step)
        if time_is_up and hit.rule.code in _TIME_IS_UP:
            score += 25
        if score >= _FLOOR:
            ranked.append(Ranked(hit=hit, score=score))
    return sorted(ranked, key=lambda one: (-one.score, -one.hit.place))


def _score(hit: Hit, ending: Ending, last: int) -> float:
    rule, placed = hit.rule, hit.placed
    channel, text = placed.line.channel, placed.line.text
    score = float(rule.rank)
    if _is_out(hit, ending):
        return 0
    if rule.scope is Scope.SERVICE and channel is Channel.GUEST:
        score -= 25
    if rule.scope is Scope.GUEST and channel in {Channel.MESSAGE, Channel.VERDICT, Channel.PACKER}:
        score -= 10
    if rule.category is Category.CLEANUP_BLOCKED and (ending.failed or placed.cleaning):
        score -= 50
    if is_warning(text):
        score -= 8
    if _DISTRIBUTING in text and rule.category in {Category.TEMPLATE_INVALID, Category.SOURCE_IMAGE}:
        score -= 45  # the build VM is long gone; what does not fit is the gallery's definition
    if channel in _GUEST_CHANNELS and ending.step is not None:
        score -= _distance(hit, ending, last)
    return score + _status(hit, ending)


def _is_out(hit: Hit, ending: Ending) -> bool:
    """Whether the hit cannot be the cause: of a step that did end, in debug output, in a build that got over it."""
    channel = hit.placed.line.channel
    return (
        (hit.rule.hangs and ending.exit_status is not None)
        or (hit.rule.scope is Scope.GUEST and channel is Channel.DEBUG)
        or (ending.finished and not ending.failed and channel in _GUEST_CHANNELS)
        or (hit.placed.cleaning and channel in _GUEST_CHANNELS and hit.rule.category is not Category.CLEANUP_BLOCKED)
    )


def _distance(hit: Hit, ending: Ending, last: int) -> float:
    """What an error loses by having been got over: by standing in a step that ended well, or far from the end."""
    if hit.placed.step != ending.step:
        return 70
    away = last - hit.place
    return next((loss for limit, loss in _TOLD_LATE if away <= limit), _FAR)


def _status(hit: Hit, ending: Ending) -> float:
    statuses, status = hit.rule.statuses, ending.exit_status
    if not statuses or status is None or hit.placed.line.channel not in _GUEST_CHANNELS:
        return 0
    if status not in statuses:
        return -12
    return 2 if status == 1 else 12
