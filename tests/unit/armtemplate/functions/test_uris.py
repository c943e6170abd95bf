"""URIs as .NET resolves them."""

import pytest

from armtemplate import TemplateFaults, evaluate_expression
from armtemplate.json_types import Value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[uri('https://a.b/c/d?x=1', 'e?y=2')]", "https://a.b/c/e?y=2"),
        ("[uri('https://A.B', 'c d')]", "https://a.b/c%20d"),
        ("[uri('https://a.b/c/d/', '../e')]", "https://a.b/c/e"),
        ("[uri('https://a.b/c/d/', '../../../e')]", "https://a.b/e"),
        ("[uri('https://a.b/c', '?x=1')]", "https://a.b/c?x=1"),
        ("[uri('https://a.b/c', '//d.e/f')]", "https://d.e/f"),
        ("[uri('https://a.b:443/c', 'd')]", "https://a.b/d"),
        ("[uri('https://a.b/c/.', '.')]", "https://a.b/c/"),
        ("[uriComponentToString('a+b%2Bc')]", "a+b+c"),
        ("[uriComponent('ä/~')]", "%C3%A4%2F~"),
        (
            "[buildUri(createObject('scheme', 'https', 'host', 'a.b', 'port', 443, 'path', 'c', 'query', 'x=1'))]",
            "https://a.b/c?x=1",
        ),
        ("[parseUri('https://a.b:8080/c?x=1').query]", "?x=1"),
    ],
)
def test_uris_resolve_escape_and_normalise(expression: str, expected: Value) -> None:
    """Dots are resolved, hosts lowered, default ports dropped, blanks escaped."""
    assert evaluate_expression(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "[uri('a.b', 'c')]",
        "[uri('https:', 'c')]",
        "[uri('https:///a.b', 'c')]",
        "[uri('https://a.b/', '///c')]",
        "[uri('https://a.b/', 'https://')]",
        "[uri('https://a b/', 'c')]",
        "[uri('https://a.b:99999/', 'c')]",
        "[uri('https://a.b:x/', 'c')]",
        "[parseUri('nope')]",
        "[buildUri(createObject('port', 99999))]",
    ],
)
def test_what_is_no_uri_is_a_fault(expression: str) -> None:
    """A base needs scheme and host; a port has its bounds."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)
