"""Tokens that no listed build job got for this version."""

import pytest

from gate_world import GateWorld


def test_the_build_job_signs(gate: GateWorld) -> None:
    """What a listed workflow built becomes latest, and its check green."""
    gate.sign()

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("signature")
def test_a_key_that_is_not_published(gate: GateWorld) -> None:
    """A token with all the right claims and a key of the forger's own."""
    gate.sign(kid="k9")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("audience")
def test_a_token_for_another_version(gate: GateWorld) -> None:
    """A good job's token for something else, put in the place of this version's proofs."""
    gate.leave(gate.token(audience="imagegate.origin.v1:probe"))

    assert not gate.decide().latest
