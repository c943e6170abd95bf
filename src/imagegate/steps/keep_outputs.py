"""Keep the outputs of a deployment that went well, under a name that only such outputs ever get."""

from collections.abc import Mapping
from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.steps.await_deployment import await_deployment
from imagegate.waiting import Deadline

_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_TYPES: Mapping[type, str] = {bool: "bool", int: "int", list: "array", dict: "object"}


def keep_outputs(cloud: Cloud, group: str, name: str, outputs: Mapping[str, Any], *, deadline: Deadline) -> None:
    """Deploy a template without resources that has these outputs.

    A deployment that goes on, or failed, shows no outputs: who reads them while another one is tried would find none.

    Raises:
        ImageGateError: refused, or not done before the deadline.
    """
    template = {
        "$schema": _SCHEMA,
        "contentVersion": "1.0.0.0",
        "resources": [],
        "outputs": {key: _output(value) for key, value in outputs.items()},
    }
    await_deployment(cloud, group, name, template=template, parameters={}, deadline=deadline)


def _output(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    literal = f"[{value}" if isinstance(value, str) and value.startswith("[") else value
    return {"type": _TYPES.get(type(value), "string"), "value": literal}
