"""docs/imagegate-yaml.md is the schema in words: regenerated with IMAGEGATE_APPROVE=1, and compared."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_HEAD = """# imagegate.yaml

One file beside the template says what the image is and how it is proved. Below `azure` and `tags`, `${NAME}` takes an
environment variable: `AZURE_…_ID`, names of the GitHub job without a secret such as `GITHUB_REF_NAME`, and
`IMAGEGATE_VAR_…`. Files lie inside the git work tree. An unknown key is a fault. This page is made from
`src/imagegate/imagegate.schema.json`, which editors can use to complete the file.

| key | meaning |
| --- | --- |
"""


def _rows(schema: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, body in schema.get("properties", {}).items():
        key = f"{prefix}{name}"
        text = body.get("description") or definitions.get(body.get("$ref", "").rsplit("/", 1)[-1], {}).get(
            "description"
        )
        default = f" Default: {_shown(body['default'])}." if "default" in body else ""
        choices = f" One of {', '.join(f'`{choice}`' for choice in body['enum'])}." if "enum" in body else ""
        required = " Required." if name in schema.get("required", []) and "." not in key else ""
        yield f"| `{key}` | {text or key.rsplit('.', 1)[-1].capitalize()}{default}{choices}{required} |"
        inner = body.get("items", body)
        if reference := inner.get("$ref"):
            inner = definitions[reference.rsplit("/", 1)[-1]]
        yield from _rows(inner, definitions, f"{key}{'[]' if 'items' in body else ''}.")


def _shown(default: object) -> str:
    return default if isinstance(default, str) else json.dumps(default)


def test_page_is_the_schema_in_words(repository: Path) -> None:
    """Each key of the schema stands in the page with its meaning, and nothing else does."""
    schema = json.loads((repository / "src/imagegate/imagegate.schema.json").read_text())
    expected = _HEAD + "\n".join(_rows(schema, schema["$defs"])) + "\n"
    page = repository / "docs" / "imagegate-yaml.md"
    if os.environ.get("IMAGEGATE_APPROVE"):
        page.write_text(expected)

    assert page.read_text() == expected
