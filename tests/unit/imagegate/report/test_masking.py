"""Secrets: those that were obtained, and those that only look like one."""

import base64
import html
import json
import logging
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagegate.model.redaction import redact, redact_tree
from imagegate.report.masking import Masks, RedactingFilter

_KEY = base64.b64encode(bytes(range(64))).decode()
_PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1234\nabcd+/ef==\n-----END RSA PRIVATE KEY-----"
_JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl-_abc"

# A text, and the part of it that is the secret.
PLANTED: tuple[tuple[str, str], ...] = (
    ("https://a.blob.core.windows.net/c/b?sv=2021&sp=r&sig=AbC%2FdEfGh%2BiJ%3D&se=2030", "AbC%2FdEfGh%2BiJ%3D"),
    ("https://a/b?sig=AbC/dEf+GhIjK=", "AbC/dEf+GhIjK="),
    (f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={_KEY};EndpointSuffix=core.windows.net", _KEY),
    (f"the key is {_KEY}.", _KEY),
    (
        "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=abcDEF123456+/=",
        "abcDEF123456",
    ),
    (f"Authorization: Bearer {_JWT}", _JWT),
    (f"token {_JWT} in the middle", _JWT),
    ("Authorization: token 0123456789abcdef0123456789abcdef01234567", "0123456789abcdef"),
    ("authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"),
    ("ghp_" + "aB3d" * 9, "aB3daB3d"),
    ("x=ghs_" + "aB3d" * 9 + ",", "aB3daB3d"),
    ("github_pat_11ABCDEFG0_" + "aB3d" * 14, "aB3daB3d"),
    ("client secret abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789.-", "8Q~dEf"),
    ('{"clientSecret": "hunter2hunter2"}', "hunter2hunter2"),
    (json.dumps(json.dumps(json.dumps({"client_secret": "hunter2hunter2"}))), "hunter2hunter2"),
    ("AZURE_CLIENT_SECRET=hunter2hunter2 az login", "hunter2hunter2"),
    ("az login --service-principal --password hunter2hunter2", "hunter2hunter2"),
    ("adminPassword: 'P4ssw0rd!x'", "P4ssw0rd!x"),
    ("export DB_PASSWORD=s3cretvalue", "s3cretvalue"),
    ("postgres://user:s3cretvalue@db.example/x", "s3cretvalue"),
    ("https://x-access-token:ghs_aaaa@github.com/a/b", "ghs_aaaa"),
    (_PEM, "MIIEpAIBAAKCAQEA1234"),
    (_PEM.replace("\n", "\\n"), "MIIEpAIBAAKCAQEA1234"),
    (_PEM[: _PEM.index("abcd")], "MIIEpAIBAAKCAQEA1234"),
    ("aws AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("?code=abc&api-key=0123456789abcdef", "0123456789abcdef"),
    # Encoded once and twice, in JSON and in HTML; the signature first and last.
    (quote("https://a/b?sv=1&sig=AbC%2FdEfGh%3D&se=2", safe=""), "AbC%252FdEfGh"),
    (quote(quote("https://a/b?sig=AbC%2FdEfGh%3D&se=2", safe=""), safe=""), "AbC%25252FdEfGh"),
    ('{"url":"https://a/b?sv=1\\u0026sig=AbC%2FdEfGh%3D\\u0026se=2"}', "AbC%2FdEfGh"),
    ("https://a/b?sv=1&amp;SIG=AbC%2FdEfGh%3D&amp;se=2", "AbC%2FdEfGh"),
    (f"key={quote(_KEY, safe='')} x", quote(_KEY, safe="")[4:40]),
    (base64.b64encode(_PEM.encode()).decode(), base64.b64encode(_PEM.encode()).decode()[40:60]),
    # Cut off in the middle.
    (f"Authorization: {_JWT[:40]}", _JWT[22:40]),
    ("ghs_123456_" + _JWT, "c2lnbmF0dXJl"),
    ("authorization: bearer abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"),
    ("https://x.azurewebsites.net/api/verify?code=AbCdEfGhIjKlMnOpQrStUvWx0123456789==&x=1", "AbCdEfGh"),
    ("x-functions-key: AbCdEfGhIjKlMnOpQrStUvWx0123456789==", "AbCdEfGh"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
    ("adminPassword: S3cretPw!", "S3cretPw!"),
    ("az login --service-principal -u x -p hunter2hunter2", "hunter2hunter2"),
    ("sshpass -p hunter2hunter2 ssh x", "hunter2hunter2"),
    ("curl --silent -u admin:hunter2hunter2 https://x", "hunter2hunter2"),
    ('{"auths":{"r.example":{"auth":"dXNlcjpwYXNzd29yZA=="}}}', "dXNlcjpwYXNzd29yZA"),
    ("AZURE_DEVOPS_EXT_PAT=abcdefghijklmnopqrstuvwxyz234567", "abcdefghijklmnopqrstuvwxyz"),
    ("Set-Cookie: session=abcdefghijklmnopqrst; Path=/", "abcdefghijklmnopqrst"),
)

INNOCENT = (
    "E: Unable to locate package apach2",
    "Setting up libpam-passwdqc (2.0.2-1) ...",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-keys/providers/Microsoft.KeyVault/vaults/v",
    "Getting tokens using client secret",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "the signing key 7EA0A9C3F273FCD8 is missing",
    "https://packages.example.org/key.asc",
    "basic usage of tokens",
    "Import-Module PowerShellGet; key: value",
    "password: required; token: expired; secret: none",
    "pwd: /home/user1/images2024",
    "id-token: write%0A    statuses: write%0A",
    "status code=404, exit code=137",
    "docker login succeeded; curl -fsSL https://packages.example.org/key1.asc",
    "-----BEGIN CERTIFICATE-----",
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJrVENCK3dJSkFMbXVs",
    "https://example.org/path%26sign%3Dpost",
)


@pytest.mark.parametrize(("text", "secret"), PLANTED)
def test_a_planted_secret_is_gone(text: str, secret: str) -> None:
    """Whatever it stands in, the secret is not in the result; and a second pass changes nothing more."""
    shown = redact(text)
    assert secret not in shown
    assert "***" in shown
    assert redact(shown) == shown


@pytest.mark.parametrize("text", INNOCENT)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    """Ids, digests, commits and words around secrets are no secrets."""
    assert redact(text) == text


def test_secrets_vanish_from_a_whole_log() -> None:
    """All of them at once, in lines of a build log, in values and keys of JSON."""
    log = "\n".join(f"[1-2-3] PACKER OUT     azure-arm: {text}" for text, _ in PLANTED)
    shown = redact(log) + json.dumps(redact_tree({"lines": [text for text, _ in PLANTED], PLANTED[9][0]: 1}))
    assert [secret for _, secret in PLANTED if secret in shown] == []


def test_a_long_text_takes_linear_time() -> None:
    """Hostile repetition ends."""
    for text in ("sig=" * 50_000, "password" * 50_000, "A" * 200_000, "eyJ." * 50_000, "://" * 60_000, "-" * 200_000):
        assert redact(text)


def test_what_was_obtained_is_hidden_whatever_its_shape() -> None:
    """By its text, also line by line; the longest first."""
    masks = Masks(["first line of it\nsecond line of it", "plainword", "plainword-and-more", "tiny"])
    assert masks.hide("x plainword-and-more y second line of it tiny") == "x *** y *** tiny"
    assert "plainword" not in repr(masks)
    assert masks.hide_in({"plainword": ["plainword", 1, None]}) == {"***": ["***", 1, None]}


@pytest.mark.parametrize("secret", ["p4ss/w+rd =&ü", 'a"quoted\\one', "0123456789abcdefghij"])
def test_what_was_obtained_is_hidden_in_every_encoding(secret: str) -> None:
    """In a URL once and twice encoded, in JSON, in HTML, and in base64 behind any other text."""
    masks, data = Masks([secret]), secret.encode()
    for text in (quote(secret, safe=""), quote(quote(secret, safe=""), safe=""), quote_plus(secret)):
        assert text not in masks.hide(f"x={text};")
    assert masks.hide(json.dumps({"x": secret})).find(json.dumps(secret)[1:-1]) < 0
    assert html.escape(secret) not in masks.hide(html.escape(secret))
    for before in (b"", b"u:", b"us:", b"use:"):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(before + data + b"!").decode()
            shown = masks.hide(text)
            assert "***" in shown
            assert len(shown) <= len(text) - len(data), shown


def test_log_records_lose_their_secrets(caplog: pytest.LogCaptureFixture) -> None:
    """Message, arguments and the exception's text."""
    caplog.handler.addFilter(RedactingFilter(Masks(["plainword"])))
    logger = logging.getLogger("imagegate.test_masking")
    error = ValueError("token=ghs_" + "aB3d" * 9)
    logger.error("got %s and %s", "plainword", "?sig=AbCdEfGhIjKl", exc_info=error)
    assert "plainword" not in caplog.text
    assert "AbCdEf" not in caplog.text
    assert "aB3daB3d" not in caplog.text
    assert "got *** and ?sig=***" in caplog.text
    logger.handle(logging.LogRecord("x", logging.ERROR, "", 1, "%s %s", ("one argument is missing",), None))
    assert "one argument is missing" in caplog.text


@given(st.text())
@settings(deadline=None)
def test_any_text_can_be_redacted(text: str) -> None:
    """Nothing is raised, and doing it twice is doing it once."""
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize("beginning", ["eyJ-", "eyJA1---_", "--a-", "-key", "curl "])
def test_beginnings_of_secrets_cost_no_more_than_their_length(beginning: str) -> None:
    """Twice the text takes about twice the time, also where each word looks like the beginning of a secret."""

    def seconds(length: int) -> float:
        text = (beginning * length)[:length]
        times = []
        for _ in range(3):
            began = time.process_time()
            redact(text)
            times.append(time.process_time() - began)
        return min(times)

    assert seconds(200_000) < 3.3 * seconds(100_000)
