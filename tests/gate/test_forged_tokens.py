"""Tokens that no listed build job got for this version."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gate_world import GateWorld
from job_issuer import JobIssuer


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _content(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _with_header(token: str, **header: Any) -> str:  # noqa: ANN401 - any field of a header
    """The token with other header fields and its old signature; None removes a field."""
    before, rest = token.split(".", 1)
    fields = {**json.loads(_content(before)), **header}
    return f"{_part(json.dumps({name: value for name, value in fields.items() if value is not None}).encode())}.{rest}"


def _with_claims(token: str, **claims: Any) -> str:  # noqa: ANN401 - any claim
    """The token with other claims and its old signature."""
    header, body, signature = token.split(".")
    return f"{header}.{_part(json.dumps({**json.loads(_content(body)), **claims}).encode())}.{signature}"


def _altered(token: str, part: int) -> str:
    """The token with one byte of header, payload or signature changed."""
    parts = token.split(".")
    content = bytearray(_content(parts[part]))
    content[len(content) // 2] ^= 1
    parts[part] = _part(bytes(content))
    return ".".join(parts)


def test_the_build_job_signs(gate: GateWorld) -> None:
    """What a listed workflow built becomes latest, and its check green."""
    gate.sign()

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


def test_nobody_signs(gate: GateWorld) -> None:
    """A version of autoRun, a trigger, the portal or a killed job is neither green nor latest; the reason says why."""
    found = gate.decide()

    assert (found.green, found.latest) == (False, False)
    assert "did not sign" in found.reason


@pytest.mark.stopped_by("signature")
def test_a_key_that_is_not_published(gate: GateWorld) -> None:
    """A token with all the right claims and a key of the forger's own."""
    gate.sign(kid="k9")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("signature")
def test_a_published_key_id_over_another_key(gate: GateWorld, issuer: JobIssuer) -> None:
    """A forger's signature under the name of a key that the issuer publishes."""
    gate.sign(key=issuer.hidden["k9"])

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("signature")
def test_a_byte_of_the_signature_altered(gate: GateWorld) -> None:
    """A good token with one byte of its signature changed proves nothing."""
    gate.leave(_altered(gate.token(), 2))

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("part", [0, 1])
def test_a_byte_of_header_or_payload_altered(gate: GateWorld, part: int) -> None:
    """A good token with one byte of its header or payload changed proves nothing."""
    gate.leave(_altered(gate.token(), part))

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("signature")
@pytest.mark.parametrize(
    ("job", "forged"),
    [
        ({"repository": "evil/images"}, {"repository": "acme/images"}),
        ({"event_name": "pull_request_target"}, {"event_name": "push"}),
        ({"ref": "refs/heads/evil"}, {"ref": "refs/heads/main"}),
        ({"sha": "a" * 40}, {"sha": "0123456789abcdef0123456789abcdef01234567"}),
        (
            {"job_workflow_ref": "acme/images/.github/workflows/evil.yml@refs/heads/main"},
            {"job_workflow_ref": "acme/images/.github/workflows/image.yml@refs/heads/main"},
        ),
    ],
    ids=["repository", "event", "ref", "commit", "workflow"],
)
def test_claims_rewritten_under_a_real_signature(gate: GateWorld, job: dict[str, str], forged: dict[str, str]) -> None:
    """A real token of another job whose claims were rewritten afterwards proves nothing."""
    gate.leave(_with_claims(gate.token(**job), **forged))

    assert not gate.decide().latest


@pytest.mark.stopped_by("signature")
@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_brought_along_in_the_header(gate: GateWorld, issuer: JobIssuer, name: str) -> None:
    """A token that says where its key is to be found is still checked with the issuer's keys alone."""
    key = {
        "jwk": issuer.keys["keys"][0],
        "jku": "https://evil.example/keys",
        "x5u": "https://evil.example/certificate",
        "x5c": ["MII="],
    }[name]
    gate.leave(_with_header(gate.token(kid="k9"), **{name: key}))

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "RS384", "ES256", "EdDSA"])
def test_another_algorithm_in_the_header(gate: GateWorld, algorithm: str) -> None:
    """A token whose header names another algorithm than RS256 proves nothing."""
    gate.leave(_with_header(gate.token(), alg=algorithm))

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_another_algorithm_of_the_issuers_own_key(gate: GateWorld, algorithm: str) -> None:
    """A token that the right key signed by another algorithm than RS256 proves nothing."""
    gate.sign(algorithm=algorithm)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_no_algorithm_and_no_signature(gate: GateWorld) -> None:
    """A token that says it is not signed, and is not, proves nothing."""
    gate.leave(_with_header(gate.token(), alg="none").rpartition(".")[0] + ".")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_the_public_key_as_a_secret(gate: GateWorld, issuer: JobIssuer) -> None:
    """HS256 with the issuer's public key as the secret, which anybody can compute, proves nothing."""
    public = issuer._private["k1"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = _with_header(gate.token(), alg="HS256").rpartition(".")[0]
    gate.leave(f"{signed}.{_part(hmac.digest(public, signed.encode(), hashlib.sha256))}")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("kid", [None, "", 1, ["k1"], {"k1": "k1"}, "k1 ", "../k1", "k" * 5000])
def test_no_usable_key_id(gate: GateWorld, kid: object) -> None:
    """A token without the id of a published key, or with a strange one, proves nothing."""
    gate.leave(_with_header(gate.token(), kid=kid))

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("audience")
@pytest.mark.parametrize(
    "audience", ["imagegate.origin.v1:probe", "api://AzureADTokenExchange", "https://github.com/acme"]
)
def test_a_token_for_something_else(gate: GateWorld, audience: str) -> None:
    """A good job's token for something else, put in the place of this version's proofs."""
    gate.leave(gate.token(audience=audience))

    assert not gate.decide().latest


@pytest.mark.stopped_by("audience")
@pytest.mark.parametrize("change", [str.upper, lambda text: text.replace("v1", "v0"), lambda text: text[:-1]])
def test_an_audience_that_is_nearly_right(gate: GateWorld, change: Any) -> None:  # noqa: ANN401 - a function of a text
    """A token whose audience resembles the version's proves nothing."""
    gate.leave(gate.token(audience=change(gate.bench.statement.audience)))

    assert not gate.decide().latest


@pytest.mark.stopped_by("issuer")
@pytest.mark.parametrize(
    "issuer_url", ["https://evil.example", "https://issuer.example/", "https://issuer.example.evil"]
)
def test_another_issuer(gate: GateWorld, issuer_url: str) -> None:
    """A token that names another issuer than the configured one proves nothing."""
    gate.sign(iss=issuer_url)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("required claims")
@pytest.mark.parametrize("claim", ["sub", "iat", "exp"])
def test_a_required_claim_left_out(gate: GateWorld, claim: str) -> None:
    """A token without a claim that every job token has proves nothing."""
    gate.sign(**{claim: None})

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("claim", ["iss", "repository", "sha", "event_name", "job_workflow_ref", "run_id"])
def test_a_checked_claim_left_out(gate: GateWorld, claim: str) -> None:
    """A token without a claim that is compared with something speaks for no commit."""
    gate.sign(**{claim: None})

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_an_expired_token_counts(gate: GateWorld) -> None:
    """A token is good after it expired, since it can only speak of this one version."""
    gate.sign(iat=1, exp=2)

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)
