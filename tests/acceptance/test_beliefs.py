"""Every belief can be true and can be false, and each looks at answers of its own."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from acceptance import beliefs
from acceptance.belief import Belief, Otherwise, Verdict, all_beliefs, answered_otherwise, judge, judge_all
from acceptance.exchange import NotRecorded, Recording
from acceptance.run import Ended
from acceptance_samples import SAMPLES

BELIEFS = {belief.id: belief for belief in all_beliefs()}
LOCAL = [one for one in BELIEFS.values() if one.id not in SAMPLES]

Story = tuple[Ended, Recording, str]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the first test waits for the whole run


def _by_id(belief: Belief) -> str:
    return belief.id


def test_a_run_against_the_local_cloud_finds_every_belief_true(story: Story) -> None:
    """Each belief passes, or is not asked for a reason that it says; nothing is left behind."""
    ended, _, _ = story

    false = {one.belief.id: one.seen for one in ended.findings if one.verdict is Verdict.FAIL}
    not_asked = {one.belief.id: one.seen for one in ended.findings if one.verdict is Verdict.NOT_ASKED}
    assert false == {}
    assert not_asked.keys() == SAMPLES.keys(), not_asked
    assert all(one.seen for one in ended.findings)
    assert ended.left == ()


@pytest.mark.parametrize("belief", LOCAL, ids=_by_id)
def test_one_answer_that_is_otherwise_makes_one_belief_false(story: Story, belief: Belief) -> None:
    """With the belief's own answer changed its check says FAIL, and every other says what it said."""
    ended, recording, _ = story
    before = {one.belief.id: one.verdict for one in ended.findings}

    after = judge_all(BELIEFS.values(), answered_otherwise(recording, belief.otherwise), local=True)

    assert {one.belief.id: one.verdict for one in after} == {**before, belief.id: Verdict.FAIL}


@pytest.mark.parametrize("belief", [BELIEFS[name] for name in SAMPLES], ids=_by_id)
def test_what_the_local_cloud_cannot_say_passes_and_fails_as_well(belief: Belief) -> None:
    """With the answer that is documented the check says PASS, and FAIL once that is changed."""
    recording = Recording(SAMPLES[belief.id])

    true = judge(belief, recording, local=False)
    false = judge(belief, answered_otherwise(recording, belief.otherwise), local=False)

    assert (true.verdict, false.verdict) == (Verdict.PASS, Verdict.FAIL), (true.seen, false.seen)


@pytest.mark.parametrize("belief", [one for one in BELIEFS.values() if one.not_local], ids=_by_id)
def test_the_local_cloud_is_asked_once_it_can_say(story: Story, belief: Belief) -> None:
    """A belief that is not asked locally would not pass there: where it would, its `not_local` has to go."""
    _, recording, _ = story

    with contextlib.suppress(NotRecorded):
        assert not belief.judge(recording).agrees


@pytest.mark.parametrize("belief", BELIEFS.values(), ids=_by_id)
def test_an_answer_of_another_shape_ends_no_run(story: Story, belief: Belief) -> None:
    """A refusal where an answer was expected is judged as well; no check ends with an error of its own."""
    _, recording, _ = story
    refused = Otherwise(label="*", status=403, place="", value={"error": {"code": "AuthorizationFailed"}})

    found = judge(belief, answered_otherwise(recording, refused), local=False)

    assert found.seen


def test_a_belief_has_a_file_an_id_and_a_source() -> None:
    """One file a belief, named after its id; ids are unique; sentence, source and expectation are not empty."""
    files = [file.stem for file in Path(beliefs.__path__[0]).glob("*.py") if file.stem != "__init__"]

    assert len(files) == len(BELIEFS) == len(all_beliefs())
    for belief in BELIEFS.values():
        assert re.fullmatch(r"[A-Z]\d[a-z]?", belief.id), belief.id
        assert any(file.startswith(f"{belief.id[:2].lower()}_") for file in files), belief.id
        assert belief.sentence.endswith("."), belief.id
        assert belief.source, belief.id
        assert belief.expected, belief.id
