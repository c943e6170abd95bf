"""The end of a smoke VM, driven by hand."""

from collections.abc import Generator
from typing import Any

import pytest

from fake_orchestration import FakeContext, drive
from fake_wire import SUBSCRIPTION, Answer
from imagegate.flows.activities import verify_activities
from imagegate.flows.smoke_teardown import tear_down
from imagegate.flows.telling import Telling
from imagegate.model.smoke_vm import SmokeVm
from smoke_azure import SMOKE, SmokeAzure

VM = SmokeVm(
    name="smoke-1",
    subscription_id=SUBSCRIPTION,
    resource_group="rg-images-smoke",
    region="westeurope",
    vm_size="Small",
)
LOCK = "The scope cannot perform delete operation because the following scope(s) are locked."


class Shown:
    """A teardown of a VM that is there; `notes` are what was told by the time that the first timer fires."""

    def __init__(self, azure: SmokeAzure) -> None:
        azure.add(VM.id.text, tags={"imagegate-owner": "imagegate"}, provisioningState="Succeeded")
        self.notes: list[str] = []
        activity = verify_activities(azure.cloud)["tear_down_smoke_vm"]
        self._ctx = FakeContext({"tear_down_smoke_vm": activity})
        self._ctx.at_timer = self._look

    def run(self) -> tuple[list[str], list[str]]:
        """What is left, and what was seen."""
        telling = Telling(self._ctx)

        def story() -> Generator[Any, Any, Any]:
            return (yield from tear_down(self._ctx, telling, VM, deadline_s=900, provisioned=True))

        found: tuple[list[str], list[str]] = drive(self._ctx, story())
        return found

    @property
    def all_notes(self) -> list[str]:
        """What was told until now."""
        return [event["text"] for event in self._ctx.status["events"] if event["kind"] == "note"]

    def _look(self, number: int) -> None:
        if number == 1:
            self.notes = self.all_notes


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [(409, "ScopeLocked", LOCK), (403, "AuthorizationFailed", "The client does not have authorization.")],
)
def test_refused_delete_is_shown_at_once(status: int, code: str, message: str) -> None:
    """A lock, or a missing right, is told when it is met, long before the deadline, and once."""
    azure = SmokeAzure()
    refusal = Answer(status=status, body={"error": {"code": code, "message": message}})
    azure.refusals["DELETE", "/virtualMachines/"] = [refusal] * 500
    shown = Shown(azure)

    left, _ = shown.run()

    assert left == [VM.id.text]
    (note,) = shown.notes
    assert note.startswith(f"{VM.name} cannot be deleted yet: ")
    assert message.rstrip(".") in note
    assert len([one for one in shown.all_notes if "cannot be deleted yet" in one]) == 1


def test_delete_that_is_accepted_is_no_refusal() -> None:
    """While a deletion goes on nothing is said to be refused."""
    azure = SmokeAzure(deletions_take=3)
    shown = Shown(azure)

    assert shown.run() == ([], [VM.id.text])
    assert shown.all_notes == []
    assert azure.count("DELETE", SMOKE) == 1
