"""What is handed back holds nobody's ids and no secret, and gives the same verdicts again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from acceptance.belief import all_beliefs, judge_all
from acceptance.exchange import SKIPPED, Recording
from acceptance.run import Ended
from acceptance_recordings import handed_back
from localazure.arm.operation_table import OperationTable
from localazure.assembly import all_operations, new_cloud
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID
from recorded_facts import facts_of
from recording_engine import RecordingEngine

Story = tuple[Ended, Recording, str]
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]*")  # "eyJ" alone also stands in an SSH key in 1 of 200 runs
pytestmark = pytest.mark.timeout(600)  # the first test waits for the whole run


def test_a_recording_gives_the_same_verdicts_again(story: Story) -> None:
    """The verdicts are judged by the recording alone: the one that is handed back gives them again."""
    ended, _, text = story

    again = judge_all(all_beliefs(), Recording.of(map(json.loads, text.splitlines())), local=True)

    assert {one.belief.id: one.verdict for one in again} == {one.belief.id: one.verdict for one in ended.findings}


def test_a_recording_has_requests_of_every_command(story: Story) -> None:
    """Set-up, builds, verifications and the Function's set-up left what they asked and how they ended."""
    _, recording, _ = story

    for step in ("set-up", "build", "verify-public-ip", "function", "fail", "cancel"):
        skipped = [one.body for one in recording.all("*", method=SKIPPED)]
        assert recording.all(f"{step}/product", path="/subscriptions/"), (step, skipped)
        assert recording.one(f"{step}/outcome").body, step


def test_a_recording_has_no_ids_tokens_or_signatures(story: Story) -> None:
    """The subscription's id, tokens and account keys of the run are nowhere in the text."""
    _, recording, text = story

    assert DEFAULT_SUBSCRIPTION_ID not in text
    assert _TOKEN.findall(text) == []
    assert "AccountKey=" not in text
    assert any(DEFAULT_SUBSCRIPTION_ID in one.path for one in recording.exchanges)


def test_a_recording_can_be_held_up_to_the_local_cloud(story: Story, tmp_path: Path) -> None:
    """Handed back, it shows statuses, headers and fields of operations, as other recordings of Azure do."""
    _, recording, text = story
    file = tmp_path / "recording.jsonl"
    host = recording.one("subscription/itself").host
    file.write_text(text.replace(f'"host": "{host}"', '"host": "management.azure.com"'))
    cloud = new_cloud(tmp_path, RecordingEngine(tmp_path / "engine"))
    table = OperationTable(all_operations(cloud))
    cloud.store.close()

    facts = facts_of([handed_back(file)], table)

    template = facts["VirtualMachineImageTemplates_Get"]
    assert "cache-control" in template["statuses"]["200"]
    assert template["fields"]["properties.provisioningState"] == "string"
