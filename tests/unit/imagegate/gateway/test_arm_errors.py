"""ARM's error bodies, unfolded."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegate.gateway.arm_errors import ArmFault, parse_error, parse_error_body

NESTED = {
    "error": {
        "code": "InvalidTemplateDeployment",
        "message": "The template deployment failed because of policy violation.",
        "details": [
            {
                "code": "BadRequest",
                "message": json.dumps(
                    {
                        "error": {
                            "code": "RequestDisallowedByPolicy",
                            "message": "Resource 'kv' was disallowed by policy.",
                        }
                    }
                ),
            }
        ],
    }
}


def test_the_innermost_cause_is_kept() -> None:
    """Errors inside errors, also as JSON inside a message, become lines that end with the cause."""
    fault = parse_error(NESTED)

    assert str(fault).splitlines() == [
        "InvalidTemplateDeployment: The template deployment failed because of policy violation.",
        "  BadRequest",
        "    RequestDisallowedByPolicy: Resource 'kv' was disallowed by policy.",
    ]
    assert fault.innermost.code == "RequestDisallowedByPolicy"
    assert "requestdisallowedbypolicy" in fault.codes


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"code": "X", "message": "y"}', "X: y"),
        ('{"error": {"code": "X", "message": {"lang": "en", "value": "y"}}}', "X: y"),
        ('{"odata.error": {"code": "X", "message": {"value": "y"}}}', "X: y"),
        ('{"status": "Failed", "error": {"code": "X", "message": "y"}}', "X: y"),
        (
            '{"error": "invalid_client", "error_description": "AADSTS7000215: bad"}',
            "invalid_client: AADSTS7000215: bad",
        ),
        ('{"error": {"code": "X", "message": "y", "details": [{"code": "X", "message": "y"}]}}', "X: y"),
        ("\ufeff" + '{"error": {"code": "X", "message": "y"}}', "X: y"),
        ("<html><style>a</style><h1>404 - Not found.</h1></html>", "HTTP 404: 404 - Not found."),
        ("", "HTTP 404"),
        (b"\xff\xfe", "HTTP 404: \ufffd\ufffd"),
        ("[]", "HTTP 404: []"),
    ],
)
def test_every_shape(body: str | bytes, text: str) -> None:
    """ARM's envelope, bare errors, OData, operations, tokens, HTML and nothing at all."""
    assert str(parse_error_body(body, status=404)) == text


def test_real_bodies(corpus: Path) -> None:
    """Every recorded error body gives its own code and message, and nothing of it is lost that was told."""
    recorded = json.loads((corpus / "arm-recordings" / "errors.json").read_text())["errors"]

    for entry in recorded:
        body = entry["body"] if isinstance(entry["body"], str) else json.dumps(entry["body"])
        fault = parse_error_body(body, status=entry["status"])
        if isinstance(entry["body"], dict):
            assert fault.code == entry["body"]["error"]["code"]
            assert fault.innermost.message
            told = entry["body"]["error"]["message"].split("{")[0].split()
            assert " ".join(told).rstrip(":") in " ".join(" ".join(fault.lines()).split())
        assert str(fault)

    assert len(recorded) >= 63


def test_real_json_in_a_message(corpus: Path) -> None:
    """The recorded marketplace refusal is unfolded down to the error inside its message."""
    recorded = json.loads((corpus / "arm-recordings" / "errors.json").read_text())["errors"]
    body = next(e["body"] for e in recorded if "MarketplacePurchaseEligibilityFailed" in json.dumps(e["body"]))

    assert parse_error(body).innermost.code == "AccountSetupError"


def test_errors_without_end() -> None:
    """A body that nests errors deeper than anybody would is cut, not followed for ever."""
    body: dict[str, object] = {"code": "X", "message": "y"}
    for _ in range(50):
        body = {"error": {"code": "X", "message": "z", "details": [body]}}

    assert len(list(parse_error(body).walk())) < 12


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda inner: st.dictionaries(
            st.sampled_from(["error", "code", "message", "details", "innererror", "value"]),
            inner | st.lists(inner, max_size=2),
        ),
        max_leaves=8,
    )
)
def test_any_json(body: object) -> None:
    """Whatever JSON comes back, it becomes a fault."""
    assert isinstance(parse_error_body(json.dumps(body), status=500), ArmFault)
