"""What a job or a person who verifies allows the tags of a version to ask for, and where the verdict is recorded."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imagegate.errors import InputError, NotAuthorised, ServiceError
from imagegate.settings.smoke_limits import SmokeLimits, read_smoke_limits

if TYPE_CHECKING:
    from imagegate.gateway.cloud import Cloud

PLACE_LIMIT_S = 1800
"""How long a command waits for the place of a smoke VM: a runner's minutes cost."""


def smoke_limits(environment: Mapping[str, str]) -> SmokeLimits:
    """The limits of IMAGEGATE_SMOKE_VM_SIZES and its like.

    Raises:
        InputError: a variable has the wrong shape.
    """
    limits, faults = read_smoke_limits(environment)
    if faults:
        raise InputError(faults)
    return limits


def limits_of(cloud: "Cloud", resource_group: str, limits: SmokeLimits) -> dict[str, Any]:
    """Their part of a verification's job.

    Places are counted with those of all other verifiers where there is a container of records. A principal that may
    not write there verifies all the same.
    """
    from imagegate.steps.find_container import container_url

    try:
        records = container_url(cloud, resource_group, "records")
    except (ServiceError, NotAuthorised):
        return {"bounds": limits.bounds.to_json(), "allowed_source": limits.bounds.allowed_source}
    job = limits.to_job(records_container=records, wait_s=PLACE_LIMIT_S)
    return {**job, "limits": {**job["limits"], "optional": True}}
