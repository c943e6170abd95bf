"""What else lies where the proofs are, and claims of strange forms and sizes."""

import base64
import json

import pytest

from gate_world import CLAIMS, GateWorld

_CHECKED = ("repository", "sha", "event_name", "job_workflow_ref", "run_id", "run_attempt", "aud")


def _unsigned(header: bytes, claims: bytes) -> bytes:
    parts = (base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, claims, b"signature"))
    return b".".join(parts)


_HEADER = b'{"alg":"RS256","kid":"k1"}'
_JUNK = {
    "empty": b"",
    "blank": b" \n",
    "zeros": b"\0" * 100,
    "no text": b"\xff\xfe\x00",
    "no ASCII": "é.é.é".encode(),
    "JSON": b'{"token": 1}',
    "two dots": b"..",
    "many dots": b"." * 16000,
    "four parts": b"a.b.c.d",
    "a megabyte": b"x" * 1_000_000,
    "no JSON in the header": _unsigned(b"{", b"{}"),
    "a list as header": _unsigned(b'["RS256"]', b"{}"),
    "a deep header": _unsigned(b"[" * 9000, b"{}"),
    "a list as algorithm": _unsigned(b'{"alg":["RS256"],"kid":"k1"}', b"{}"),
    "a list as key id": _unsigned(b'{"alg":"RS256","kid":["k1"]}', b"{}"),
    "critical fields": _unsigned(b'{"alg":"RS256","kid":"k1","crit":["b64"],"b64":false}', b"{}"),
    "a list as claims": _unsigned(_HEADER, b"[1]"),
    "null as claims": _unsigned(_HEADER, b"null"),
    "deep claims": _unsigned(_HEADER, b'{"a":' * 2500),
    "no text in the claims": _unsigned(_HEADER, b"\xff"),
    "a number too long": _unsigned(_HEADER, b'{"aud":"x","n":' + b"9" * 6000 + b"}"),
    "no number": _unsigned(_HEADER, b'{"aud":NaN}'),
    "a list as audience": _unsigned(_HEADER, b'{"aud":[{"a":1}]}'),
    "an object as audience": _unsigned(_HEADER, b'{"aud":{"a":1}}'),
}
junk = pytest.mark.parametrize("content", _JUNK.values(), ids=_JUNK)


@junk
def test_junk_alone(gate: GateWorld, content: bytes) -> None:
    """Junk in the place of the proofs is no proof, and does not stop the decision."""
    gate.leave(content)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@junk
def test_a_good_proof_beside_junk(gate: GateWorld, content: bytes) -> None:
    """One good proof is enough, whatever else lies beside it."""
    gate.leave(content)
    gate.sign()
    gate.leave(content)

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.parametrize("claims", ['{"iss":[1]}', '{"run_number":[1]}', '{"exp":"x"}', '{"iat":{}}', '{"sub":1}'])
def test_a_good_proof_beside_a_forged_one_for_this_version(gate: GateWorld, claims: str) -> None:
    """A forged token with the right audience and strange claims does not hide the good one."""
    body = {**json.loads(claims), "aud": gate.bench.statement.audience}
    gate.leave(_unsigned(_HEADER, json.dumps(body).encode()))
    gate.sign()

    assert gate.decide().latest


@pytest.mark.parametrize(
    "foreign",
    [
        {"repository": "evil/images"},
        {"job_workflow_ref": "acme/images/.github/workflows/evil.yml@refs/heads/main"},
        {"event_name": "pull_request_target"},
        {"iss": "https://evil.example"},
        {"kid": "k9"},
    ],
    ids=str,
)
@pytest.mark.parametrize("first", [True, False])
def test_a_good_proof_beside_a_foreign_one(gate: GateWorld, foreign: dict[str, str], *, first: bool) -> None:
    """A job that may not sign cannot take the proof of one that may."""
    for claims in ({}, foreign) if first else (foreign, {}):
        gate.sign(**claims)

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


def test_two_good_proofs(gate: GateWorld) -> None:
    """Two good proofs, as of the main step and the post step, are as good as one."""
    gate.sign()
    gate.sign(jti="2")

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("repository", "workflow", both=True)
def test_two_bad_proofs_do_not_make_a_good_one(gate: GateWorld) -> None:
    """Each proof is checked by itself: what is right in one does not mend what is wrong in another."""
    gate.sign(repository="evil/images", job_workflow_ref="acme/images/.github/workflows/image.yml@refs/heads/main")
    gate.sign(job_workflow_ref="acme/images/.github/workflows/evil.yml@refs/heads/main")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("before", [0, 50, 99])
def test_a_good_proof_among_a_hundred(gate: GateWorld, before: int) -> None:
    """A good proof is found wherever it lies among 99 of junk."""
    for number in range(99):
        if number == before:
            gate.sign()
        gate.leave(f"junk {number}")
    if before == 99:
        gate.sign()

    assert gate.decide().latest


@pytest.mark.stopped_by("number of proofs")
def test_a_flood_before_the_good_proof(gate: GateWorld) -> None:
    """A flood can stop a promotion, and the reason tells of it; it costs no more than a hundred looks."""
    for number in range(99):
        gate.leave(f"junk {number}")
    gate.sign()  # blob 99 is the last one by name
    for number in range(60):
        gate.leave(f"more junk {number}")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)
    assert "more than 100" in found.reason


def test_a_flood_behind_the_good_proof(gate: GateWorld) -> None:
    """A good proof among the first hundred counts, however many follow."""
    gate.sign()
    for number in range(150):
        gate.leave(f"junk {number}")

    assert gate.decide().latest


@pytest.mark.stopped_by("size of a proof")
@pytest.mark.parametrize("claim", ["padding", "actor", "workflow_ref", "environment", "job_workflow_sha"])
def test_a_token_of_more_than_16_kilobytes(gate: GateWorld, claim: str) -> None:
    """A token that is longer than a proof may be is not read, though it is well signed."""
    gate.sign(**{claim: "x" * 13_000})

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_a_token_of_nearly_16_kilobytes(gate: GateWorld) -> None:
    """Long claims are no fault as long as the token is not too long."""
    gate.sign(padding="x" * 10_000)

    assert gate.decide().latest


@pytest.mark.parametrize("claim", _CHECKED)
@pytest.mark.parametrize("form", [["{}"], {"{}": "{}"}, [], {}, None, True, 0, 1.5, "", "\0", "\0{}"], ids=repr)
def test_a_checked_claim_of_another_form(gate: GateWorld, claim: str, form: object) -> None:
    """A claim that is compared with something has to be the right text: no list, number, boolean or null of it."""
    right = {**CLAIMS, "aud": gate.bench.statement.audience}[claim]
    changed = json.loads(json.dumps(form).replace("{}", right)) if form not in ([], {}) else form
    gate.sign(**({"audience": changed} if claim == "aud" else {claim: changed}))

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("form", [["refs/heads/main"], {"refs/heads/main": 1}, None, True, 0, ""], ids=repr)
def test_a_ref_of_another_form(gate: GateWorld, form: object) -> None:
    """A ref that is no text is on no list."""
    gate.sign(ref=form)

    assert not gate.decide().latest


@pytest.mark.parametrize("end", ["\n", ".", ".x", " ", "\n{}"])
def test_a_token_with_something_behind_it(gate: GateWorld, end: str) -> None:
    """A proof is one token and nothing else."""
    gate.leave(gate.token() + end.format(gate.token()))

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("good", [True, False])
def test_a_long_run_number_under_a_good_signature(gate: GateWorld, *, good: bool) -> None:
    """A signed token whose run number is thousands of digits long ends no decision, and hides no good proof."""
    gate.sign(run_number="9" * 5000)
    if good:
        gate.sign()

    found = gate.decide()

    assert found.latest or not good


def test_a_flood_is_called_by_its_name(gate: GateWorld) -> None:
    """Where more proofs lie than are looked at, the reason says that somebody writes into origin."""
    for number in range(101):
        gate.leave(f"junk {number}")

    assert "somebody writes into" in gate.decide().reason
