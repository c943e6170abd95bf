"""Proofs that come late, keys that change, services that do not answer."""

import pytest

from fake_wire import Answer, Seen
from gate_world import GateWorld
from job_issuer import JobIssuer
from smoke_azure import VERSION_ID


@pytest.fixture
def rotating(gate: GateWorld) -> JobIssuer:
    """An issuer of this test's own, whose keys may change."""
    gate.bench.issuer = JobIssuer()
    return gate.bench.issuer


@pytest.mark.parametrize("waits", [1, 2, 4])
def test_a_late_proof(gate: GateWorld, waits: int) -> None:
    """A version whose proof comes after its verdict becomes latest once it is there."""
    gate.at_wait[waits] = gate.sign

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("repository")
def test_a_late_proof_of_a_stranger(gate: GateWorld) -> None:
    """Waiting makes no stranger's proof good."""
    gate.at_wait[2] = lambda: gate.sign(repository="evil/images")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_a_strangers_proof_before_the_good_one(gate: GateWorld) -> None:
    """A bad proof does not end the waiting for a good one."""
    gate.sign(repository="evil/images")
    gate.at_wait[2] = gate.sign

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("statement: published_at", "made again", both=True)
def test_made_again_while_the_decision_waits(gate: GateWorld) -> None:
    """A version that is replaced while its proof is awaited is another one."""
    gate.sign()
    gate.store_is_down()

    def replaced() -> None:
        gate.make_again()
        gate.store_is_up()

    gate.at_wait[2] = replaced

    assert not gate.decide().latest


@pytest.mark.stopped_by("made again")
def test_made_again_between_proof_and_promotion(gate: GateWorld) -> None:
    """A version that is replaced between the check of its proof and its promotion stays hidden."""
    looks = 0
    get = gate.bench._get

    def replaced(seen: Seen) -> Answer:
        nonlocal looks
        looks += 1
        if looks == 2:
            gate.make_again()
        return get(seen)

    gate.bench.wire.on("GET", VERSION_ID, replaced)
    gate.sign()

    assert not gate.decide().latest


@pytest.mark.parametrize("waits", [0, 1, 3])
def test_deleted(gate: GateWorld, waits: int) -> None:
    """A version that is gone is neither green nor latest."""
    if waits:
        gate.at_wait[waits] = gate.delete_version
    else:
        gate.sign()
        gate.delete_version()

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_a_new_key_is_published_while_the_decision_waits(gate: GateWorld, rotating: JobIssuer) -> None:
    """A token of a brand-new key counts as soon as the issuer publishes the key."""
    gate.sign(kid="k9")
    gate.at_wait[2] = lambda: rotating.publish("k9")

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


def test_another_key_is_published_beside_the_old_one(gate: GateWorld, rotating: JobIssuer) -> None:
    """A token of the old key counts as long as the issuer publishes it."""
    gate.sign()
    rotating.rotate("k2")

    assert gate.decide().latest


@pytest.mark.stopped_by("signature")
def test_a_retired_key(gate: GateWorld, rotating: JobIssuer) -> None:
    """A key that the issuer publishes no longer signs nothing."""
    rotating.rotate("k2")
    rotating.retire("k1")
    gate.sign(kid="k1")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("signature")
def test_a_retired_key_under_the_new_ones_name(gate: GateWorld, rotating: JobIssuer) -> None:
    """The old key does not sign under the new key's name."""
    rotating.rotate("k2")
    rotating.retire("k1")
    gate.sign(kid="k2", key=rotating.hidden["k1"])

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_an_issuer_that_does_not_answer(gate: GateWorld) -> None:
    """While the keys cannot be fetched nothing is decided, and nobody says that there was no proof."""
    gate.sign()
    gate.issuer_is_down = True

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)
    assert "did not sign" not in found.reason
    assert "keys" in found.reason


def test_an_issuer_that_answers_again(gate: GateWorld) -> None:
    """A proof counts once the keys can be fetched again."""
    gate.sign()
    gate.issuer_is_down = True
    gate.at_wait[3] = lambda: setattr(gate, "issuer_is_down", False)

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_a_store_that_does_not_answer(gate: GateWorld, status: int) -> None:
    """While the proofs cannot be read nothing is decided, and nobody says that there was no proof."""
    gate.sign()
    gate.store_is_down(status=status)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)
    assert "did not sign" not in found.reason


@pytest.mark.parametrize("status", [403, 503])
def test_a_store_that_answers_again(gate: GateWorld, status: int) -> None:
    """A proof counts once it can be read again."""
    gate.sign()
    gate.store_is_down(status=status)
    gate.at_wait[3] = gate.store_is_up

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("status", [403, 503])
def test_records_that_cannot_be_read_or_written(gate: GateWorld, method: str, status: int) -> None:
    """Nothing becomes latest that cannot be recorded first."""
    gate.sign()
    gate.store_is_down("records", method=method, status=status)

    assert not gate.decide().latest


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_records_that_can_be_written_again(gate: GateWorld, method: str) -> None:
    """A version becomes latest once its promotion can be recorded."""
    gate.sign()
    gate.store_is_down("records", method=method, status=503)
    gate.at_wait[2] = lambda: gate.store_is_up("records", method=method)

    assert gate.decide().latest


@pytest.mark.parametrize("content", [b"", b"junk", b"{}", b"[]", b"null", b'{"schema":"x"}'])
@pytest.mark.parametrize("name", ["promoted-last.json", "1.2.3/20261120T100000Z.json"])
def test_records_that_nobody_can_read(gate: GateWorld, name: str, content: bytes) -> None:
    """A record of no known form is not taken for a missing one: nothing becomes latest."""
    gate.bench.blobs.write(f"/records/golden/web/{name}", content)
    gate.sign()

    assert not gate.decide().latest


@pytest.mark.parametrize("state", ["Creating", "Updating"])
def test_a_version_that_is_still_being_written(gate: GateWorld, state: str) -> None:
    """A version that refuses changes for now becomes latest once it takes them."""
    version = gate.bench.version
    assert version is not None
    version["properties"]["provisioningState"] = state
    gate.sign()
    gate.at_wait[3] = lambda: version["properties"].update(provisioningState="Succeeded")

    assert gate.decide().latest
