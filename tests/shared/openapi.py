"""Answers held against the published OpenAPI files: status, body and the headers of long-running operations."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema

_METHODS = ("get", "put", "patch", "post", "delete", "head")
_LOCAL = re.compile(r"#/definitions/(.+)$")
_SHARED = re.compile(r"common-types/(?:resource-management/)?(v\d+)/types\.json$")
# What Swagger adds to JSON Schema's words, or means otherwise than a validator does.
_DROPPED = {"discriminator", "readOnly", "example", "xml", "externalDocs", "description", "title", "default", "format"}


@dataclass(frozen=True, kw_only=True)
class SpecOperation:
    """One operation of one version of the specification."""

    operation_id: str
    method: str
    path: str
    api_version: str
    file: Path
    responses: Mapping[str, Any]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What its paths look like: a scope takes several segments."""
        parts = re.split(r"(\{\w+\})", self.path.rstrip("/"))
        text = "".join(
            (r".+" if part == "{scope}" else r"[^/]+") if part.startswith("{") else re.escape(part) for part in parts
        )
        return re.compile(f"{text}/?", re.IGNORECASE)

    @property
    def literals(self) -> int:
        """How much of the path is spelled out: a path with more of it is meant before one with a scope."""
        return sum(not part.startswith("{") for part in self.path.strip("/").split("/"))


@dataclass(kw_only=True)
class Checked:
    """What was asked and answered, counted by served operation; and where it left the specification."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)  # what parts, by operation and place; the first sight of it


class Specification:
    """Every OpenAPI file of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._files: dict[Path, dict[str, Any]] = {}
        self._schemas: dict[str, Any] = {}
        self._validators: dict[tuple[str, str, str, str], jsonschema.Draft7Validator] = {}
        self.operations = sorted(self._operations(), key=lambda one: (one.path.count("{"), -len(one.path)))

    def _operations(self) -> Iterator[SpecOperation]:
        for path in sorted(self._folder.rglob("*.json")):
            if "examples" in path.parts or "arm-json-schemas" in path.parts:
                continue
            document = self._file(path)
            for template, item in (document.get("paths") or {}).items():
                if re.fullmatch(r"/\{\w+\}", template):
                    continue  # by whole id: matches anything
                for method in _METHODS:
                    if method in item:
                        yield SpecOperation(
                            operation_id=item[method]["operationId"],
                            method=method.upper(),
                            path=template,
                            api_version=document["info"]["version"],
                            file=path,
                            responses=item[method]["responses"],
                        )

    def _file(self, path: Path) -> dict[str, Any]:
        if path not in self._files:
            self._files[path] = json.loads(path.read_text()) if path.is_file() else {}
        return self._files[path]

    def find(self, method: str, path: str, api_version: str) -> SpecOperation | None:
        """The operation in that version, or in the published one that is nearest below it (else the oldest)."""
        matching = [one for one in self.operations if one.method == method and one.pattern.fullmatch(path)]
        if not matching:
            return None
        most = max(one.literals for one in matching)
        matching = sorted((one for one in matching if one.literals == most), key=lambda one: one.api_version)
        below = [one for one in matching if one.api_version[:10] <= api_version[:10]]
        return below[-1] if below else matching[0]

    def faults(self, operation: SpecOperation, status: int, body: Any, headers: Mapping[str, str]) -> Iterator[str]:  # noqa: ANN401
        """Where an answer leaves the specification."""
        if status >= 400:
            yield from envelope_faults(body)
            return
        response = operation.responses.get(str(status))
        if response is None:
            yield f"status {status}"
            return
        names = {name.lower() for name in headers}
        if status == 202 and not names & {"location", "azure-asyncoperation"}:
            yield "202 without Location or Azure-AsyncOperation"
        if "schema" not in response:
            if body is not None:
                yield f"status {status}: a body where there is none"
            return
        if body is None:
            if status not in {202, 204}:
                yield f"status {status}: no body"
            return
        for error in self._validator(operation, status).iter_errors(_without_nulls(body)):
            place = ".".join("*" if isinstance(part, int) else str(part) for part in error.absolute_path)
            yield f"{place or '(whole)'}: {error.validator}: {error.message[:160]}"

    def _validator(self, operation: SpecOperation, status: int) -> jsonschema.Draft7Validator:
        key = (operation.method, operation.path, operation.api_version, str(status))
        if key not in self._validators:
            root = self._converted(operation.responses[str(status)]["schema"], operation.file)
            schema = {"allOf": [root], "definitions": self._schemas}
            self._validators[key] = jsonschema.Draft7Validator(schema)
        return self._validators[key]

    def _converted(self, schema: Any, file: Path) -> Any:  # noqa: ANN401 - any JSON
        """A Swagger schema as JSON Schema; what it refers to is put beside it."""
        if isinstance(schema, list):
            return [self._converted(entry, file) for entry in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema and isinstance(schema["$ref"], str):
            return self._reference(schema["$ref"], file, dispatched=True)
        if schema.get("type") == "file":
            return {}
        kept: dict[str, Any] = {}
        for name, value in schema.items():
            if name in _DROPPED or name.startswith("x-"):
                continue
            if name == "enum" and (schema.get("x-ms-enum") or {}).get("modelAsString", True):
                continue  # an open list: services add to it
            if name == "allOf":
                kept[name] = [self._base(entry, file) for entry in value]
            elif name in ("properties", "definitions"):
                kept[name] = {key: self._converted(inner, file) for key, inner in value.items()}
            elif name == "required" and not isinstance(value, list):
                continue
            else:
                kept[name] = self._converted(value, file)
        return kept

    def _base(self, schema: dict[str, Any], file: Path) -> Any:  # noqa: ANN401 - any JSON
        if "$ref" in schema:
            return self._reference(schema["$ref"], file, dispatched=False)
        return self._converted(schema, file)

    def _reference(self, reference: str, file: Path, *, dispatched: bool) -> dict[str, Any]:
        """A reference into any file; what is not among the files may be anything."""
        target, _, fragment = reference.partition("#")
        found = _LOCAL.search(f"#{fragment}")
        path = self._target(target, file)
        definition = (self._file(path).get("definitions") or {}).get(found[1]) if found else None
        if definition is None or found is None:
            return {}
        name = found[1]
        key = f"{path.relative_to(self._folder)}:{name}{'' if dispatched else ':base'}".replace("/", "_")
        if key not in self._schemas:
            self._schemas[key] = {}
            converted = self._converted(definition, path)
            if dispatched and "discriminator" in definition:
                converted = {"allOf": [converted, *self._kinds(definition["discriminator"], name, path)]}
            self._schemas[key] = converted
        return {"$ref": f"#/definitions/{key}"}

    def _target(self, target: str, file: Path) -> Path:
        shared = _SHARED.search(target)
        if shared:
            return self._folder / "common-types" / shared[1] / "types.json"
        return (file.parent / target).resolve() if target else file

    def _kinds(self, discriminator: str, base: str, path: Path) -> Iterator[dict[str, Any]]:
        """For each kind of a base: where the discriminator names it, its schema holds."""
        for name, definition in (self._file(path).get("definitions") or {}).items():
            bases = [str(entry.get("$ref", "")).rsplit("/", 1)[-1] for entry in definition.get("allOf") or ()]
            if base in bases:
                value = definition.get("x-ms-discriminator-value", name)
                yield {
                    "if": {"required": [discriminator], "properties": {discriminator: {"const": value}}},
                    "then": self._reference(f"#/definitions/{name}", path, dispatched=False),
                }


def envelope_faults(body: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Refusals come in Resource Manager's envelope, whoever refuses."""
    if body is None:
        return  # HEAD
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not all(isinstance(error.get(name), str) for name in ("code", "message")):
        yield f"not ARM's error envelope: {str(body)[:160]}"


def _without_nulls(body: Any) -> Any:  # noqa: ANN401 - any JSON
    """Services write null for what is not there (recorded), and Swagger has no word for it."""
    if isinstance(body, dict):
        return {name: _without_nulls(value) for name, value in body.items() if value is not None}
    return [_without_nulls(entry) for entry in body if entry is not None] if isinstance(body, list) else body
