"""One call from request to response: finds the operation, asks whether it is allowed, renders what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation, OperationTable
from localazure.http.field_versions import of_version
from localazure.long_running import Ending, LongRunning

logger = logging.getLogger(__name__)

Gate = Callable[[ArmRequest, Operation], None]

COVERAGE_PAGE = "docs/coverage.md"


class Dispatcher:
    """Serves ARM requests from the operation table. Also what providers use to call each other's operations."""

    def __init__(self, table: OperationTable, long_running: LongRunning, gates: Sequence[Gate]) -> None:
        self._table = table
        self._long_running = long_running
        self._gates = gates

    def __call__(self, request: ArmRequest) -> ArmResponse:
        """The answer to a call; never raises."""
        try:
            response = self._serve(request)
        except ArmError as error:
            self._tell(request, "Failed")
            return ArmResponse(status=error.status, body=error.envelope(), headers=error.headers)
        except Exception as error:
            logger.exception("defect of the local cloud in %s %s", request.method, request.path)
            defect = ArmError(500, "LocalCloudDefect", f"The local cloud has a defect here: {error!r}")
            return ArmResponse(status=500, body=defect.envelope())
        if not response.operation_id:
            self._tell(request, "Succeeded")
        return response

    def name_of(self, method: str, path: str) -> str:
        """The operation that would serve a call, by its name in the table; "" when none would."""
        match = self._table.match(method, path)
        return match.operation.operation_id if match else ""

    def _serve(self, request: ArmRequest) -> ArmResponse:
        if not request.api_version:
            raise ArmError(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
        match = self._table.match(request.method, request.path)
        if match is None:
            raise self._unserved(request)
        known = replace(request, parameters=match.parameters)
        for gate in self._gates:
            gate(known, match.operation)
        response = match.operation.handler(known)
        return replace(response, body=of_version(response.body, request.api_version))

    def _unserved(self, request: ArmRequest) -> ArmError:
        served = ", ".join(self._table.methods(request.path))
        also = f" (the path is served for {served})" if served else ""
        return ArmError(
            501,
            "NotServedByLocalCloud",
            f"The local cloud does not serve {request.method} {request.path}{also}. "
            f"Azure may well do: see {COVERAGE_PAGE} for what is served here.",
        )

    def _tell(self, request: ArmRequest, status: str) -> None:
        if request.method != "GET":
            self._long_running.tell(Ending(request=request, status=status))
