"""Parameter files: ARM's own format, and the plain mapping of names to values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from armtemplate.documents import Document
from armtemplate.errors import ExpressionError, Fault, TemplateFaults
from armtemplate.frames import FixedNames, Frame, Source
from armtemplate.interpreter import evaluate_text
from armtemplate.json_types import Value
from armtemplate.limits import PARAMETER_FILE_BYTES
from armtemplate.positions import PathLink
from armtemplate.residual import literal_text
from armtemplate.scope import Scope
from armtemplate.session import Session
from armtemplate.unknown import Unknown
from armtemplate.values import member

_ENTRY_KEYS = {"value", "reference", "expression", "metadata"}


@dataclass(frozen=True, slots=True)
class GivenPlaces:
    """Where given values stand: in a parameter file, or nowhere that a person could look."""

    source: Source | None = None
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, parameters: Document | Mapping[str, Any] | None) -> "GivenPlaces":
        """The places in a file that `parse_parameters` could read."""
        if not isinstance(parameters, Document):
            return cls()
        entries, prefix = _entries(parameters.value)
        source = Source(document=parameters, file=parameters.file, prefix=prefix)
        return cls(source, frozenset(parameters.value if entries is None else entries))

    def report(self, error: ExpressionError, name: str, frame: Frame, path: PathLink) -> Unknown:
        """Note a fault of the value given for `name`: at its place, else at `path` of the template."""
        if self.source is None or name not in self.names:
            return frame.report(error, path)
        return replace(frame, source=self.source).report(error, (None, name))


NO_FILE = GivenPlaces()


def parse_parameters(document: Document | Mapping[str, Any]) -> dict[str, Any]:
    """The values of a parameter file by name. A Key Vault reference becomes an Unknown.

    Raises:
        TemplateFaults: with every entry that cannot be read.
    """
    value = document.value if isinstance(document, Document) else document
    file = document.file if isinstance(document, Document) else "<parameters>"
    if isinstance(document, Document) and len(document.text) > PARAMETER_FILE_BYTES:
        raise TemplateFaults([Fault(message="the parameter file is larger than the 4 MB that Azure takes", file=file)])
    if not isinstance(value, Mapping):
        raise TemplateFaults([Fault(message="a parameter file is an object", file=file, line=1, column=1)])
    entries, prefix = _entries(value)
    if entries is None:
        return dict(value)
    return _values(entries, value, prefix, document if isinstance(document, Document) else None, file)


def _entries(value: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, tuple[str, ...]]:
    """The entries of ARM's format and where they stand; None for a plain mapping."""
    section = value.get("parameters")
    envelope = "$schema" in value or "contentVersion" in value
    if isinstance(section, Mapping) and (
        envelope or (set(value) == {"parameters"} and all(_is_entry(item) for item in section.values()))
    ):
        return section, ("parameters",)
    if envelope and section is None:
        return {}, ()
    if value and all(_is_entry(item) for item in value.values()):
        return value, ()
    return None, ()


def _is_entry(item: Value) -> bool:
    return isinstance(item, Mapping) and bool(item) and set(item) <= _ENTRY_KEYS and not set(item) <= {"metadata"}


def _values(
    entries: Mapping[str, Any],
    file_value: Mapping[str, Any],
    prefix: tuple[str, ...],
    document: Document | None,
    file: str,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, entry in entries.items():
        try:
            values[name] = entry_value(name, entry, file_value)
        except ExpressionError as error:
            position = document.position((*prefix, name)) if document else None
            faults.append(
                Fault(
                    message=error.message,
                    json_path=".".join((*prefix, name)),
                    file=file,
                    line=position.line if position else None,
                    column=position.column if position else None,
                )
            )
    if faults:
        raise TemplateFaults(faults)
    return values


def entry_value(name: str, entry: Value, file_value: Mapping[str, Any] | None = None) -> Value:
    """The value of one entry: given, a secret of a key vault, or an expression over external inputs."""
    if not isinstance(entry, Mapping):
        raise ExpressionError(f"the parameter '{name}' needs an object with 'value' or 'reference'")
    if "value" in entry:
        return entry["value"]
    if isinstance(entry.get("reference"), Mapping):
        return _secret(entry["reference"])
    if isinstance(entry.get("expression"), str):
        return _expression_value(entry["expression"], file_value or {})
    if not set(entry) - {"metadata"}:
        return None
    raise ExpressionError(f"the parameter '{name}' needs 'value' or 'reference'")


def _secret(reference: Mapping[str, Any]) -> Unknown:
    vault = member(dict(member(dict(reference), "keyVault") or {}), "id")
    name, version = member(dict(reference), "secretName"), member(dict(reference), "secretVersion")
    if not isinstance(name, str) or vault is None:
        raise ExpressionError("a key vault reference needs 'keyVault.id' and 'secretName'")
    arguments = ", ".join(literal_text(part) for part in (vault, name, version) if part is not None)

    def resume(session: Session) -> Value:
        return session.answerer().list_call(
            "getSecret", str(vault), None, {"secretName": name, "secretVersion": version}
        )

    return Unknown(
        reason=f"the secret '{name}' of the key vault '{vault}'",
        render=lambda: f"getSecret({arguments})",
        resume=resume,
    )


def _expression_value(text: str, file_value: Mapping[str, Any]) -> Value:
    given = file_value.get("externalInputs", {})
    inputs = {name: item.get("value") if isinstance(item, Mapping) else item for name, item in dict(given).items()}
    frame = Frame(
        session=Session(), scope=Scope(external_inputs=inputs), parameters=FixedNames(what="parameter", values={})
    )  # fmt: skip
    return evaluate_text(text, frame)
