"""Making the groups in which Image Builder builds."""

import json

import pytest

from fake_wire import SUBSCRIPTION, Answer, Seen, Wire, cloud_on
from imagegate.steps.make_staging_groups import make_staging_groups

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resource[gG]roups"
FOUNDATION = f"{GROUPS}/rg/providers/Microsoft.Resources/deployments/imagegate-foundation"


@pytest.mark.parametrize(("known", "count", "wanted"), [(None, None, 2), (4, None, 4), (4, 1, 1), (None, 0, 0)])
def test_how_many(wire: Wire, known: int | None, count: int | None, wanted: int) -> None:
    """As many as asked for, else as many as the side had, else two; what is there is found and not made again."""
    outputs = {"stagingResourceGroups": {"value": [f"rg-staging-{n + 1}" for n in range(known or 0)]}}
    body = {"properties": {"provisioningState": "Succeeded", "outputs": outputs}}
    missing = Answer(status=404, body={"error": {"code": "DeploymentNotFound", "message": "x"}})
    wire.on("GET", FOUNDATION, missing if known is None else Answer(body=body))
    made: list[str] = []

    def make(seen: Seen) -> Answer:
        made.append(seen.path.rpartition("/")[2])
        assert json.loads(seen.body)["tags"] == {"imagegate-owner": "imagegate"}
        return Answer(body={"id": seen.path, "name": made[-1], "location": "westeurope"})

    wire.on("GET", f"{GROUPS}/rg-staging-1", Answer(body={"name": "rg-staging-1", "location": "westeurope"}))
    wire.on("GET", f"{GROUPS}/rg-staging-[2-9]", Answer(status=404, body={"error": {"code": "X", "message": "x"}}))
    wire.on("PUT", f"{GROUPS}/rg-staging-[0-9]", make)

    names, new = make_staging_groups(cloud_on(wire), "rg", location="westeurope", count=count, note=lambda _: None)

    assert names == tuple(f"rg-staging-{number + 1}" for number in range(wanted))
    assert new == tuple(made) == names[1:]
