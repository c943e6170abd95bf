"""Nothing that is served goes uncalled."""

from __future__ import annotations

from pathlib import Path

import pytest

from localazure.assembly import all_operations
from sdk_bench import Ledger, Sdk, has_method, operations_of_the_sdk


def _whole_folder_runs(request: pytest.FixtureRequest) -> bool:
    here = Path(__file__).parent
    running = {Path(item.path) for item in request.session.items}
    named = any("::" in argument for argument in request.config.args)
    return not named and not request.config.option.keyword and running >= set(here.glob("test_*.py"))


def test_every_operation_that_the_sdk_has_was_called(
    azure: Sdk, ledger: Ledger, request: pytest.FixtureRequest
) -> None:
    """Each operation of the routing table for which an SDK method exists was called with success, in each manner."""
    if not _whole_folder_runs(request):
        pytest.skip("only a part of the SDK's tests runs: there is nothing to count")
    known = operations_of_the_sdk(azure)
    wanted = {entry.operation_id for entry in all_operations(azure.server.cloud) if has_method(entry, known)}

    assert len(wanted) > 150
    missing = sorted(wanted - ledger.called[azure.manner])
    assert not missing, "served, and never called:\n" + "\n".join(missing)
