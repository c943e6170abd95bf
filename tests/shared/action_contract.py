"""The action's table as action.yml and the README show it; run as a program it writes both."""

from __future__ import annotations

import json
from pathlib import Path

from imagegate.settings.action_inputs import ACTION_INPUTS, ACTION_OUTPUTS

ACTION_MARKS = ("# made from src/imagegate/settings/action_inputs.py: make action-contract", "# made until here")
README_MARKS = (
    "<!-- made from src/imagegate/settings/action_inputs.py: make action-contract -->",
    "<!-- made until here -->",
)


def action_text() -> str:
    """Inputs and outputs as action.yml has them."""
    lines = ["inputs:"]
    for row in ACTION_INPUTS:
        lines += [f"  {row.name}:", f"    description: {json.dumps(row.help)}", "    required: false"]
        lines += [f"    default: {json.dumps(row.default)}"] if row.default else []
    lines += ["outputs:"]
    for output in ACTION_OUTPUTS:
        lines += [f"  {output.name}:", f"    description: {json.dumps(output.help)}"]
    return "\n".join(lines)


def readme_text() -> str:
    """Two tables."""
    lines = ["| input | default | what it is |", "| --- | --- | --- |"]
    for row in ACTION_INPUTS:
        used = f" ({', '.join(row.commands)})" if row.commands else ""
        lines.append(f"| `{row.name}` | {f'`{row.default}`' if row.default else ''} | {row.help}{used} |")
    lines += ["", "| output | what it is |", "| --- | --- |"]
    lines += [f"| `{output.name}` | {output.help} |" for output in ACTION_OUTPUTS]
    return "\n".join(lines)


def between(text: str, marks: tuple[str, str]) -> str:
    """What stands between the marks."""
    return text.split(marks[0] + "\n", 1)[1].split("\n" + marks[1], 1)[0].strip("\n")


def _replace(file: Path, marks: tuple[str, str], content: str) -> None:
    head, _, rest = file.read_text().partition(marks[0])
    tail = rest.partition(marks[1])[2]
    file.write_text(f"{head}{marks[0]}\n{content}\n{marks[1]}{tail}")


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    _replace(root / "action.yml", ACTION_MARKS, action_text())
    _replace(root / "README.md", README_MARKS, readme_text())
