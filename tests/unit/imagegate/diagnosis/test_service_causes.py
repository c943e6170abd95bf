"""What Azure and Packer answer, and the cause that is read from it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagegate.diagnosis import diagnose
from imagegate.diagnosis.rule import Scope
from imagegate.diagnosis.rules import RULES

_SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"


def _samples() -> Iterator[tuple[str, str, str]]:
    """Category, cause and message of each block of the file."""
    text = (Path(__file__).parent / "samples" / "service.txt").read_text(encoding="utf-8")
    for block in text.split("\n== ")[1:]:
        head, _, message = block.partition("\n")
        category, cause = head.split()
        yield category, cause, message.rstrip("\n")


MESSAGES = tuple(_samples())


@pytest.mark.parametrize(
    ("category", "cause", "message"), MESSAGES, ids=[f"{one[1]}-{number}" for number, one in enumerate(MESSAGES)]
)
def test_reads_the_cause_as_log_as_message_and_as_error(category: str, cause: str, message: str) -> None:
    """The same words count wherever they stand: in the log, in lastRunStatus, in an ARM error or deep inside one."""
    nested: dict[str, Any] = {"error": {"code": "X", "message": "wrapped", "details": [{"message": message}]}}
    deeper = {"error": {"code": "Y", "message": json.dumps({"error": {"message": json.dumps(nested)}})}}
    for found in (
        diagnose(message),
        diagnose("", message=message),
        diagnose("", error=nested),
        diagnose("", error=deeper),
        diagnose(json.dumps(deeper)),
        diagnose(json.dumps({"statusMessage": json.dumps(deeper)}, indent=2)),
    ):
        assert (str(found.category), found.cause) == (category, cause), found


def test_every_rule_for_the_service_has_a_sample() -> None:
    """A rule that nothing proves is a guess."""
    proved = {cause for _, cause, _ in MESSAGES} | {"proxy-disk-write", "disk-full", "out-of-memory"}
    proved |= {"guest-agent-missing", "checksum-in-script"}
    assert {rule.code for rule in RULES if rule.scope is not Scope.GUEST} <= proved


def test_names_action_scope_and_policy() -> None:
    """What has to be granted or exempted stands in the sentence."""
    text = (
        "The client 'a' with object id 'b' does not have authorization to perform action "
        f"'Microsoft.Compute/galleries/images/versions/write' over scope '{_SCOPE}'"
    )
    assert "Microsoft.Compute/galleries/images/versions/write" in diagnose(text).root_cause
    assert _SCOPE in diagnose(text).root_cause
    policy = (
        'Resource \'vnet\' was disallowed by policy. Policy identifiers: \'[{"policyAssignment":{"name":"Deny public",'
        '"id":"/p/a"},"policyDefinition":{"name":"No public addresses","id":"/p/d"}}]\'.'
    )
    found = diagnose("", error={"code": "InvalidTemplateDeployment", "details": [{"message": policy}]})
    assert "No public addresses" in found.root_cause
    assert "Deny public" in found.root_cause
