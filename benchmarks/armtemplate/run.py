# ruff: noqa: INP001 - a script, run by its path
"""How fast templates are read and evaluated: templates a second, and time by size.

    .venv/bin/python benchmarks/armtemplate/run.py CORPUS [--json FILE]

CORPUS is the folder with `aib-templates/`. Times are processor time, so that other work on the machine does not count;
interpreter start and imports are not in them; the first evaluation builds the two parsers and is reported apart. Every
number is the best of several runs, for what disturbs a run only ever adds to it.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from armtemplate import TemplateFaults, evaluate, parse_json
from armtemplate.expression_parser import parse_expression

_RUNS = 7


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and prints a table, or writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args(arguments)
    texts = _texts(options.corpus / "aib-templates")
    first_ms = _once(texts[0][1]) * 1000
    rows = [_row(name, text) for name, text in texts]
    rows.append(_row("synthetic: 800 resources of one loop", _loop_template()))
    rows.append(_row("synthetic: 96 kB of nested modules", _modules(96_000)))
    everything_s = _best(lambda: [_once(text) for _, text in texts])
    result = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "first_evaluation_ms": round(first_ms, 1),
        "templates": len(texts),
        "templates_a_second": round(len(texts) / everything_s),
        "rows": rows,
    }
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    _print(result)


def _texts(folder: Path) -> list[tuple[str, bytes]]:
    paths = [path for name in ("arm", "standalone") for path in (folder / name).glob("*.json")]
    return sorted(((path.name, path.read_bytes()) for path in paths), key=lambda item: -len(item[1]))


def _row(name: str, text: bytes) -> dict[str, Any]:
    """One template: reading, and reading with evaluation, with and without expressions parsed before."""
    read_ms = _best(lambda: parse_json(text)) * 1000
    warm_ms = _best(lambda: _once(text)) * 1000
    return {
        "name": name,
        "bytes": len(text),
        "read_ms": round(read_ms, 2),
        "cold_ms": round(_best(lambda: _cold(text)) * 1000, 2),
        "warm_ms": round(warm_ms, 2),
    }


def _cold(text: bytes) -> float:
    parse_expression.cache_clear()
    return _once(text)


def _once(text: bytes) -> float:
    """Seconds to read and evaluate; faults cost no less than values."""
    start = time.process_time()
    document = parse_json(text)
    with suppress(TemplateFaults):
        evaluate(document)
    return time.process_time() - start


def _best(action: Callable[[], object]) -> float:
    times = []
    for _ in range(_RUNS):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def _loop_template() -> bytes:
    resource = {
        "type": "Microsoft.Network/networkInterfaces",
        "apiVersion": "2023-05-01",
        "name": "[format('nic-{0}-{1}', uniqueString(resourceGroup().id), copyIndex())]",
        "location": "[resourceGroup().location]",
        "copy": {"name": "nics", "count": 800},
        "properties": {"subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]"}},
    }
    return json.dumps(_template([resource])).encode()


def _modules(size_bytes: int) -> bytes:
    """Nested deployments in the way the Bicep compiler writes modules, until the text is as large as asked."""
    resources: list[dict[str, Any]] = []
    while len(json.dumps(_template(resources))) < size_bytes:
        resources.append(_module(len(resources)))
    return json.dumps(_template(resources)).encode()


def _module(number: int) -> dict[str, Any]:
    resource = {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-01-01",
        "name": "[take(format('st{0}{1}', parameters('prefix'), uniqueString(resourceGroup().id)), 24)]",
        "location": "[coalesce(parameters('location'), resourceGroup().location)]",
        "tags": "[union(createObject('n', string(parameters('n'))), variables('tags'))]",
        "properties": {"accessTier": "[if(greater(parameters('n'), 5), 'Hot', 'Cool')]"},
    }
    inner = _template([resource]) | {
        "parameters": {
            "prefix": {"type": "string"},
            "n": {"type": "int"},
            "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
        },
        "variables": {"tags": {"module": "[deployment().name]"}},
        "outputs": {
            "id": {"type": "string", "value": "[resourceId('Microsoft.Storage/storageAccounts', parameters('prefix'))]"}
        },
    }
    properties = {
        "mode": "Incremental",
        "expressionEvaluationOptions": {"scope": "inner"},
        "parameters": {"prefix": {"value": f"p{number}"}, "n": {"value": f"[add({number}, 1)]"}},
        "template": inner,
    }
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": f"[format('module-{{0}}', {number})]",
        "properties": properties,
    }


def _template(resources: list[dict[str, Any]]) -> dict[str, Any]:
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": resources}


def _print(result: dict[str, Any]) -> None:
    print(result["machine"])
    print(f"first evaluation, parsers built: {result['first_evaluation_ms']} ms")
    print(f"{result['templates']} real templates: {result['templates_a_second']} a second")
    print(f"{'bytes':>8} {'read ms':>8} {'cold ms':>8} {'warm ms':>8}  template")
    for row in result["rows"]:
        shown = row["name"] if len(row["name"]) <= 70 else f"…{row['name'][-69:]}"
        print(f"{row['bytes']:>8} {row['read_ms']:>8} {row['cold_ms']:>8} {row['warm_ms']:>8}  {shown}")


if __name__ == "__main__":
    main()
