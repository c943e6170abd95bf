"""Holds a document against the published JSON Schema, and says what is wrong in a person's words."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from imagegate.errors import InputFault
from imagegate.model.published_schema import schema
from imagegate.settings.yaml_document import YamlDocument, YamlPath

_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def with_defaults(value: object, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A mapping with the schema's defaults for keys that it does not have, at every depth but inside lists."""
    data = dict(value) if isinstance(value, dict) else {}
    for name, inner in (body or schema()).get("properties", {}).items():
        if inner.get("type") == "object":
            data[name] = with_defaults(data.get(name), inner)
        elif "default" in inner:
            data.setdefault(name, inner["default"])
    return data


def check(document: YamlDocument) -> Iterator[InputFault]:
    """Every fault of the document, in the order of the file."""
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator(dict(schema())).iter_errors(document.value)
    # A value whose variable is not set has been told already; how it looks unfilled says nothing.
    unfilled = {fault.path for fault in document.faults}
    faults = [fault for error in errors for fault in _explain(document, error) if fault.path not in unfilled]
    yield from sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0))


def _explain(document: YamlDocument, error: Any) -> Iterator[InputFault]:  # noqa: ANN401 - jsonschema's error is untyped
    path: YamlPath = tuple(error.absolute_path)
    value = error.instance
    match error.validator:
        case "additionalProperties" | "required":
            yield from _explain_keys(document, error)
        case "type":
            wanted = error.validator_value
            words = " or ".join(_WORDS[w] for w in ([wanted] if isinstance(wanted, str) else wanted))
            yield document.fault(path, f"expected {words}, got {_kind(value)}", hint=error.schema.get("description"))
        case "enum":
            known = [str(item) for item in error.validator_value]
            listed = ", ".join(f'"{item}"' for item in known)
            yield document.fault(
                path, f'expected one of {listed}; got "{value}"', hint=_did_you_mean(str(value), known)
            )
        case "pattern":
            about = error.schema.get("description") or f"It must match {error.validator_value}"
            yield document.fault(path, f'"{value}" does not have the right shape', hint=about)
        case "minimum" | "maximum":
            limits = f"{error.schema.get('minimum')} to {error.schema.get('maximum')}"
            yield document.fault(path, f"{value} is out of range: expected {limits}")
        case "minItems" | "minLength" | "minProperties":
            yield document.fault(path, "is empty", hint=error.schema.get("description"))
        case "maxProperties":
            yield document.fault(path, f"takes one key, got {len(value)}: {', '.join(value)}")
        case _:
            yield document.fault(path, error.message)


def _explain_keys(document: YamlDocument, error: Any) -> Iterator[InputFault]:  # noqa: ANN401 - as above
    path: YamlPath = tuple(error.absolute_path)
    known = error.schema.get("properties", {})
    if error.validator == "additionalProperties":
        for key in (key for key in error.instance if key not in known):
            yield document.fault((*path, key), f'unknown key "{key}"', hint=_did_you_mean(key, known), at_key=True)
        return
    for key in (key for key in error.validator_value if key not in error.instance):
        yield document.fault(path, f'the key "{key}" is missing', hint=known.get(key, {}).get("description"))


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    names = {dict: "a mapping", list: "a list", str: "a string", int: "a whole number", float: "a number"}
    return names.get(type(value), type(value).__name__)


def _did_you_mean(word: str, known: Mapping[str, Any] | list[str]) -> str:
    near = difflib.get_close_matches(word.lower().replace("_", "-"), list(known), n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(sorted(known))}."
