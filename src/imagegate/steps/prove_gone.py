"""Looks whether anything of a run is left, by its tags rather than by what we believe to have made."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import api_version_of, get_resource, list_resources

RUN_TAG = "imagegate-smoke-run"


def prove_gone(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """List what still carries the run's tag. `job`: `resource_group`, `run`. The answer: `left`, resource ids.

    A group's list lags behind: what it shows is asked for itself before it counts as left.
    """
    marked = [
        listed.id
        for listed in list_resources(cloud, job["resource_group"])
        if listed.owned and listed.tags.get(RUN_TAG) == job["run"]
    ]
    left = [one for one in marked if api_version_of(one) is None or get_resource(cloud, one) is not None]
    return {"left": [one.text for one in left]}
