"""Activities tell faults as data, and which of them may pass by themselves."""

from typing import Any

import pytest

from fake_wire import Answer
from imagegate.flows.activities import STEPS, verify_activities
from imagegate.flows.smoke_one import smoke_one
from imagegate.flows.smoke_place import in_its_place
from imagegate.flows.smoke_teardown import tear_down
from imagegate.flows.verify import verify_image_version
from smoke_azure import SMOKE, SmokeAzure

NIC = {"id": f"{SMOKE}/providers/Microsoft.Network/networkInterfaces/nic"}


def refusing(status: int, code: str, message: str = "no") -> dict[str, Any]:
    """What the teardown's activity answers when a GET is refused so."""
    azure = SmokeAzure()
    body = {"error": {"code": code, "message": message}}
    azure.refusals["GET", "/networkInterfaces/"] = [Answer(status=status, body=body)] * 20
    return verify_activities(azure.cloud)["tear_down_smoke_vm"](NIC)


@pytest.mark.parametrize(
    ("status", "code", "message", "cause"),
    [
        (403, "AuthorizationFailed", "no", "not-authorised"),
        (403, "RequestDisallowedByPolicy", "no", "policy"),
        (400, "SkuNotAvailable", "no", "capacity"),
        (409, "OperationNotAllowed", "exceeding quota", "capacity"),
        (400, "InvalidParameter", "no", "service"),
    ],
)
def test_fault_as_data(status: int, code: str, message: str, cause: str) -> None:
    """A refusal that trying again would not cure is an answer, with cause and reason."""
    answer = refusing(status, code, message)

    assert answer["fault"]["cause"] == cause
    assert not answer["fault"]["may_pass"]
    assert code in answer["fault"]["reason"]


def test_server_error_may_pass() -> None:
    """A server's own error says that it may pass by itself, and still whose fault it is."""
    fault = refusing(500, "InternalServerError")["fault"]

    assert (fault["cause"], fault["may_pass"]) == ("service", True)


def test_connection_is_made_when_needed() -> None:
    """No connection is made before an activity runs."""

    def connect() -> Any:  # noqa: ANN401 - never returns
        pytest.fail("connected")

    assert set(verify_activities(connect)) == {step.__name__ for step in STEPS}


def test_no_idle_activity() -> None:
    """No activity is registered that the orchestrators never call."""
    called = {
        constant
        for function in _functions(verify_image_version, smoke_one, in_its_place, tear_down)
        for constant in function.co_consts
        if isinstance(constant, str)
    }

    unused = {step.__name__ for step in STEPS} - called

    assert unused == {"quarantine_image_version", "record_verdict"}  # called by decision


def _functions(*stories: Any) -> list[Any]:  # noqa: ANN401 - functions
    """The code of every function in the stories' modules."""
    modules = [__import__(story.__module__, fromlist=["x"]) for story in stories]
    return [
        value.__code__
        for module in modules
        for value in vars(module).values()
        if hasattr(value, "__code__") and value.__module__ == module.__name__
    ]
