"""`python -m armtemplate FILE`: prints what a template gives. The only part of the package that reads files."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from armtemplate import (
    Deployment,
    Document,
    Fault,
    Output,
    Resource,
    Scope,
    TemplateFaults,
    Unknown,
    evaluate,
    parse_json,
)
from armtemplate.envelope import scope_kind
from armtemplate.json_types import Value

_EXAMPLE = """example:
  python -m armtemplate template.json --parameters parameters.json --location westeurope
  python -m armtemplate template.json --json | jq '.resources[].id'
  az bicep build --file main.bicep --stdout | python -m armtemplate -

What only Azure can know is printed as the expression that would ask for it: "[reference('…').primaryEndpoints.blob]".
Exit code 2: the input is not usable; every fault stands on standard error with its place."""
_NOT_USABLE = 2
_HIDDEN = "***"


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluates a template and prints its resources and outputs. Returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        document = _read(options.file)
        given = _read(options.parameters) if options.parameters else None
        deployment = evaluate(document, parameters=given, scope=_scope(options, document))
    except TemplateFaults as error:
        print(error, file=sys.stderr)
        return _NOT_USABLE
    described = _hidden(_described(deployment), _secrets(deployment))
    return _printed(_json(described) if options.json else _readable(described))


def _printed(text: str) -> int:
    """Prints; a reader who has seen enough (`head`) is no fault."""
    try:
        sys.stdout.buffer.write(f"{text}\n".encode()) if hasattr(sys.stdout, "buffer") else print(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
    return 0


def _json(value: Value) -> str:
    """JSON that a person can read; half a character, which no text can hold, stays an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(f"\\u{ord(one):04x}" if "\ud800" <= one <= "\udfff" else one for one in text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m armtemplate",
        description="Evaluates an ARM template, or the bare body of an image template, without Azure.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the template; - reads standard input")
    parser.add_argument("--parameters", metavar="FILE", type=Path, help="an ARM parameter file, or a mapping of values")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--subscription", metavar="ID", help="the subscription to evaluate for (default: zeros)")
    parser.add_argument("--resource-group", metavar="NAME", help="the resource group to evaluate for")
    parser.add_argument("--location", metavar="REGION", help="the location of the resource group or deployment")
    parser.add_argument("--deployment-name", metavar="NAME", help="the name of the deployment")
    return parser


def _read(path: Path) -> Document:
    try:
        if str(path) == "-":
            return parse_json(sys.stdin.buffer.read(), file="<stdin>")
        return parse_json(path.read_bytes(), file=str(path))
    except OSError as error:
        fault = Fault(message=f"the file cannot be read: {error.strerror or error}", file=str(path))
        raise TemplateFaults([fault]) from None


def _scope(options: argparse.Namespace, document: Document) -> Scope:
    given = {
        "subscription_id": options.subscription,
        "resource_group": options.resource_group,
        "location": options.location,
        "deployment_name": options.deployment_name,
    }
    return Scope(kind=scope_kind(document.value), **{name: value for name, value in given.items() if value is not None})


def _described(deployment: Deployment) -> dict[str, Any]:
    return {
        "resources": [_resource(resource) for resource in deployment.resources],
        "outputs": {name: _output(output) for name, output in deployment.outputs.items()},
        "unknowns": [
            {"expression": str(unknown), "reason": unknown.reason} for unknown in deployment.unknowns
        ],
    }  # fmt: skip


def _resource(resource: Resource) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": resource.id,
        "type": resource.type,
        "name": resource.name,
        "apiVersion": resource.api_version,
    }
    if resource.symbolic_name is not None:
        described["symbolicName"] = resource.symbolic_name
    if resource.existing:
        described["existing"] = True
    if resource.condition is not True:
        described["condition"] = _plain(resource.condition)
    described["dependsOn"] = list(resource.depends_on)
    described["body"] = _plain(resource.body)
    return described


def _output(output: Output) -> dict[str, Any]:
    value = _HIDDEN if output.secure else _plain(output.value)
    described = {"type": output.type, "value": value}
    return described if output.condition is True else {**described, "condition": _plain(output.condition)}


def _plain(value: Value) -> Value:
    """Unknowns as the expressions that would ask for them."""
    if isinstance(value, Unknown):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _secrets(deployment: Deployment) -> list[str]:
    """The texts inside the values of secure parameters, the longest first."""
    texts: set[str] = set()
    pending: list[Value] = [deployment.parameters.get(name) for name in deployment.secure_parameters]
    while pending:
        item = pending.pop()
        if isinstance(item, str) and item:
            texts.add(item)
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return sorted(texts, key=len, reverse=True)


def _hidden(value: Value, secrets: list[str]) -> Value:
    """The value without the texts of secrets."""
    if not secrets:
        return value
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, _HIDDEN)
        return value
    if isinstance(value, dict):
        return {name: _hidden(item, secrets) for name, item in value.items()}
    return [_hidden(item, secrets) for item in value] if isinstance(value, list) else value


def _readable(described: dict[str, Any]) -> str:
    lines: list[str] = []
    for resource in described["resources"]:
        lines.append(f"{resource['type']} {resource['name']} ({resource['apiVersion']})")
        lines.append(f"  id: {resource['id']}")
        lines.extend(f"  condition: {resource[key]}" for key in ("condition",) if key in resource)
        lines.extend(f"  depends on: {other}" for other in resource["dependsOn"])
        lines.extend(f"  {line}" for line in _json(resource["body"]).splitlines())
        lines.append("")
    if described["outputs"]:
        lines.append("outputs")
        for name, output in described["outputs"].items():
            lines.append(f"  {name}: {_json(output['value'])}")
        lines.append("")
    lines.append(f"{len(described['resources'])} resources, {len(described['outputs'])} outputs, "
                 f"{len(described['unknowns'])} unknowns")  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
