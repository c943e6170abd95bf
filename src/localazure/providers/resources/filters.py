"""`$filter` of resource lists: the few comparisons that Resource Manager serves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import normalized
from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId

Predicate = Callable[[Mapping[str, Any]], bool]

_EQUALS = re.compile(r"(?P<field>[\w/]+)\s+(?P<operator>eq|ne)\s+'(?P<value>(?:[^']|'')*)'", re.IGNORECASE)
_CONTAINS = re.compile(r"substringof\('(?P<value>(?:[^']|'')*)'\s*,\s*(?P<field>\w+)\)", re.IGNORECASE)
_STARTS = re.compile(r"startswith\((?P<field>\w+)\s*,\s*'(?P<value>(?:[^']|'')*)'\)", re.IGNORECASE)

_FIELDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "resourcetype": lambda body: str(body["type"]),
    "name": lambda body: str(body["name"]),
    "location": lambda body: str(body.get("location", "")),
    "resourcegroup": lambda body: ResourceId(body["id"]).resource_group,
}


def predicate(text: str) -> Predicate:
    """Parse a filter: clauses joined by `and`. Raises 400 InvalidFilterInQueryString for what is not served."""
    clauses = [clause.strip() for clause in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if clause.strip()]
    parsed = [_tag_clause(clauses)] if _asks_for_tag(clauses) else []
    parsed += [_clause(clause) for clause in clauses if not clause.lower().startswith(("tagname", "tagvalue"))]
    return lambda body: all(clause(body) for clause in parsed)


def top(request: ArmRequest) -> int | None:
    """`$top`: how many are wanted, None for all. Raises 400 for what is no number."""
    text = request.query.get("$top")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise ArmError(400, "InvalidTopInQueryString", f"Invalid $top '{text}' specified in the query string.")
    return int(text)


def _asks_for_tag(clauses: list[str]) -> bool:
    return any(clause.lower().startswith("tagname") for clause in clauses)


def _tag_clause(clauses: list[str]) -> Predicate:
    """`tagName eq 'a'`, alone or with `tagValue eq 'b'`. Tag names are compared without regard to case."""
    wanted = {match["field"].lower(): _unquoted(match) for clause in clauses if (match := _EQUALS.fullmatch(clause))}

    def holds(body: Mapping[str, Any]) -> bool:
        tags = {name.lower(): value for name, value in (body.get("tags") or {}).items()}
        name = wanted["tagname"].lower()
        return name in tags and ("tagvalue" not in wanted or tags[name] == wanted["tagvalue"])

    return holds


def _clause(clause: str) -> Predicate:
    if (match := _EQUALS.fullmatch(clause)) and match["field"].lower() in _FIELDS:
        field, value, equal = _FIELDS[match["field"].lower()], _comparable(match), match["operator"].lower() == "eq"
        return lambda body: (normalized(field(body)) == value) is equal
    if (match := _CONTAINS.fullmatch(clause)) and match["field"].lower() in _FIELDS:
        field, value = _FIELDS[match["field"].lower()], _comparable(match)
        return lambda body: value in normalized(field(body))
    if (match := _STARTS.fullmatch(clause)) and match["field"].lower() in _FIELDS:
        field, value = _FIELDS[match["field"].lower()], _comparable(match)
        return lambda body: normalized(field(body)).startswith(value)
    message = f"Invalid $filter '{clause}' specified in the query string."
    raise ArmError(400, "InvalidFilterInQueryString", message)


def _unquoted(match: re.Match[str]) -> str:
    return match["value"].replace("''", "'")


def _comparable(match: re.Match[str]) -> str:
    return normalized(_unquoted(match))
