"""The story of the sides: the identities of jobs, and what pull requests build on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.principal import OwnPrincipal
from imagegate.model.job_subject import is_pattern, main_subjects, pull_request_subjects
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.deploy_foundation import Principals, deploy_foundation
from imagegate.steps.make_ci_identities import CiIdentity, make_ci_identities
from imagegate.waiting import Deadline

CI, CI_VERIFY, CI_PULL_REQUESTS = "imagegate-ci", "imagegate-ci-verify", "imagegate-ci-pull-requests"
_OUTPUTS = {CI: "ciClientId", CI_VERIFY: "ciVerifyClientId", CI_PULL_REQUESTS: "ciPullRequestsClientId"}
DEPLOYMENT_S = 1800


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Whose jobs get identities of their own, and whether pull requests have a side.

    Args:
        repositories: as subjects of job tokens name them, such as `owner/name`; without any, no identity is made.
        refs: the refs of the main side's jobs; `environment` instead of them.
        issuer: of the jobs' tokens, where it is not GitHub's own.
        pull_request_principal: who builds pull requests; by default an identity is made for their jobs.
    """

    repositories: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    environment: str = ""
    issuer: str = ""
    pull_requests: bool = False
    pull_request_principal: OwnPrincipal | None = None


NO_SIDES = Sides()


@dataclass(frozen=True, kw_only=True)
class PullRequestSide:
    """The side as it is now: its foundation's outputs and resources, and its jobs' identity by name."""

    outputs: Mapping[str, Any]
    created: tuple[str, ...]
    jobs: Mapping[str, CiIdentity]


def make_main_identities(
    settings: Settings, cloud: Cloud, story: Story, sides: Sides, *, verifies: bool
) -> dict[str, CiIdentity]:
    """The identities of the main side's jobs by name: one that builds, and one that verifies where a job does."""
    names = [CI, CI_VERIFY] if verifies else [CI]
    subjects = main_subjects(sides.repositories, sides.refs, sides.environment)
    for ref in sides.refs if sides.repositories and not sides.environment else ():
        if is_pattern(ref):
            story.progress.note(f"no identity takes tokens of {ref}: name single refs, or --environment")
    return _identities(settings, cloud, story, settings.azure.resource_group, names, subjects, sides.issuer)


def set_up_pull_requests(
    settings: Settings, cloud: Cloud, story: Story, sides: Sides, *, staging_groups: Sequence[str]
) -> PullRequestSide:
    """Deploy a builder, storage and rights of their own for pull requests, whose versions go to the same gallery."""
    group, jobs = settings.azure.pull_request_resource_group, dict[str, CiIdentity]()
    principal = sides.pull_request_principal
    if principal is None:
        subjects = pull_request_subjects(sides.repositories)
        jobs = _identities(settings, cloud, story, group, [CI_PULL_REQUESTS], subjects, sides.issuer)
        principal = jobs[CI_PULL_REQUESTS].principal
    with story.step("pull_requests", f"Deploying the side of pull requests to {group}"):
        deployed = deploy_foundation(
            cloud,
            settings,
            azure_template("foundation"),
            principals=Principals(builders=(principal,)),
            deadline=Deadline.after(DEPLOYMENT_S, story.clock),
            group=group,
            staging_groups=staging_groups,
            note=story.progress.note,
        )
    return PullRequestSide(outputs=deployed.outputs, created=deployed.created, jobs=jobs)


def client_ids(jobs: Mapping[str, CiIdentity]) -> dict[str, str]:
    """What jobs log in with, by the names of the set-up's outputs."""
    if not jobs:
        return {}
    tenant_id = next(iter(jobs.values())).tenant_id
    return {"ciTenantId": tenant_id, **{_OUTPUTS[name]: one.client_id for name, one in jobs.items()}}


def _identities(
    settings: Settings,
    cloud: Cloud,
    story: Story,
    group: str,
    names: list[str],
    subjects: tuple[str, ...],
    issuer: str,
) -> dict[str, CiIdentity]:
    if not subjects:
        return {}
    with story.step("identities", f"Making identities for jobs: {', '.join(names)}"):
        made = make_ci_identities(
            cloud,
            group=group,
            location=settings.azure.location,
            names=names,
            subjects=subjects,
            issuer=issuer,
            deadline=Deadline.after(DEPLOYMENT_S, story.clock),
        )
        for subject in subjects:
            story.progress.note(f"takes tokens of {subject}")
    return dict(zip(names, made, strict=True))
