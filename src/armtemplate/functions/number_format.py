""".NET number formatting with the invariant culture, exact, by decimal arithmetic.

Sources: https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings and custom-numeric-
format-strings.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from armtemplate.errors import ExpressionError
from armtemplate.values import float_text, is_integer

_STANDARD = "BCDEFGNPRX"
_PRECISION_LIMIT = 1000  # .NET goes further; no template needs it


def format_number(value: float, style: str) -> str:
    """The number in a standard (`N0`) or custom (`#,##0.00`) style."""
    with localcontext() as context:
        context.prec = 1200
        context.rounding = ROUND_HALF_UP
        letter, digits = style[0].upper(), style[1:]
        if style[0].isascii() and style[0].isalpha() and (digits == "" or (digits.isascii() and digits.isdigit())):
            if letter not in _STANDARD:
                raise ExpressionError(f"the format is invalid: '{style}' is no format of a number")
            return _standard(value, style[0], _precision(digits))
        return _custom(Decimal(value), style)


def _precision(digits: str) -> int | None:
    if not digits:
        return None
    if len(digits) > 4 or int(digits) > _PRECISION_LIMIT:
        raise ExpressionError(f"the format is invalid: the precision {digits[:12]} is too large")
    return int(digits)


def _standard(value: float, letter: str, precision: int | None) -> str:
    kind = letter.upper()
    if kind in "DXB":
        return _integral(value, letter, precision)
    number = Decimal(value) if is_integer(value) else Decimal(repr(value))
    if kind == "N":
        return _fixed(number, 2 if precision is None else precision, grouped=True)
    if kind == "F":
        return _fixed(number, 2 if precision is None else precision, grouped=False)
    if kind == "C":
        amount = _fixed(abs(number), 2 if precision is None else precision, grouped=True)
        return f"(¤{amount})" if number < 0 else f"¤{amount}"
    if kind == "P":
        return _fixed(number * 100, 2 if precision is None else precision, grouped=True) + " %"
    if kind == "E":
        return _scientific(number, 6 if precision is None else precision, letter, exponent_digits=3)
    return _general(value, number, letter, precision)


def _integral(value: float, letter: str, precision: int | None) -> str:
    if not is_integer(value):
        raise ExpressionError(f"the format is invalid: '{letter}' formats integers only")
    number, width = int(value), precision or 0
    if letter.upper() == "D":
        return ("-" if number < 0 else "") + str(abs(number)).rjust(width, "0")
    bits = number & (2**64 - 1)
    if letter.upper() == "B":
        return f"{bits:b}".rjust(width, "0")
    return (f"{bits:X}" if letter == "X" else f"{bits:x}").rjust(width, "0")


def _fixed(number: Decimal, decimals: int, *, grouped: bool) -> str:
    rounded = number.quantize(Decimal(1).scaleb(-decimals))
    text = f"{abs(rounded):,f}" if grouped else f"{abs(rounded):f}"
    return f"-{text}" if rounded < 0 else text


def _scientific(number: Decimal, decimals: int, letter: str, *, exponent_digits: int) -> str:
    exponent = number.adjusted() if number else 0
    mantissa = number.scaleb(-exponent).quantize(Decimal(1).scaleb(-decimals))
    if abs(mantissa) >= 10:
        exponent += 1
        mantissa = number.scaleb(-exponent).quantize(Decimal(1).scaleb(-decimals))
    sign = "-" if exponent < 0 else "+"
    return f"{mantissa:f}{letter}{sign}{abs(exponent):0{exponent_digits}d}"


def _general(value: float, number: Decimal, letter: str, precision: int | None) -> str:
    if letter.upper() == "R" or not precision:
        return str(value) if is_integer(value) else float_text(float(value))
    exponent = number.adjusted() if number else 0
    if -5 < exponent < precision:
        text = f"{number.quantize(Decimal(1).scaleb(exponent + 1 - precision)):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    text = _scientific(number, precision - 1, "E" if letter == "G" else "e", exponent_digits=2)
    mantissa, mark, power = text.partition(text[text.index("E" if letter == "G" else "e")])
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + mark + power


@dataclass(kw_only=True)
class _Section:
    """What a section of a custom style says: its marks, and what they ask of the number."""

    marks: list[str]
    integers: int = 0  # digit places left of the point
    zeros: int = 0  # least integer digits
    decimals: int = 0
    least_decimals: int = 0
    grouped: bool = False
    scale: int = 0  # powers of ten to multiply by
    exponent: str = ""


def _custom(number: Decimal, style: str) -> str:
    sections = _sections(style)
    if number < 0 and len(sections) > 1 and sections[1]:
        return _rendered(-number, _parsed(sections[1]))
    if number == 0 and len(sections) > 2 and sections[2]:
        return _rendered(number, _parsed(sections[2]))
    text = _rendered(abs(number), _parsed(sections[0]))
    return f"-{text}" if number < 0 and any(character in "123456789" for character in text) else text


def _marks(style: str) -> list[str]:
    """Splits a style into its characters; quoted and escaped text becomes one mark behind a quote."""
    marks: list[str] = []
    at = 0
    while at < len(style):
        character = style[at]
        if character in "'\"":
            end = style.find(character, at + 1)
            end = len(style) if end < 0 else end
            marks.append("'" + style[at + 1 : end])
            at = end + 1
        elif character == "\\":
            marks.append("'" + style[at + 1 : at + 2])
            at += 2
        else:
            exponent = _exponent_mark(style, at)
            marks.append(exponent or character)
            at += len(exponent) or 1
    return marks


def _exponent_mark(style: str, at: int) -> str:
    if style[at] not in "eE":
        return ""
    end = at + 1
    if style[end : end + 1] in ("+", "-"):
        end += 1
    first_zero = end
    while style[end : end + 1] == "0":
        end += 1
    return style[at:end] if end > first_zero else ""


def _sections(style: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for mark in _marks(style):
        if mark == ";":
            sections.append([])
        else:
            sections[-1].append(mark)
    return sections


def _parsed(marks: list[str]) -> _Section:
    section = _Section(marks=marks)
    point = marks.index(".") if "." in marks else len(marks)
    whole = marks[:point]
    places = [at for at, mark in enumerate(whole) if mark in ("0", "#")]
    section.integers = len(places)
    if "0" in whole:
        section.zeros = sum(1 for mark in whole[whole.index("0") :] if mark in ("0", "#"))
    fraction = [mark for mark in marks[point:] if mark in ("0", "#")]
    section.decimals = len(fraction)
    section.least_decimals = max((at + 1 for at, mark in enumerate(fraction) if mark == "0"), default=0)
    for at, mark in enumerate(whole):
        if mark == "," and places:
            if places[0] < at < places[-1]:
                section.grouped = True
            elif at > places[-1]:
                section.scale -= 3
    section.scale += 2 * marks.count("%") + 3 * marks.count("‰")
    section.exponent = next((mark for mark in marks if len(mark) > 1 and mark[0] in "eE"), "")
    return section


def _rendered(number: Decimal, section: _Section) -> str:
    number = number.scaleb(section.scale)
    exponent = 0
    if section.exponent and number:
        exponent = number.adjusted() - max(section.integers, 1) + 1
        number = number.scaleb(-exponent)
    rounded = number.quantize(Decimal(1).scaleb(-section.decimals))
    whole, _, fraction = f"{rounded:f}".partition(".")
    whole = ("" if whole == "0" else whole).rjust(section.zeros, "0")
    kept = fraction.rstrip("0")
    fraction = fraction[: max(section.least_decimals, len(kept))]
    return _filled(section, _groups(whole) if section.grouped else whole, fraction, exponent)


def _groups(whole: str) -> str:
    first = len(whole) % 3
    return ",".join(
        part for part in (whole[:first], *(whole[at : at + 3] for at in range(first, len(whole), 3))) if part
    )


def _filled(section: _Section, whole: str, fraction: str, exponent: int) -> str:
    """Walks the marks: all integer digits come with the first digit place, all decimals with the point."""
    text = ""
    placed = pointed = False
    for mark in section.marks:
        if mark[0] == "'":
            text += mark[1:]
        elif mark in ("0", "#"):
            text += "" if placed or pointed else whole
            placed = True
        elif mark == ".":
            if not pointed:
                text += ("" if placed else whole) + (f".{fraction}" if fraction else "")
            pointed = placed = True
        elif mark == section.exponent and mark:
            text += _exponent_text(mark, exponent)
        elif mark != ",":
            text += mark
    return text


def _exponent_text(mark: str, exponent: int) -> str:
    sign = "-" if exponent < 0 else ("+" if "+" in mark else "")
    return f"{mark[0]}{sign}{str(abs(exponent)).rjust(mark.count('0'), '0')}"
