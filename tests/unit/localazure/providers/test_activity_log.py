"""Who wrote what, for those who may ask at what the filter names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench, make_bench
from localazure.access.built_in_roles import BUILT_IN_ROLES
from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, Principal
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID
from localazure.providers.activity_log import ActivityLog

_GALLERY = f"{RG}/providers/Microsoft.Compute/galleries/golden"
_READER = next(role.name for role in BUILT_IN_ROLES if role.role_name == "Reader")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A cloud without a wire."""
    made = make_bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def log(bench: Bench) -> ActivityLog:
    """The log, with a write of a gallery in it and one of something else."""
    made = ActivityLog(bench.cloud)
    bench.settled("PUT", _GALLERY, {"location": "westeurope"}, api_version="2023-07-03")
    bench.identity("other")
    return made


def _ask(log: ActivityLog, principal: Principal, condition: str) -> list[dict[str, object]]:
    request = ArmRequest(
        method="GET",
        path=f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values",
        api_version="2015-04-01",
        principal=principal,
        parameters={"subscriptionId": DEFAULT_SUBSCRIPTION_ID},
        query={"$filter": condition},
    )
    return list(log.list_entries(request).body["value"])


def test_the_last_writer_of_a_resource(bench: Bench, log: ActivityLog) -> None:
    """A filter by resource shows its writes alone, with who made them."""
    (entry,) = _ask(
        log, bench.cloud.platform, f"eventTimestamp ge '2020-01-01T00:00:00Z' and resourceUri eq '{_GALLERY}'"
    )

    assert entry["caller"] == bench.cloud.platform.object_id
    assert entry["resourceId"] == _GALLERY
    assert entry["operationName"] == {
        "value": "Microsoft.Compute/galleries/write",
        "localizedValue": "Microsoft.Compute/galleries/write",
    }


def test_what_is_older_is_left_out(bench: Bench, log: ActivityLog) -> None:
    """The filter's time counts."""
    assert _ask(log, bench.cloud.platform, f"eventTimestamp ge '2999-01-01T00:00:00Z' and resourceUri eq '{RG}'") == []


def test_rights_in_a_group_are_enough_for_what_is_in_it(bench: Bench, log: ActivityLog) -> None:
    """Who reads one group asks about it, and not about the subscription."""
    reader = bench.stranger("me")
    bench.grant(reader.object_id, _READER, RG)

    assert len(_ask(log, reader, "resourceGroupName eq 'rg'")) == 2
    with pytest.raises(ArmError, match="eventtypes/values/read"):
        _ask(log, reader, "")
