"""Resources before their bodies are evaluated: loops expanded, children found, names and scopes known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.frames import RESOURCE_BODY, RESOURCE_HEADER, Frame, Session
from armtemplate.limits import RESOURCES
from armtemplate.positions import PathLink
from armtemplate.resource_ids import resource_id_in
from armtemplate.scope import Scope
from armtemplate.structure import evaluate_string, evaluate_structure, inspect, loop_count
from armtemplate.unknown import Unknown
from armtemplate.values import is_integer, kind_of

DEPLOYMENT_TYPE = "microsoft.resources/deployments"
_HEADER = ("type", "name", "apiVersion", "condition", "scope", "dependsOn", "copy")


@dataclass(kw_only=True, eq=False)
class Draft:
    """One instance of a resource declaration."""

    declaration: dict[str, Any]
    path: PathLink
    frame: Frame  # of the body, loops included
    type: str
    name: str | Unknown
    scope_id: str
    id: str
    api_version: str | None
    condition: bool | Unknown
    existing: bool
    symbolic: str | None
    loop: "Loop | None" = None
    index: int | None = None
    depends_on: list[Any] = field(default_factory=list)
    implied: set[str] = field(default_factory=set)  # ids that the body names through reference() and its like

    @property
    def symbolic_name(self) -> str | None:
        """The symbolic name, with the instance's index inside a loop."""
        return self.symbolic if self.symbolic is None or self.index is None else f"{self.symbolic}[{self.index}]"

    @property
    def is_deployment(self) -> bool:
        """Whether this is a nested deployment."""
        return self.type.lower() == DEPLOYMENT_TYPE


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """A resource loop: its name, and how many instances may be under way at once (0 is any number)."""

    name: str
    count: int
    batch_size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parent:
    type: str
    name: str | Unknown


def draft_resources(section: Any, frame: Frame, path: PathLink) -> list[Draft]:
    """The instances of everything under `resources`, an array or an object by symbolic names."""
    drafts = list(_section(section, frame, path, None))
    if len(drafts) > RESOURCES:
        frame.report(ExpressionError(f"the template has {len(drafts)} resources; Azure takes {RESOURCES}"), path)
    return drafts


def _section(section: Any, frame: Frame, path: PathLink, parent: _Parent | None) -> Iterator[Draft]:
    if isinstance(section, list):
        named: list[tuple[str | None, Any, PathLink]] = [
            (None, item, (path, place)) for place, item in enumerate(section)
        ]
    elif isinstance(section, dict):
        named = [(name, item, (path, name)) for name, item in section.items()]
    else:
        frame.report(ExpressionError("'resources' must be an array, or an object by symbolic names"), path)
        return
    for symbolic, declaration, here in named:
        if not isinstance(declaration, dict):
            frame.report(ExpressionError("a resource must be an object"), here)
            continue
        yield from _instances(declaration, symbolic, frame, here, parent)


def _instances(
    declaration: dict[str, Any], symbolic: str | None, frame: Frame, path: PathLink, parent: _Parent | None
) -> Iterator[Draft]:
    copy = declaration.get("copy")
    if copy is None:
        yield from _with_children(declaration, symbolic, frame, path, parent, None, None)
        return
    if parent is not None:
        frame.report(
            ExpressionError("a resource inside another cannot have a loop; put it beside its parent"), (path, "copy")
        )
        return
    loop = _loop(copy, frame.at(RESOURCE_HEADER), (path, "copy"))
    if loop is None:
        inspect(declaration, frame.at(RESOURCE_BODY), path)
        return
    for index in range(loop.count):
        yield from _with_children(
            declaration, symbolic, frame.in_loop(loop.name, index, nameless=True), path, parent, loop, index
        )  # fmt: skip


def _loop(copy: Any, frame: Frame, path: PathLink) -> Loop | None:
    """The loop, or None where there are no instances to make."""
    if not isinstance(copy, dict) or "count" not in copy or not isinstance(copy.get("name"), str):
        frame.report(ExpressionError("a resource's 'copy' must be an object with 'name' and 'count'"), path)
        return None
    name = evaluate_string(copy["name"], frame, (path, "name"))
    count = loop_count(copy["count"], frame, (path, "count"))
    if isinstance(count, Unknown) or not isinstance(name, str):
        return None
    batch = _batch_size(copy, count, frame, path)
    return Loop(name=name, count=count, batch_size=batch) if count else None


def _batch_size(copy: dict[str, Any], count: int, frame: Frame, path: PathLink) -> int:
    mode = evaluate_structure(copy.get("mode", "parallel"), frame, (path, "mode"))
    if not isinstance(mode, str) or mode.lower() not in ("serial", "parallel"):
        if not isinstance(mode, Unknown):
            frame.report(ExpressionError("a loop's mode is 'serial' or 'parallel'"), (path, "mode"))
        return 0
    size = evaluate_structure(copy.get("batchSize", 1), frame, (path, "batchSize"))
    if isinstance(size, str) and size.isdecimal() and len(size) < 10:
        size = int(size)
    if not is_integer(size) or size < 1 or (size > count and count and "batchSize" in copy):
        if not isinstance(size, Unknown):
            frame.report(
                ExpressionError(f"a loop's batch size must be between 1 and its count of {count}"), (path, "batchSize")
            )
        return 0
    return int(size) if mode.lower() == "serial" else 0


def _with_children(
    declaration: dict[str, Any],
    symbolic: str | None,
    frame: Frame,
    path: PathLink,
    parent: _Parent | None,
    loop: Loop | None,
    index: int | None,
) -> Iterator[Draft]:
    draft = _draft(declaration, symbolic, frame, path, parent, loop, index)
    if draft is None:
        return
    yield draft
    children = declaration.get("resources")
    if children:
        yield from _section(children, frame, (path, "resources"), _Parent(type=draft.type, name=draft.name))


def _draft(
    declaration: dict[str, Any],
    symbolic: str | None,
    frame: Frame,
    path: PathLink,
    parent: _Parent | None,
    loop: Loop | None,
    index: int | None,
) -> Draft | None:
    header = frame.at(RESOURCE_HEADER)
    condition = _condition(declaration, header, path)
    if condition is False:
        header = quiet(header)
    kind = _text(declaration, "type", header, path)
    name = _text(declaration, "name", header, path)
    version = _text(declaration, "apiVersion", header, path, required=False)
    scope_id = _scope_id(declaration, header, path, str(kind or ""))
    depends_on = _depends_on(declaration, header, path)
    extension = next((str(declaration[key]) for key in ("import", "extension") if key in declaration), None)
    if extension is not None and isinstance(kind, str):
        name, identity = name or symbolic or "", f"/{extension}/{kind}/{symbolic or ''}"
    elif not isinstance(kind, str) or name is None or scope_id is None:
        return None
    else:
        kind, name = _joined(kind, name, parent)
        found = _identity(kind, name, scope_id, header, path)
        if found is None:
            return None
        identity = found
    return Draft(
        declaration=declaration,
        path=path,
        frame=frame.at(RESOURCE_BODY),
        type=kind,
        name=name,
        scope_id=scope_id or "",
        id=identity,
        api_version=None if version is None else str(version),
        condition=condition,
        existing=declaration.get("existing") is True,
        symbolic=symbolic,
        loop=loop,
        index=index,
        depends_on=depends_on,
    )


def quiet(frame: Frame) -> Frame:
    """A frame whose faults go nowhere: what is not deployed need not evaluate. Wrong syntax is told by `inspect`."""
    return replace(frame, session=Session(runtime=frame.session.runtime))


def _condition(declaration: dict[str, Any], frame: Frame, path: PathLink) -> bool | Unknown:
    text = declaration.get("condition", True)
    condition = evaluate_structure(text, frame, (path, "condition"))
    if isinstance(condition, str) and condition.lower() in ("true", "false"):
        condition = condition.lower() == "true"
    if isinstance(condition, bool | Unknown):
        return condition
    expression = text if isinstance(text, str) else None
    message = f"a condition must be a boolean, and is of type '{kind_of(condition)}'"
    return frame.report(ExpressionError(message, offset=0), (path, "condition"), expression)


def _text(
    declaration: dict[str, Any], key: str, frame: Frame, path: PathLink, *, required: bool = True
) -> str | Unknown | None:
    if key not in declaration:
        if required and not ("import" in declaration or "extension" in declaration):
            frame.report(ExpressionError(f"the resource has no '{key}'"), path)
        return None
    value = evaluate_structure(declaration[key], frame, (path, key))
    if isinstance(value, Unknown):
        return None if value.faulty else value
    if not isinstance(value, str) or not value:
        text = declaration[key] if isinstance(declaration[key], str) else None
        message = f"a resource's {key} must be a string that is not empty" + (
            "" if isinstance(value, str) else f", and is of type '{kind_of(value)}'"
        )
        frame.report(ExpressionError(message, offset=0), (path, key), text)
        return None
    return value


def _joined(kind: str, name: str | Unknown, parent: _Parent | None) -> tuple[str, str | Unknown]:
    """Type and name in full: a resource inside another gives only its own segments."""
    kind = kind.rstrip("/")
    if parent is None or "." in kind.partition("/")[0]:
        return kind, name
    if isinstance(name, str) and isinstance(parent.name, str):
        return f"{parent.type}/{kind}", f"{parent.name}/{name}"
    return f"{parent.type}/{kind}", name if isinstance(name, Unknown) else _child_of_unknown(parent.name, name)


def _child_of_unknown(parent: str | Unknown, name: str) -> str | Unknown:
    if isinstance(parent, str):
        return f"{parent}/{name}"

    def resume(runtime: Any) -> Any:
        above = parent.resolve(runtime)
        return f"{above}/{name}" if isinstance(above, str) else above

    return Unknown(
        reason=parent.reason,
        render=lambda: f"format('{{0}}/{{1}}', {parent.expression}, '{name}')",
        resume=resume,
        faulty=parent.faulty,
    )


def _identity(kind: str, name: str | Unknown, scope_id: str, frame: Frame, path: PathLink) -> str | None:
    if "/" not in kind:
        frame.report(
            ExpressionError(f"'{kind}' is no resource type; one looks like 'Microsoft.Compute/virtualMachines'"),
            (path, "type"),
        )
        return None
    if isinstance(name, Unknown):
        return f"{scope_id}/providers/{kind}/{name}"
    try:
        return resource_id_in(scope_id, kind, name)
    except ExpressionError:
        needed = kind.count("/")
        message = (
            f"the template resource '{name}' for type '{kind}' has incorrect segment lengths: the type has {needed} segments behind its "
            f"namespace, so the name must have as many, with '/' between; it has {name.count('/') + 1}"
        )
        text = frame.report(ExpressionError(message), (path, "name"))
        return None if text.faulty else None


def _depends_on(declaration: dict[str, Any], frame: Frame, path: PathLink) -> list[Any]:
    if "dependsOn" not in declaration:
        return []
    value = evaluate_structure(declaration["dependsOn"], frame, (path, "dependsOn"))
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Unknown) and value is not None:
        frame.report(
            ExpressionError(f"dependsOn must be an array, and is of type '{kind_of(value)}'"), (path, "dependsOn")
        )
    return []


def _scope_id(declaration: Mapping[str, Any], frame: Frame, path: PathLink, kind: str) -> str | None:
    """The id of the scope that a resource is deployed to."""
    texts = {
        key: evaluate_structure(declaration[key], frame, (path, key))
        for key in ("scope", "subscriptionId", "resourceGroup")
        if declaration.get(key) not in (None, "")
    }
    if any(isinstance(value, Unknown) and value.faulty for value in texts.values()):
        return None
    if "scope" in texts:
        return qualified_scope(str(texts["scope"]), frame.destination)
    if kind.lower() != DEPLOYMENT_TYPE or not texts:
        return frame.destination.id
    subscription = str(texts.get("subscriptionId", frame.destination.subscription_id))
    group = texts.get("resourceGroup")
    return f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group is not None else "")


def qualified_scope(text: str, scope: Scope) -> str:
    """The id that a `scope` property means: absolute, the tenant (`/`), or type and name inside the deployment's own scope."""
    if text.startswith("/"):
        return text.rstrip("/")
    if text.lower().startswith("microsoft.management/managementgroups/"):
        return f"/providers/{text}"
    return f"{scope.id}/providers/{text}" if text else scope.id
