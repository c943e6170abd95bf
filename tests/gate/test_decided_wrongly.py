"""Attacks that go through, and legitimate cases that are refused, by the gate's contract."""

import pytest

from fake_wire import Answer, Seen
from gate_world import GateWorld


def test_a_later_proof_turns_an_earlier_verdict_green(gate: GateWorld) -> None:
    """A version that was made and signed after the smoke test has not booted: it turns no check green."""
    gate.make_again()
    gate.sign()

    assert not gate.decide().green


@pytest.mark.parametrize("file", ["Image.yml", "IMAGE.YML", "image.YML"])
def test_another_workflow_whose_name_differs_by_capitals(gate: GateWorld, file: str) -> None:
    """Paths in a repository differ by capitals: a file that is called like a listed one is another workflow."""
    gate.sign(job_workflow_ref=f"acme/images/.github/workflows/{file}@refs/heads/main")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize(
    "claims",
    [{"iss": ["https://issuer.example"]}, {"iss": 7}, {"run_number": "9" * 5000}],
    ids=["a list as issuer", "a number as issuer", "a long run number"],
)
@pytest.mark.parametrize("good", [True, False])
def test_a_strange_claim_under_a_good_signature(gate: GateWorld, claims: dict[str, object], *, good: bool) -> None:
    """A signed token whose claims have a strange form ends no decision, and hides no good proof beside it."""
    gate.sign(**claims)
    if good:
        gate.sign()

    found = gate.decide()

    assert found.latest or not good


def test_a_flood_is_called_by_its_name(gate: GateWorld) -> None:
    """Where more proofs lie than are looked at, the reason says that somebody writes into origin."""
    for number in range(101):
        gate.leave(f"junk {number}")

    assert "somebody writes into" in gate.decide().reason


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


def test_an_old_version_that_was_promoted_once(gate: GateWorld) -> None:
    """A record of an earlier promotion does not lift a hidden version over the newer run that came after it."""
    gate.sign()
    assert gate.decide().latest
    gate.promoted_before(run_number=8)
    gate.hide()

    assert not gate.decide().latest
