"""The engine behind durable functions does not forget a slow sub-orchestration."""

import inspect
import threading
from typing import Any

import pytest
from durabletask.testing import InMemoryOrchestrationBackend

from localazure.functions.patient_backend import PatientBackend


def test_library_still_forgets() -> None:
    """The library's own limit of 30 s is still there; when this fails, the class may go."""
    assert "timeout if timeout else 30.0" in inspect.getsource(InMemoryOrchestrationBackend._wait_for_state)


@pytest.mark.parametrize(("asked_s", "waited_s"), [(None, threading.TIMEOUT_MAX), (2.0, 2.0)])
def test_no_limit_is_no_limit(monkeypatch: pytest.MonkeyPatch, asked_s: float | None, waited_s: float) -> None:
    """Without a limit it waits as long as a thread can; a limit that was given holds."""
    seen: list[float | None] = []

    def recorded(_self: object, _instance_id: str, _predicate: Any, timeout: float | None) -> None:  # noqa: ANN401 - as the library's
        seen.append(timeout)

    monkeypatch.setattr(InMemoryOrchestrationBackend, "_wait_for_state", recorded)

    PatientBackend()._wait_for_state("instance", lambda _: True, asked_s)

    assert seen == [waited_s]
