"""The statuses that go with a build."""

from collections.abc import Sequence
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
        self.subjects: list[tuple[str, ...]] = []

    def tell(self, context: str, state: str, description: str, *, run: str = "", subjects: Sequence[str] = ()) -> None:
        """Remember."""
        self.told.append((context, state, description))
        self.subjects.append(tuple(subjects))


def result(**artifacts: str) -> BuildResult:
    """A build that went well; `artifacts` by run output, by default one gallery version."""
    versions = artifacts or {"web": VERSION}
    first = next((one for one in versions.values() if "/galleries/" in one), None)
    run = Run.from_arm({"runState": "Succeeded"})
    assert run is not None
    assert run.state is RunState.SUCCEEDED
    return BuildResult(
        image_version_id=ResourceId.parse(first) if first else None,
        image_versions=versions,
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

    build_for_commit(result, told, image="web", folder="/images/web")

    assert [(context, state) for context, state, _ in told.told] == [
        ("imagegate/build (web)", "pending"),
        ("imagegate/build (web)", "success"),
        ("imagegate/verify (web)", "pending"),
    ]
    assert told.subjects == [("/images/web",), ("/images/web",), (VERSION,)]


def test_every_version_waits() -> None:
    """The verification waits for each gallery version of the run, whatever else the run put out."""
    told, other = Told(), VERSION.replace("golden", "silver")

    build_for_commit(lambda: result(a=VERSION, b=other, c="https://x/disk.vhd"), told, image="web")

    assert told.subjects[-1] == (VERSION, other)
    assert told.told[-1][2] == "2 image versions wait to be booted and probed."


def test_without_a_version_there_is_nothing_to_verify() -> None:
    """A build of a VHD or a managed image alone leaves no required check waiting."""
    told = Told()

    build_for_commit(lambda: result(disk="https://x/disk.vhd"), told, image="web")

    assert told.told[-1] == (
        "imagegate/verify (web)",
        "success",
        "Nothing to verify: no gallery version was built.",
    )


def test_nobody_verifies() -> None:
    """Where nothing verifies, nothing is left open."""
    told = Told()

    build_for_commit(result, told, image="web", open_verify=False)

    assert {context for context, _, _ in told.told} == {"imagegate/build (web)"}


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (BuildFailed("The build failed.\nNo such package: x."), "failure", "No such package: x."),
        (InputError.of("no such file"), "failure", "no such file"),
        (Inconclusive("Quota."), "error", "Quota."),
        (KeyboardInterrupt(), "error", "Cancelled."),
        (Interrupted("Interrupted."), "error", "Cancelled."),
        (RuntimeError("defect"), "error", "Unexpected error: RuntimeError."),
    ],
)
def test_how_it_ended(error: BaseException, state: str, words: str) -> None:
    """The image's fault is a failure, everything else an error; the sentence names the cause."""
    told = Told()

    def build() -> NoReturn:
        raise error

    with pytest.raises(type(error)):
        build_for_commit(build, told, image="web")

    assert told.told[1:] == [
        ("imagegate/build (web)", state, words),
        ("imagegate/verify (web)", "error", f"Not verified: {words}"),
    ]
