"""Refs that promote, tags that are protected, and claims that the settings ask for."""

import pytest

from gate_world import GateWorld


def _build(gate: GateWorld, ref: str, **claims: object) -> None:
    """The job builds the ref and signs."""
    gate.stamp(ref=ref)
    gate.sign(ref=ref, **claims)


@pytest.mark.stopped_by("promoted ref")
@pytest.mark.parametrize(
    ("listed", "ref"),
    [
        ("refs/heads/main", "refs/heads/main-evil"),
        ("refs/heads/main", "refs/heads/main/evil"),
        ("refs/heads/main", "refs/heads/evil/refs/heads/main"),
        ("refs/heads/main", "refs/heads/Main"),
        ("refs/heads/main", "refs/heads/main "),
        ("refs/heads/main", "refs/heads/mai"),
        ("refs/heads/main", "main"),
        ("refs/heads/main", ""),
        ("refs/heads/main", "refs/pull/7/merge"),
        ("refs/heads/main", "refs/heads/*"),
        ("main", "refs/heads/main"),
        ("*", "refs/heads/main"),
        ("refs/heads/ma*", "refs/heads/main"),
        ("refs/*/main", "refs/heads/main"),
        ("refs/heads/mai?", "refs/heads/main"),
        ("refs/heads/.*", "refs/heads/main"),
        ("refs/heads/main/*", "refs/heads/main"),
        ("refs/heads/release/*", "refs/heads/release"),
        ("refs/heads/release/*", "refs/heads/release-evil/1"),
        ("refs/heads/release/*", "refs/heads/evil/refs/heads/release/1"),
        ("refs/heads/release/*", "refs/heads/Release/1"),
        ("refs/heads/*", "refs/pull/7/merge"),
        ("refs/heads/*", "refs/headsevil/main"),
    ],
)
def test_a_ref_that_resembles_a_listed_one(gate: GateWorld, listed: str, ref: str) -> None:
    """Only the listed ref itself, or one below a listed `/*`, becomes latest."""
    gate.settings(promoted_refs=(listed,))
    _build(gate, ref)

    assert not gate.decide().latest


@pytest.mark.stopped_by("promoted ref", "protected tag", both=True)
@pytest.mark.parametrize("listed", ["refs/heads/main", "refs/heads/*"])
@pytest.mark.parametrize("ref", ["refs/tags/main", "refs/tags/heads/main", "refs/tags/refs/heads/main"])
def test_a_tag_with_the_name_of_a_branch(gate: GateWorld, listed: str, ref: str) -> None:
    """A tag that is called like a promoted branch is not that branch."""
    gate.settings(promoted_refs=(listed,))
    _build(gate, ref)

    assert not gate.decide().latest


def test_an_empty_list_of_refs(gate: GateWorld) -> None:
    """Where no ref is listed, and GitHub does not name the default branch, nothing becomes latest."""
    gate.settings(promoted_refs=())
    gate.sign()

    assert not gate.decide().latest


@pytest.mark.stopped_by("promoted ref")
def test_the_signed_ref_counts_not_the_stamp(gate: GateWorld) -> None:
    """A job of a topic branch that stamps its version with main does not promote it."""
    gate.sign(ref="refs/heads/topic")

    assert not gate.decide().latest


@pytest.mark.parametrize(
    ("listed", "ref"),
    [
        ("refs/heads/release/*", "refs/heads/release/1"),
        ("refs/heads/release/*", "refs/heads/release/1/2"),
        ("refs/heads/*", "refs/heads/main"),
        ("refs/heads/*", "refs/heads/a/b/c"),
    ],
)
def test_a_ref_below_a_listed_prefix(gate: GateWorld, listed: str, ref: str) -> None:
    """A listed ref that ends in `/*` stands for all below it."""
    gate.settings(promoted_refs=("refs/heads/main", listed))
    _build(gate, ref)

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.parametrize("ref", ["refs/heads/topic", "refs/tags/v1"])
def test_another_ref_turns_green_and_stays_hidden(gate: GateWorld, ref: str) -> None:
    """A version of a ref that does not promote still speaks for its commit."""
    _build(gate, ref)

    found = gate.decide()

    assert (found.green, found.latest) == (True, False)


@pytest.mark.stopped_by("protected tag")
@pytest.mark.parametrize("listed", ["refs/tags/v1", "refs/tags/*", "refs/*"])
@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"ref_protected": "false"},
        {"ref_protected": False},
        {"ref_protected": ""},
        {"ref_protected": "no"},
        {"ref_protected": ["true"]},
        {"environment": ""},
        {"environment": ["release"]},
        {"environment": {"name": "release"}},
    ],
    ids=str,
)
def test_a_tag_that_anybody_may_move(gate: GateWorld, listed: str, claims: dict[str, object]) -> None:
    """A listed tag that is not protected becomes latest by no job without an environment."""
    gate.settings(promoted_refs=(listed,))
    _build(gate, "refs/tags/v1", **claims)

    assert not gate.decide().latest


@pytest.mark.parametrize("claims", [{"ref_protected": "true"}, {"environment": "release"}], ids=str)
def test_a_tag_that_is_protected(gate: GateWorld, claims: dict[str, str]) -> None:
    """A listed tag becomes latest where it is protected or its job has an environment."""
    gate.settings(promoted_refs=("refs/tags/*",))
    _build(gate, "refs/tags/v1", **claims)

    assert gate.decide().latest


@pytest.mark.stopped_by("promoted ref")
def test_a_protected_tag_that_is_not_listed(gate: GateWorld) -> None:
    """Protection and an environment do not put a tag on the list."""
    _build(gate, "refs/tags/v1", ref_protected="true", environment="release")

    assert not gate.decide().latest


@pytest.mark.stopped_by("claims of the settings")
@pytest.mark.parametrize(
    ("name", "wanted"),
    [("environment", "release"), ("runner_environment", "github-hosted"), ("ref_protected", "true")],
)
@pytest.mark.parametrize("form", ["{}-evil", "evil-{}", "{} ", "", None, ["{}"], {"{}": 1}, 1], ids=str)
def test_a_claim_of_the_settings_that_differs(gate: GateWorld, name: str, wanted: str, form: object) -> None:
    """Where the settings ask for a claim, a job with another value, or with none, does not promote."""
    gate.settings(claims={name: wanted})
    gate.sign(**{name: form.format(wanted) if isinstance(form, str) else form})

    assert not gate.decide().latest


@pytest.mark.stopped_by("claims of the settings")
@pytest.mark.parametrize("claims", [{"environment": "release"}, {"runner_environment": "github-hosted"}, {}], ids=str)
def test_all_claims_of_the_settings_are_asked(gate: GateWorld, claims: dict[str, str]) -> None:
    """One right claim of two is not enough."""
    gate.settings(claims={"environment": "release", "runner_environment": "github-hosted"})
    gate.sign(**claims)

    assert not gate.decide().latest


def test_claims_of_the_settings_that_are_right(gate: GateWorld) -> None:
    """A job that has all the claims of the settings promotes."""
    gate.settings(claims={"environment": "release", "ref_protected": "true"})
    gate.sign(environment="release", ref_protected="true")

    assert gate.decide().latest


@pytest.mark.stopped_by("run")
def test_a_verify_step_of_another_run(gate: GateWorld) -> None:
    """A verify step without settings promotes only what its own run signed."""
    gate.settings(run_ids=frozenset({"4712"}))
    gate.sign()

    assert not gate.decide().latest


def test_a_verify_step_of_the_same_run(gate: GateWorld) -> None:
    """A verify step without settings promotes what its own run signed."""
    gate.settings(run_ids=frozenset({"4711"}))
    gate.sign()

    assert gate.decide().latest
