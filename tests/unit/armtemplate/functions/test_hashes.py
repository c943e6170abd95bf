"""uniqueString and guid on lengths that exercise every tail of the hash."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import Scope, TemplateFaults, evaluate, evaluate_expression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "eveiun73364hy"),
        ("ab", "twldla3s3qb3q"),
        ("test", "rbgf3xv4ufgzg"),
        ("tyeth", "zcztcwvu6iyg6"),
        ("abcdefgh", "q7ncvd5x2rx4e"),
        ("abcdefghijklm", "drrqz7xt5wi54"),
    ],
)
def test_unique_string_gives_azure_s_own_values(text: str, expected: str) -> None:
    """Values that real deployments recorded, for tails of one to eight bytes."""
    assert evaluate_expression(f"[uniqueString('{text}')]") == expected


def test_several_arguments_are_one_text_with_dashes() -> None:
    """Both functions join their arguments."""
    assert evaluate_expression("[equals(uniqueString('a', 'b'), uniqueString('a-b'))]") is True
    assert evaluate_expression("[equals(guid('a', 'b'), guid('a-b'))]") is True
    assert evaluate_expression("[guid('asdf')]") == "228d27cc-6fdb-5934-b7ac-1efccebade04"


def test_new_guid_comes_from_the_scope_and_only_in_defaults(template: Callable[..., dict[str, Any]]) -> None:
    """The scope's generator answers; outside of a parameter's default the function is refused."""
    given = template(parameters={"p": {"type": "string", "defaultValue": "[newGuid()]"}})
    assert evaluate(given, scope=Scope(new_guid=lambda: "fixed")).parameters == {"p": "fixed"}
    with pytest.raises(TemplateFaults, match="not expected in a variable"):
        evaluate(template(variables={"v": "[newGuid()]"}))
