"""Every call that reaches the local cloud's operations, checked on its way out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.http.dispatch import Dispatcher
from openapi import Checked, Specification


class Truth:
    """Watches dispatchers while they serve; `differences` are those that are argued, by operation and place."""

    def __init__(self, specification: Specification, differences: Mapping[str, str]) -> None:
        self.specification = specification
        self._differences = differences
        self.checked = Checked()
        self.met: set[str] = set()

    def judge(self, dispatcher: Dispatcher, request: ArmRequest, response: ArmResponse) -> list[str]:
        """The faults of one answer that nobody argued for."""
        match = dispatcher._table.match(request.method, request.path)
        if match is None or not request.api_version:
            return []
        served = match.operation.operation_id
        operation = self.specification.find(request.method, request.path, request.api_version)
        if operation is None:
            return []
        if response.status < 400:
            self.checked.answers[served] += 1
        body = json.loads(json.dumps(response.body))
        found = []
        for fault in self.specification.faults(operation, response.status, body, response.headers):
            key = f"{operation.operation_id} {fault}"
            listed = next((known for known in self._differences if key.startswith(known)), None)
            if listed is None:
                found.append(
                    f"{key}\n    {request.method} {request.path} {request.api_version} ({operation.file.name})"
                )
                self.checked.faults.setdefault(key, found[-1])
            else:
                self.met.add(listed)
        return found


def load(corpus: Path, differences: Path) -> Truth:
    """The specification of the corpus, and the list of argued differences."""
    listed = json.loads(differences.read_text())["differences"] if differences.exists() else {}
    return Truth(Specification(corpus / "rest-specs"), listed)
