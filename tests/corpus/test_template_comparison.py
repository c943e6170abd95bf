"""What the service answered of a template in recordings, compared with what the az CLI and the SDK had sent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagegate.model.template_comparison import Difference, compare
from recordings import Recorded, recorded

GROUP = "/subscriptions/s/resourceGroups/rg"
PROVIDER = "Microsoft.VirtualMachineImages"
OLD_VERSIONS = {
    "properties.source.version": "2020-02-14 writes the exact version behind `latest`",
    "properties.distribute[0].versioning": "2022-07-01 takes it and shows null",
    "properties.distribute[1].versioning": "2022-07-01 takes it and shows null",
    "properties.distribute[2].versioning": "2022-07-01 takes it and shows null",
}
"""Where versions before the one that a build uses answered otherwise."""


@pytest.fixture
def exchanges(corpus: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each body that was sent, with each later answer of the template, once the service was done with it."""
    files = sorted((corpus / "arm-recordings").glob("*.yaml"))
    return [pair for file in files for pair in _pairs(recorded(file, PROVIDER, group=GROUP))]


def _pairs(calls: Iterator[Recorded]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    sent: dict[str, Any] = {}
    for call in calls:
        path = call.path.lower()
        if path.rpartition("/")[0] != f"~/providers/{PROVIDER.lower()}/imagetemplates":
            continue
        if call.method in {"PUT", "PATCH"}:
            sent.pop(path, None)
        if call.method == "PUT":
            sent[path] = call.body
        elif call.method == "GET" and path in sent and _settled(call.answer):
            yield sent[path], call.answer


def _settled(answer: Any) -> bool:  # noqa: ANN401 - any JSON
    properties = (answer or {}).get("properties") or {}
    return properties.get("provisioningState") in {"Succeeded", "Failed"}


def test_recorded_answers_are_what_was_sent(exchanges: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """No answer of the service differs from what was sent, but where an old version answered otherwise."""
    found: list[Difference] = [one for sent, answer in exchanges for one in compare(sent, answer)]

    assert len(exchanges) > 10
    assert [str(one) for one in found if one.path not in OLD_VERSIONS] == []
    assert {one.path for one in found} <= set(OLD_VERSIONS)
