"""Parses the template expression language with lark.

The grammar is that of the engine: a call or a literal, followed by any number of `.name` and `[index]`. There are no
operators, and no parentheses around an expression. The parser is table driven (LALR), so depth costs no stack.
"""

from functools import cache, lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from armtemplate.errors import ExpressionError
from armtemplate.expressions import Call, Expression, Index, Literal, ParsedExpression, Property
from armtemplate.json_types import Value
from armtemplate.limits import EVALUATION_DEPTH, EXPRESSION_CHARACTERS

GRAMMAR = r"""
    start: LSQB expression RSQB
    ?expression: call | literal | property | index
    call: NAME LPAR [expression (_COMMA expression)*] RPAR
        | NAME DOT NAME LPAR [expression (_COMMA expression)*] RPAR
    literal: STRING | INTEGER
    property: expression DOT NAME
    index: expression LSQB expression RSQB

    DOT: "."
    _COMMA: ","
    LPAR: "("
    RPAR: ")"
    LSQB: "["
    RSQB: "]"
    NAME: /[A-Za-z_$][A-Za-z0-9_$]*/
    STRING: /'(?:[^']|'')*'/
    INTEGER: /[+-]?\d+/
    BLANK: /\s+/
    %ignore BLANK
"""
_TOKEN_NAMES = {
    "LPAR": "'('",
    "RPAR": "')'",
    "LSQB": "'['",
    "RSQB": "']'",
    "DOT": "'.'",
    "_COMMA": "','",
    "NAME": "a name",
    "STRING": "a string",
    "INTEGER": "an integer",
    "$END": "the end of the expression",
}
INTEGER_RANGE = range(-(2**63), 2**63)


@lru_cache(maxsize=8192)
def parse_expression(text: str) -> ParsedExpression:
    """Parses an expression with its outer brackets.

    Raises:
        ExpressionError: with the offset of the first character that does not fit.
    """
    if len(text) > EXPRESSION_CHARACTERS:
        raise ExpressionError(
            f"the expression has {len(text):,} characters; Azure takes {EXPRESSION_CHARACTERS:,}", offset=0
        )
    try:
        root: Expression = _parser().parse(text)
    except UnexpectedInput as error:
        raise _explained(error, text) from None
    if root.depth > EVALUATION_DEPTH:
        raise ExpressionError(f"the expression is nested more than {EVALUATION_DEPTH} levels deep", offset=0)
    return ParsedExpression(text=text, root=root, calls=_calls(root))


def _calls(root: Expression) -> tuple[Call, ...]:
    """Every call in the tree, in the order of the text."""
    calls: list[Call] = []
    pending: list[Expression] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Call):
            calls.append(node)
            pending.extend(reversed(node.arguments))
        elif isinstance(node, Property):
            pending.append(node.target)
        elif isinstance(node, Index):
            pending.extend((node.index, node.target))
    return tuple(calls)


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Builds the tree while the parser runs."""

    def start(self, _open: Token, expression: Expression, _close: Token) -> Expression:
        return expression

    def literal(self, token: Token) -> Literal:
        start, end = _start(token), _end(token)
        if token.type == "STRING":
            return Literal(token[1:-1].replace("''", "'"), start, end)
        return Literal(_integer(token), start, end)

    def call(self, *parts: Token | Expression) -> Call:
        names = [str(part) for part in parts if isinstance(part, Token) and part.type == "NAME"]
        arguments = tuple(part for part in parts if not isinstance(part, Token))
        first, last = parts[0], parts[-1]
        depth = 1 + max((argument.depth for argument in arguments), default=0)
        name = ".".join(names)
        return Call(name, name.lower(), arguments, _start(first), _end(last), depth)

    def property(self, target: Expression, dot: Token, name: Token) -> Property:
        return Property(target, str(name), _start(dot), _end(name), target.depth + 1)

    def index(self, target: Expression, bracket: Token, index: Expression, close: Token) -> Index:
        return Index(target, index, _start(bracket), _end(close), 1 + max(target.depth, index.depth))


def _start(token: Value) -> int:
    return int(token.start_pos)


def _end(token: Value) -> int:
    return int(token.end_pos)


def _integer(token: Token) -> int:
    digits = str(token)
    if len(digits) > 20 or int(digits) not in INTEGER_RANGE:
        raise ExpressionError("the integer does not fit into 64 bits", offset=_start(token))
    return int(digits)


@cache
def _parser() -> Value:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", transformer=_Builder(), maybe_placeholders=False)


def _explained(error: UnexpectedInput, text: str) -> ExpressionError:
    offset: int = getattr(error, "pos_in_stream", None) or 0
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        # What stands after the value's closing bracket belongs to the expression's end; everything else is named as it
        # stands.
        expected = sorted(_TOKEN_NAMES[name] for name in error.accepts or error.expected if name in _TOKEN_NAMES)
        return ExpressionError(f"unexpected '{error.token}'; expected {' or '.join(expected)}", offset=offset)
    if isinstance(error, UnexpectedCharacters):
        if text[offset] == "'":
            return ExpressionError(
                "the string that starts here is never closed; a quote inside is written twice", offset=offset
            )
        return ExpressionError(f"unexpected '{text[offset]}'", offset=offset)
    return ExpressionError("the expression ends too early", offset=len(text) - 1)
