"""A YAML file as plain data, with the place of every key and value, and `${NAME}` filled in."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from imagegate.errors import InputError, InputFault

type YamlPath = tuple[str | int, ...]
type YamlValue = str | int | float | bool | dict[str, YamlValue] | list[YamlValue] | None

_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}|(?P<stray>\{))")
_NODE_LIMIT = 10_000
_MERGE = "tag:yaml.org,2002:merge"
_TEXT_TAGS = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:binary"}

type _Pairs = list[tuple[yaml.Node, yaml.Node]]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place, counted from 1."""

    line: int
    column: int


@dataclass(kw_only=True)
class YamlDocument:
    """The data, and where it stands: `keys` has the place of a mapping's key, `values` that of a value, by path."""

    file: str
    value: Any = None
    keys: dict[YamlPath, Mark] = field(default_factory=dict)
    values: dict[YamlPath, Mark] = field(default_factory=dict)
    faults: list[InputFault] = field(default_factory=list)

    def fault(self, path: YamlPath, message: str, *, hint: str | None = None, at_key: bool = False) -> InputFault:
        """A fault at the place of a path, or of the nearest path above it."""
        places = self.keys if at_key else self.values
        near = next((path[:end] for end in range(len(path), -1, -1) if path[:end] in places), None)
        mark = places[near] if near is not None else Mark(line=1, column=1)
        return InputFault(
            message=message,
            file=self.file,
            line=mark.line,
            column=mark.column,
            path=format_path(path) or None,
            hint=hint,
        )


def format_path(path: YamlPath) -> str:
    """`smoke.probes[0].http.port`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


type Variables = Callable[[str, str], tuple[str, str] | None]
"""Why the variable of a name (second) may not be read below a key (first), and what to do; None where it may."""


def read_yaml(
    text: str, *, file: str, environment: Mapping[str, str], variables: Variables = lambda _place, _name: None
) -> YamlDocument:
    """Parse one document. Unset variables and doubled keys become `faults` of the document; nothing is raised for them.

    `${NAME}` takes an environment variable, `${NAME:-text}` has a fallback, `$$` is a dollar sign; `variables` says
    which names are taken where. A value that is only a variable, unquoted, is read as YAML would read it: a number or
    a boolean where it looks like one.

    Raises:
        InputError: not YAML at all.
    """
    document = YamlDocument(file=file)
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        raise InputError([_syntax_fault(error, file)]) from error
    except RecursionError:
        raise InputError.of("brackets inside brackets without end", file=file) from None
    if root is not None:
        document.value = _Reader(document=document, loader=loader, environment=environment, variables=variables).read(
            root, ()
        )
    return document


def _syntax_fault(error: yaml.YAMLError, file: str) -> InputFault:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return InputFault(
        message=f"not YAML: {problem}",
        file=file,
        line=mark.line + 1 if mark else None,
        column=mark.column + 1 if mark else None,
    )


@dataclass(kw_only=True)
class _Reader:
    """Turns nodes into data and notes their places on the way."""

    document: YamlDocument
    loader: yaml.SafeLoader
    environment: Mapping[str, str]
    variables: Variables
    seen: int = 0
    open_nodes: list[int] = field(default_factory=list)
    merged: dict[int, _Pairs] = field(default_factory=dict)

    def read(self, node: yaml.Node, path: YamlPath) -> YamlValue:
        self.seen += 1
        if self.seen > _NODE_LIMIT + 1:
            return None  # said already
        self.document.values[path] = _mark(node)
        if id(node) in self.open_nodes or self.seen > _NODE_LIMIT:
            self._fault(path, "the document contains itself, or is far too large")
            return None
        self.open_nodes.append(id(node))
        try:
            return self._read(node, path)
        finally:
            self.open_nodes.pop()

    def _read(self, node: yaml.Node, path: YamlPath) -> YamlValue:
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._read_mapping(node, path)
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - there is no fourth kind
        return self._read_scalar(node, path)

    def _read_mapping(self, node: yaml.MappingNode, path: YamlPath) -> dict[str, YamlValue]:
        data: dict[str, YamlValue] = {}
        for key_node, value_node in self._pairs(node, path):
            key = str(key_node.value)
            if key in data:
                first = self.document.keys[*path, key]
                message = f"the key stands here a second time; the first is in line {first.line}"
                self.document.faults.append(self._at(key_node, (*path, key), message))
                continue
            self.document.keys[*path, key] = _mark(key_node)
            data[key] = self.read(value_node, (*path, key))
        return data

    def _pairs(self, node: yaml.MappingNode, path: YamlPath) -> _Pairs:
        """The mapping's own pairs, then those that it merges in and has no key of."""
        if id(node) not in self.merged:
            self.merged[id(node)] = []  # for a mapping that merges itself
            own = [pair for pair in node.value if pair[0].tag != _MERGE]
            found = {str(key.value): (key, value) for key, value in self._merged_in(node, path)}
            for key, _ in own:
                found.pop(str(key.value), None)
            self.merged[id(node)] = [*own, *found.values()]
        return self.merged[id(node)]

    def _merged_in(self, node: yaml.MappingNode, path: YamlPath) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """The last one of a key counts: in a list the first mapping has the last word, as YAML has it."""
        for key, value in node.value:
            if key.tag != _MERGE:
                continue
            others = value.value[::-1] if isinstance(value, yaml.SequenceNode) else [value]
            for other in others:
                if isinstance(other, yaml.MappingNode):
                    yield from self._pairs(other, path)
                else:
                    self.document.faults.append(self._at(key, path, "only mappings can be merged in"))

    def _at(self, node: yaml.Node, path: YamlPath, message: str) -> InputFault:
        mark = _mark(node)
        place = format_path(path) or None
        return InputFault(message=message, file=self.document.file, line=mark.line, column=mark.column, path=place)

    def _read_scalar(self, node: yaml.ScalarNode, path: YamlPath) -> YamlValue:
        text = str(node.value)
        if "$" in text:
            text = _VARIABLE.sub(lambda found: self._fill(found, path), text)
            return _plain(text) if node.style is None else text
        if node.tag in _TEXT_TAGS:
            return text  # dates and the like are not JSON; the text as written is what was meant
        try:
            value = self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self._fault(path, f"not usable as a value: {getattr(error, 'problem', None) or error}")
            return None
        return value if isinstance(value, str | int | float | bool | None) else text

    def _fill(self, found: re.Match[str], path: YamlPath) -> str:
        name = found["name"]
        if found["stray"]:
            self._fault(path, 'a "${" without a name and "}"', hint="Write $$ for a dollar sign.")
            return found[0]
        if name is None:
            return "$"
        if refusal := self.variables(str(path[0]) if path else "", name):
            message, hint = refusal
            self._fault(path, message, hint=hint)
            return found[0]
        value = self.environment.get(name) or found["default"]
        if value is None:
            self._fault(
                path,
                f"the environment variable {name} is not set",
                hint=f"Set it, or write ${{{name}:-a fallback}}.",
            )
            return found[0]
        return value

    def _fault(self, path: YamlPath, message: str, *, hint: str | None = None) -> None:
        self.document.faults.append(self.document.fault(path, message, hint=hint))


def _plain(text: str) -> str | int | bool:
    """What an unquoted variable stands for: the port in `port: ${PORT}` is meant as a number."""
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text)


def _mark(node: yaml.Node) -> Mark:
    return Mark(line=node.start_mark.line + 1, column=node.start_mark.column + 1)
