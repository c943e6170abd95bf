"""Real traffic of Microsoft.Network, played to the local cloud: its answers have the recorded statuses and shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

type Call = Callable[..., requests.Response]

_RECORDINGS = (
    "cli2023__test_network_extended_nsg.yaml",
    "sdist__azure-mgmt-network-17.0.0__test_mgmt_network.test_subnets.yaml",
    "sdist__azure-mgmt-network-17.0.0__test_mgmt_network.test_network_interface_card.yaml",
)
# Fields that only newer or older versions of the service answer.
_VERSIONED = {"enableVmProtection", "enableAcceleratedNetworking", "kind", "vnetEncryptionSupported", "allowPort25Out"}


def _interactions(path: Path) -> Iterator[tuple[str, str, Any, int, Any, set[str]]]:
    """Method, path, body, status, answer and header names of each call to the network provider."""
    for entry in yaml.load(path.read_text(), Loader=yaml.CSafeLoader)["interactions"]:
        request, response = entry["request"], entry["response"]
        uri = request["uri"].split("?")[0].removeprefix("https://management.azure.com")
        if "/resourcegroups/" not in uri.lower() or "/microsoft.network/" not in uri.lower():
            continue
        uri = re.sub(r"(?i)/subscriptions/[^/]+/resourcegroups/[^/]+", "~/resourceGroups/rg", uri)
        sent = re.sub(r"^b'(.*)'$", r"\1", str(request["body"])) if request["body"] else None
        sent = re.sub(r"(?i)/subscriptions/[^/]+/resourcegroups/[^/]+", "$GROUP", sent) if sent else None
        answer = json.loads(response["body"]["string"] or "null")
        names = {name.lower() for name in response["headers"]}
        yield request["method"], uri, sent and json.loads(sent), response["status"]["code"], answer, names


def _shape(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The names in a document, without its values."""
    if isinstance(value, dict):
        return {name: _shape(inner) for name, inner in sorted(value.items()) if name not in _VERSIONED}
    return [_shape(inner) for inner in value] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize("name", _RECORDINGS)
def test_recorded_calls_are_answered_alike(corpus: Path, call: Call, settled: Call, name: str) -> None:
    """The same calls get the same statuses, the same headers for waiting, and documents with the same names."""
    group = call("GET", "~/resourceGroups/rg").json()["id"]
    played = 0
    for method, path, body, status, answer, headers in _interactions(corpus / "arm-recordings" / name):
        sent = json.loads(json.dumps(body).replace("$GROUP", group).replace('"westus"', '"westeurope"'))
        made = settled(method, path, sent)
        assert made.status_code == status, f"{method} {path}: {made.text}"
        for header in ("azure-asyncoperation", "location"):
            assert (header in {key.lower() for key in made.headers}) == (header in headers), (
                f"{method} {path}: {header}"
            )
        if answer is not None:
            assert _shape(made.json()) == _shape(answer), f"{method} {path}"
        played += 1
    assert played > 3
