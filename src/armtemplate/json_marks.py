"""Where every value of a JSON text stands."""

import json
import re
from dataclasses import dataclass


@dataclass(slots=True)
class Mark:
    """Where a value starts, and the marks of what it holds; `depth` counts the levels below and including it."""

    offset: int
    depth: int = 0
    items: list["Mark"] | None = None
    members: dict[str, tuple[int, "Mark"]] | None = None  # name → offset of the name, mark of the value


_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]|[^\s"{}\[\],:]+', re.DOTALL)


def strict_marks(text: str) -> Mark:
    """The marks of a text that is known to be strict JSON; its commas and colons tell nothing then."""
    values: list[Mark] = []
    here = Mark(0, items=values)
    around: list[Mark] = []
    name: tuple[str, int] | None = None  # of the member whose value comes next
    for found in _TOKEN.finditer(text):
        token, offset = found[0], found.start()
        if token in ("}", "]"):
            here = around.pop()
        elif here.members is not None and name is None:
            name = (json.loads(token, strict=False) if "\\" in token else token[1:-1], offset)
        else:
            mark = Mark(offset)
            if here.items is not None:
                here.items.append(mark)
            elif here.members is not None and name is not None:
                here.members[name[0]] = (name[1], mark)
                name = None
            if text[offset] == "{":
                mark.members = {}
            elif text[offset] == "[":
                mark.items = []
            else:
                continue
            around.append(here)
            here = mark
    return values[0]
