"""Text that somebody else wrote, on one line that no runner takes for a command.

A runner hears `::` at the beginning of a line, and the older `##[` anywhere. Source: actions/runner, ActionCommand.cs.
"""

from __future__ import annotations

import re


def quoted(text: str) -> str:
    """The text with its indentation, its line breaks as blanks, and no command in it."""
    line = " ".join(re.split(r"[\r\n]+", text)).replace("##[", "## [")
    return re.sub(r"^(\s*):(?=:)", r"\1: ", line)
