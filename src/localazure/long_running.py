"""Long-running operations: accepted at once, done in the background, asked about until they end.

ARM has two manners (Resource Manager RPC, "Asynchronous Operations"): `Azure-AsyncOperation` names a status document
that always answers 200; `Location` answers 202 until the result is there. A service sends one of them or both.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.clock import Clock, timestamp
from localazure.control.settings import Settings
from localazure.store import Store

logger = logging.getLogger(__name__)

Work = Callable[[], Any]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an operation ended: what listeners (resource events) are told."""

    request: ArmRequest
    status: str  # Succeeded, Failed, Canceled


class Canceled(Exception):  # noqa: N818 - the state's name
    """Raised by work that was cancelled: the operation ends as `Canceled`."""

    def __init__(self, message: str = "The operation was canceled.") -> None:
        super().__init__(message)


class LongRunning:
    """Runs accepted work in threads and keeps each operation's record in the store."""

    def __init__(
        self, store: Store, clock: Clock, *, endpoint: Callable[[], str], settings: Settings | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings or Settings()
        self._endpoint = endpoint
        self._threads: dict[str, threading.Thread] = {}
        self.closing = threading.Event()  # set when the cloud ends: work that only waits stops waiting
        self.listeners: list[Callable[[Ending], None]] = []
        self._fail_what_a_restart_cut_off()

    def accept(
        self,
        request: ArmRequest,
        work: Work,
        *,
        status: int,
        body: Any = None,  # noqa: ANN401 - any JSON
        status_path: str | None = None,
        result_path: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ArmResponse:
        """Start `work` and answer at once with `status` and `body`.

        `status_path` becomes Azure-AsyncOperation, `result_path` becomes Location; `{id}` in either is the operation's
        id, and the api-version of the request is appended. What `work` returns is the body of the Location answer
        (None: 204) and `properties` of the status document; an `ArmError` that it raises is the operation's error.
        """
        operation_id = str(uuid.uuid4())
        self._store.put_operation(
            operation_id,
            {
                "id": operation_id,
                "path": (status_path or result_path or "").replace("{id}", operation_id),
                "status": "InProgress",
                "startTime": timestamp(self._clock.now()),
                "method": request.method,
            },
        )
        thread = threading.Thread(target=self._run, args=(operation_id, request, work), daemon=True, name=operation_id)
        self._threads[operation_id] = thread
        thread.start()
        answer = {**self.come_back(), **(headers or {})}
        for name, path in (("Azure-AsyncOperation", status_path), ("Location", result_path)):
            if path is not None:
                joint = "&" if "?" in path else "?"
                url = f"{self._endpoint()}{path.replace('{id}', operation_id)}"
                answer[name] = f"{url}{joint}api-version={request.api_version}"
        return ArmResponse(status=status, body=body, headers=answer, operation_id=operation_id)

    def come_back(self) -> dict[str, str]:
        """The header that says when to ask again: whole seconds, or milliseconds where it is less than one."""
        seconds = self._settings.current.retry_after_s
        if seconds < 1:
            return {"x-ms-retry-after-ms": str(round(seconds * 1000))}
        return {"Retry-After": str(round(seconds))}

    def wait(self, operation_id: str) -> dict[str, Any]:
        """Wait until an operation has ended and return its record (`status`, `error`, `result`)."""
        if thread := self._threads.get(operation_id):
            thread.join()
        record = self._store.get_operation(operation_id)
        if record is None:
            raise KeyError(operation_id)
        return record

    def record(self, operation_id: str) -> dict[str, Any] | None:
        """An operation's record; None when there never was one, or it ended longer ago than records are kept."""
        record = self._store.get_operation(operation_id)
        if record is None or not self._is_forgotten(record):
            return record
        self._store.delete_operation(operation_id)
        return None

    def _is_forgotten(self, record: Mapping[str, Any]) -> bool:
        if not record.get("endTime"):
            return False
        kept = timedelta(seconds=self._settings.current.operation_retention_s)
        return self._clock.now() > datetime.fromisoformat(str(record["endTime"])) + kept

    def status_document(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """What the Azure-AsyncOperation URL answers."""
        document = {"id": record["path"], "name": record["id"], "status": record["status"]}
        document |= {name: record[name] for name in ("startTime", "endTime", "error") if record.get(name) is not None}
        if record.get("result") is not None:
            document["properties"] = {"output": record["result"]}
        return document

    def close(self, timeout_s: float = 10) -> None:
        """Wait for the threads for a while; what still runs is cut off with the process."""
        self.closing.set()
        for thread in list(self._threads.values()):
            thread.join(timeout_s)

    def _run(self, operation_id: str, request: ArmRequest, work: Work) -> None:
        ending: dict[str, Any] = {"status": "Succeeded"}
        try:
            ending["result"] = work()
        except Canceled as canceled:
            ending = {"status": "Canceled", "error": {"code": "Canceled", "message": str(canceled)}}
        except ArmError as error:
            ending = {"status": "Failed", "error": error.error(), "error_status": error.status}
        except Exception as error:
            logger.exception("operation %s ended in a defect of the local cloud", operation_id)
            message = f"Defect of the local cloud: {type(error).__name__}: {error}"
            ending = {"status": "Failed", "error": {"code": "InternalServerError", "message": message}}
        with self._store.transaction():
            record = self._store.get_operation(operation_id) or {"id": operation_id}
            self._store.put_operation(operation_id, record | ending | {"endTime": timestamp(self._clock.now())})
        try:
            self.tell(Ending(request=request, status=str(ending["status"])))
        finally:
            self._threads.pop(operation_id, None)  # at the very end: `wait` waits for the listeners, too

    def tell(self, ending: Ending) -> None:
        """Let every listener know that an operation has ended."""
        for listener in self.listeners:
            listener(ending)

    def _fail_what_a_restart_cut_off(self) -> None:
        for record in self._store.operations():
            if record["status"] == "InProgress":
                error = {"code": "InternalServerError", "message": "The service was restarted during the operation."}
                ended = {"status": "Failed", "error": error, "endTime": timestamp(self._clock.now())}
                self._store.put_operation(record["id"], record | ended)
