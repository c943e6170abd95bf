"""Tags copied or changed, versions made again, proofs of other versions."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fake_wire import Answer, Seen
from gate_world import STAMP, GateWorld
from smoke_azure import VERSION_ID

_LATER = "2026-11-20T10:01:00.5+00:00"
_WEAK = (
    '{"probes":[{"command":{"run":"true"}}],"vm-size":"Standard_D2s_v3","deadline":"20m",'
    '"reach":"run-command","reboot":false,"promote":"on-pass"}'
)


@pytest.mark.stopped_by("statement: image_version_id")
@pytest.mark.parametrize("other", ["versions/1.2.2", "versions/1.2.30", "versions/11.2.3"])
def test_a_proof_of_another_version(gate: GateWorld, other: str) -> None:
    """A good job's proof of another version, put in this one's place, proves nothing."""
    identity = VERSION_ID.lower().replace("versions/1.2.3", other)
    gate.leave(gate.token(audience=replace(gate.bench.statement, image_version_id=identity).audience))

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("statement: image_version_id")
@pytest.mark.parametrize(
    ("part", "other"), [("rg-images", "rg-other"), ("/golden/", "/silver/"), ("11111111-", "22222222-")]
)
def test_a_proof_of_a_version_elsewhere(gate: GateWorld, part: str, other: str) -> None:
    """A proof of the same image and number in another gallery, group or subscription proves nothing."""
    identity = VERSION_ID.lower().replace(part, other)
    assert identity != VERSION_ID.lower()
    gate.leave(gate.token(audience=replace(gate.bench.statement, image_version_id=identity).audience))

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("statement: published_at")
@pytest.mark.parametrize("seconds", [1, 60, 86400, -60])
def test_made_again_under_its_number(gate: GateWorld, seconds: float) -> None:
    """A proof dies with its version: another one under the number and with the same tags is not signed."""
    gate.sign()
    gate.make_again(seconds_later=seconds)
    again = gate.bench.statement.published_at.isoformat()

    found = gate.decide(verified_at=again)

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("made again")
def test_made_again_and_signed_after_the_smoke_test(gate: GateWorld) -> None:
    """What was booted was another disk: a version made and signed later under its number stays hidden."""
    gate.make_again()
    gate.sign()

    assert not gate.decide().latest


@pytest.mark.stopped_by("made again")
@pytest.mark.parametrize("verified_at", ["2026-11-20T09:59:59+00:00", _LATER, "2025-11-20T10:00:00.5+00:00"])
def test_the_verdict_of_another_publishing_date(gate: GateWorld, verified_at: str) -> None:
    """A verdict of a version that was published at another time says nothing of this one."""
    gate.sign()

    assert not gate.decide(verified_at=verified_at).latest


@pytest.mark.parametrize("verified_at", ["2026-11-20T10:00:00Z", "2026-11-20T11:00:00.5+01:00"])
def test_the_same_publishing_date_written_otherwise(gate: GateWorld, verified_at: str) -> None:
    """Fractions of a second and time zones do not make another publishing date."""
    gate.sign()

    assert gate.decide(verified_at=verified_at).latest


def test_made_again_built_signed_and_verified_anew(gate: GateWorld) -> None:
    """A version that was made again becomes latest by a proof and a verdict of its own."""
    gate.make_again()
    gate.sign()

    found = gate.decide(verified_at=_LATER)

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("statement: image")
def test_the_name_of_another_image(gate: GateWorld) -> None:
    """A signed version cannot be passed off as another image of the same commit."""
    gate.sign()
    gate.stamp(image="db")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("statement: repository", "repository", both=True)
def test_the_name_of_another_repository(gate: GateWorld) -> None:
    """A signed version cannot be passed off as built by another listed repository."""
    gate.settings(repositories=frozenset({"acme/images", "acme/other"}))
    gate.sign()
    gate.stamp(repository="acme/other")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("statement: commit", "commit", both=True)
def test_the_name_of_another_commit(gate: GateWorld) -> None:
    """A signed version cannot turn the check of another commit green."""
    gate.sign()
    gate.stamp(commit="a" * 40)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("statement: ref")
@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/pull/7/head", "refs/tags/v1", ""])
def test_the_name_of_another_ref(gate: GateWorld, ref: str) -> None:
    """A signed version cannot be passed off as built from another ref."""
    gate.stamp(ref="refs/heads/topic")
    gate.sign(ref="refs/heads/topic")
    gate.stamp(ref=ref)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("statement: run", "run", both=True)
@pytest.mark.parametrize("run", ["4712-1", "4711-2", "4711", ""])
def test_the_name_of_another_run(gate: GateWorld, run: str) -> None:
    """A signed version cannot be passed off as built by another run."""
    gate.sign()
    gate.stamp(run=run)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("statement: content_hash")
def test_the_hash_of_other_content(gate: GateWorld) -> None:
    """A signed version cannot be passed off as built of other scripts."""
    gate.sign()
    gate.stamp(content_hash="other")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("statement: dirty")
def test_the_mark_of_changes_taken_off(gate: GateWorld) -> None:
    """A version of a dirty work tree does not become clean by removing the mark from its tags."""
    gate.stamp(dirty=True)
    gate.sign()
    gate.stamp(dirty=False)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("clean work tree")
def test_changes_that_are_in_no_commit(gate: GateWorld) -> None:
    """What was built of a dirty work tree never becomes latest."""
    gate.stamp(dirty=True)
    gate.sign()

    assert not gate.decide().latest


@pytest.mark.stopped_by("statement: smoke")
@pytest.mark.parametrize(
    "weaken",
    [
        lambda gate: gate.change_tags(imagegate_smoke_0=_WEAK),
        lambda gate: gate.change_tags(imagegate_smoke_0=None),
        lambda gate: gate.change_tags(imagegate_smoke_0="{}"),
        lambda gate: gate.change_tags(imagegate_smoke_1=" "),
    ],
    ids=["another probe", "removed", "emptied", "continued"],
)
def test_the_smoke_specification_changed_after_signing(gate: GateWorld, weaken: Callable[[GateWorld], None]) -> None:
    """The proof names the smoke specification that the job wrote: with another one nothing is signed."""
    gate.sign()
    weaken(gate)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_tags_copied_to_a_version_that_nobody_signed(gate: GateWorld) -> None:
    """All the tags of a good version, a verdict among them, are no proof."""
    gate.change_tags(imagegate_verdict="passed", imagegate_promoted="true", imagegate_proof=gate.token())

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("tag", ["image", "repository", "commit", "ref", "run", "content_hash"])
def test_a_tag_of_the_stamp_removed(gate: GateWorld, tag: str) -> None:
    """A version that lost a tag of its origin after it was signed proves nothing."""
    gate.sign()
    gate.change_tags(**{f"imagegate_{tag}": None})

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("tag", ["owner", "cost_center", "imagegate_verdict"])
def test_other_tags_do_not_matter(gate: GateWorld, tag: str) -> None:
    """Tags that say nothing of origin or smoke test may change after signing."""
    gate.sign()
    gate.change_tags(**{tag: "x"})

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


def test_a_stranger_signs_with_the_stamp_of_a_good_version(gate: GateWorld) -> None:
    """The stamp of a good version on one that a stranger's job signed speaks for nobody."""
    gate.stamp(repository=STAMP.repository, commit=STAMP.commit)
    gate.sign(repository="evil/images", job_workflow_ref="evil/images/.github/workflows/image.yml@refs/heads/main")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_a_later_proof_turns_an_earlier_verdict_green(gate: GateWorld) -> None:
    """A version that was made and signed after the smoke test has not booted: it turns no check green."""
    gate.make_again()
    gate.sign()

    assert not gate.decide().green


def test_made_again_while_the_promotion_is_written_down(gate: GateWorld) -> None:
    """A version that is replaced after the last look at it, and made visible, is hidden once that is seen."""
    get = gate.bench.blobs._get

    def replaced(seen: Seen) -> Answer:
        if "/1.2.3/" in seen.path:
            gate.make_again()
        return get(seen)

    gate.bench.wire.on("GET", "/records/.+", replaced)
    gate.sign()

    assert not gate.decide().latest


@pytest.mark.parametrize(
    "specification", ['{"probes":[{"http":{}}]}', '{"deadline":"7m","probes":[{"tcp":{"port":22}}]}']
)
def test_a_smoke_default_that_changed_between_releases(gate: GateWorld, specification: str) -> None:
    """Signer and verifier compare the text of the tags, so their releases may fill in different defaults."""
    for name in [name for name in gate.tags if name.startswith("imagegate-smoke")]:
        gate.change_tags(**{name.replace("-", "_"): None})
    gate.change_tags(imagegate_smoke_0=specification)
    gate.sign()

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)
