"""The statuses that go with a build."""

from typing import NoReturn

import pytest

from imagegate.errors import BuildFailed, Inconclusive, InputError, Interrupted
from imagegate.flows.build_for_commit import build_for_commit
from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess
from imagegate.model import ResourceId, Run, RunState, Stamp
from imagegate.model.build_result import BuildResult
from imagegate.model.github_event import GitHubEvent
from imagegate.steps.tell_commit import CommitTeller

VERSION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"
TEMPLATE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/web"


class Told(CommitTeller):
    """Remembers instead of posting."""

    def __init__(self) -> None:
        super().__init__(github=GitHubStatuses(GitHubAccess()), event=GitHubEvent(), note=lambda _: None)
        self.told: list[tuple[str, str, str]] = []

    def tell(self, context: str, state: str, description: str) -> None:
        """Remember."""
        self.told.append((context, state, description))


def result() -> BuildResult:
    """A build that went well."""
    run = Run.from_arm({"runState": "Succeeded"})
    assert run is not None
    assert run.state is RunState.SUCCEEDED
    return BuildResult(
        image_version_id=ResourceId.parse(VERSION),
        image_versions={"web": VERSION},
        template_id=ResourceId.parse(TEMPLATE),
        content_hash="h",
        base_version="1",
        stamp=Stamp(),
        run=run,
        substates={},
        staging_resource_group="",
        customization_log=None,
        timings={},
        resources=(),
    )


def test_a_version_waits_for_its_verification() -> None:
    """A build that went well closes its own status and opens the one of the verification."""
    told = Told()

    build_for_commit(result, told)

    assert [(context, state) for context, state, _ in told.told] == [
        ("imagegate/build", "pending"),
        ("imagegate/build", "success"),
        ("imagegate/verify", "pending"),
    ]


def test_nobody_verifies() -> None:
    """Where nothing verifies, nothing is left open."""
    told = Told()

    build_for_commit(result, told, open_verify=False)

    assert "imagegate/verify" not in {context for context, _, _ in told.told}


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (BuildFailed("The build failed.\nNo such package: x."), "failure", "No such package: x."),
        (InputError.of("no such file"), "failure", "no such file"),
        (Inconclusive("Quota."), "error", "Quota."),
        (KeyboardInterrupt(), "error", "Cancelled."),
        (Interrupted("Interrupted."), "error", "Cancelled."),
        (RuntimeError("defect"), "error", "Broke off: RuntimeError."),
    ],
)
def test_how_it_ended(error: BaseException, state: str, words: str) -> None:
    """The image's fault is a failure, everything else an error; the sentence names the cause."""
    told = Told()

    def build() -> NoReturn:
        raise error

    with pytest.raises(type(error)):
        build_for_commit(build, told)

    assert told.told[-1] == ("imagegate/build", state, words)
