"""durabletask's in-memory engine, waiting for a sub-orchestration for as long as it takes."""

from __future__ import annotations

import threading
from typing import Any

from durabletask.testing import InMemoryOrchestrationBackend


class PatientBackend(InMemoryOrchestrationBackend):
    """The library's backend without its hidden limit.

    durabletask 1.12.0 takes "no time limit" for 30 s when a parent waits for a sub-orchestration, and then forgets the
    parent for ever. A test holds the library to that, and fails once a release no longer needs this class.
    """

    def _wait_for_state(self, instance_id: str, predicate: Any, timeout: float | None) -> Any:  # noqa: ANN401 - as the library's
        return super()._wait_for_state(instance_id, predicate, timeout or threading.TIMEOUT_MAX)
