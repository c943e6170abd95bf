"""Tokens of jobs, forged and good."""

import base64
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest

from imagegate.errors import ServiceUnreachable
from imagegate.gateway.job_tokens import KEY_ID, JobTokens, NotAProof
from job_issuer import CLAIMS, JobIssuer

AUDIENCE = "imagegate.origin.v1:x"


@pytest.fixture(scope="module")
def issuer() -> JobIssuer:
    """The issuer's keys."""
    return JobIssuer()


@pytest.fixture
def server(issuer: JobIssuer) -> Iterator[ThreadingHTTPServer]:
    """The issuer's key set on loopback."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(issuer.keys).encode()
            self.send_response(200 if self.path == "/.well-known/jwks" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    found = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    thread = Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


@pytest.fixture
def tokens(server: ThreadingHTTPServer) -> JobTokens:
    """The verifier of that issuer."""
    return JobTokens(f"http://127.0.0.1:{server.server_port}/")


@pytest.fixture
def mint(issuer: JobIssuer, tokens: JobTokens) -> Callable[..., str]:
    """Sign a token as the issuer, but for what is changed."""
    return lambda audience=AUDIENCE, **changes: issuer.mint(audience, **{"iss": tokens.issuer, **changes})


def test_a_good_token(tokens: JobTokens, mint: Callable[..., str]) -> None:
    """The claims of a token of the issuer for this audience come back, also after its five minutes."""
    found = tokens.verify(mint(), audience=AUDIENCE)
    assert (found["repository"], found[KEY_ID]) == (CLAIMS["repository"], "k1")
    assert tokens.verify(mint(exp=1), audience=AUDIENCE)["run_id"] == CLAIMS["run_id"]
    assert tokens.unverified_audience(mint()) == AUDIENCE


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": "imagegate.origin.v1:y"},
        {"audience": "api://AzureADTokenExchange"},
        {"aud": [AUDIENCE, "other"]},
        {"aud": None},
        {"iss": "https://token.example"},
        {"iss": None},
        {"kid": "k9"},
        {"iat": 99_999_999_999},
        {"repository": None},
        {"job_workflow_ref": None},
        {"event_name": None},
        {"exp": None},
    ],
    ids=str,
)
def test_what_proves_nothing(tokens: JobTokens, mint: Callable[..., str], changes: dict[str, Any]) -> None:
    """Another audience or issuer, an unpublished key, and a missing claim are no proof."""
    with pytest.raises(NotAProof):
        tokens.verify(mint(**changes), audience=AUDIENCE)


def test_an_altered_token(tokens: JobTokens, mint: Callable[..., str]) -> None:
    """Claims changed after the signature do not pass."""
    header, _, signature = mint().split(".")
    claims = {**CLAIMS, "iss": tokens.issuer, "aud": AUDIENCE, "iat": 1, "exp": 2, "ref": "refs/heads/other"}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    with pytest.raises(NotAProof):
        tokens.verify(f"{header}.{body}.{signature}", audience=AUDIENCE)


def test_the_algorithm_is_not_the_tokens_choice(tokens: JobTokens, issuer: JobIssuer) -> None:
    """A token that is signed with a public value, or not at all, names its own algorithm, and is refused."""
    claims = {**CLAIMS, "iss": tokens.issuer, "aud": AUDIENCE, "iat": 1, "exp": 2}
    secret = json.dumps(issuer.keys)[:64]

    for token in (
        jwt.encode(claims, secret, algorithm="HS256", headers={"kid": "k1"}),
        jwt.encode(claims, "", algorithm="none", headers={"kid": "k1"}),
        jwt.encode(claims, issuer.hidden["k9"], algorithm="RS256", headers={"kid": "k1"}),
        jwt.encode(claims, issuer.hidden["k9"], algorithm="RS256"),
        "a.b.c",
        "",
        "x" * 20_000,
    ):
        with pytest.raises(NotAProof):
            tokens.verify(token, audience=AUDIENCE)
        assert isinstance(tokens.unverified_audience(token), str)


def test_rotated_keys(tokens: JobTokens, mint: Callable[..., str], issuer: JobIssuer) -> None:
    """A key that the issuer publishes later is found."""
    issuer.rotate("k2")

    assert tokens.verify(mint(kid="k2"), audience=AUDIENCE)
    assert tokens.verify(mint(kid="k1"), audience=AUDIENCE)


def test_an_issuer_that_is_down(mint: Callable[..., str], free_tcp_port: int) -> None:
    """Keys that cannot be read are a service that cannot be reached: never "no proof"."""
    url = f"http://127.0.0.1:{free_tcp_port}"

    with pytest.raises(ServiceUnreachable):
        JobTokens(url).verify(mint(iss=url), audience=AUDIENCE)


def test_keys_of_a_file(issuer: JobIssuer) -> None:
    """With a key file the issuer is not asked, and a key that it lacks names the command that gives new ones."""
    tokens = JobTokens("https://github.example/_services/token", key_set=json.dumps(issuer.keys))

    assert tokens.verify(issuer.mint(AUDIENCE, iss=tokens.issuer), audience=AUDIENCE)["run_id"] == CLAIMS["run_id"]
    with pytest.raises(NotAProof, match=r"has no key k9; if the issuer has new keys.*--issuer-keys FILE"):
        tokens.verify(issuer.mint(AUDIENCE, iss=tokens.issuer, kid="k9"), audience=AUDIENCE)


@pytest.mark.parametrize("text", ["{", "[]", '{"keys": 1}', '{"keys": [{"kty": "oct"}]}'])
def test_a_key_file_that_is_none(issuer: JobIssuer, text: str) -> None:
    """Nothing is proved by a file that holds no keys."""
    tokens = JobTokens("https://github.example", key_set=text)

    with pytest.raises(NotAProof):
        tokens.verify(issuer.mint(AUDIENCE, iss=tokens.issuer), audience=AUDIENCE)


@pytest.mark.parametrize("error", [ValueError("no JSON"), ConnectionResetError("reset"), jwt.PyJWKSetError("no keys")])
def test_an_issuer_that_answers_rubbish(
    monkeypatch: pytest.MonkeyPatch, tokens: JobTokens, mint: Callable[..., str], error: Exception
) -> None:
    """A page of a proxy in the place of the keys is a service that cannot be reached, and no defect."""

    def fail(_kid: str) -> None:
        raise error

    monkeypatch.setattr(tokens._keys, "get_signing_key", fail)

    with pytest.raises(ServiceUnreachable):
        tokens.verify(mint(), audience=AUDIENCE)
