"""Make the identities that jobs log in as, federated to their subjects."""

from collections.abc import Sequence
from dataclasses import dataclass

from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.principal import OwnPrincipal
from imagegate.steps.await_deployment import await_deployment
from imagegate.waiting import Deadline

CI_IDENTITIES = "imagegate-ci-identities"


@dataclass(frozen=True, kw_only=True)
class CiIdentity:
    """What a job logs in with (`client_id` in `tenant_id`), and what roles are assigned to."""

    client_id: str
    tenant_id: str
    principal: OwnPrincipal


def make_ci_identities(
    cloud: Cloud,
    *,
    group: str,
    location: str,
    names: Sequence[str],
    subjects: Sequence[str],
    deadline: Deadline,
    issuer: str = "",
) -> tuple[CiIdentity, ...]:
    """Make user-assigned identities in the group that take tokens of the subjects; one an entry of `names`.

    `issuer` is another one than GitHub's own.

    Raises:
        ImageGateError: refused, failed, or not done before the deadline.
    """
    parameters: dict[str, object] = {"location": location, "identities": list(names), "subjects": list(subjects)}
    if issuer:
        parameters["issuer"] = issuer
    template = azure_template("ci-identities")
    ended = await_deployment(cloud, group, CI_IDENTITIES, template=template, parameters=parameters, deadline=deadline)
    return tuple(
        CiIdentity(
            client_id=str(made["clientId"]),
            tenant_id=str(made["tenantId"]),
            principal=OwnPrincipal(object_id=str(made["principalId"]), kind="ServicePrincipal"),
        )
        for made in ended.outputs["identities"]
    )
