"""The syntax tree of a template language expression. Offsets count characters of the whole text, brackets included."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A string or an integer."""

    value: str | int
    start: int
    end: int
    depth: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """`name(arguments)` or `namespace.name(arguments)`; `key` is the name without regard to case."""

    name: str
    key: str
    arguments: "tuple[Expression, ...]"
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True, eq=False)
class Property:
    """`target.name`; `start` is the place of the name's dot."""

    target: "Expression"
    name: str
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """`target[index]`; `start` is the place of the bracket."""

    target: "Expression"
    index: "Expression"
    start: int
    end: int
    depth: int


type Expression = Literal | Call | Property | Index


@dataclass(frozen=True, slots=True, eq=False)
class ParsedExpression:
    """One whole expression: its text, its tree, and every call in it, so that rules on functions need no walk."""

    text: str
    root: Expression
    calls: tuple[Call, ...]


def is_expression(text: str) -> bool:
    """Whether a string of a template is an expression: starts with one bracket and ends with one."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[") and len(text) > 1


def unescaped(text: str) -> str:
    """The text of a string that is no expression: `[[x]` stands for `[x]`."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text
