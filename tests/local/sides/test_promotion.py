"""A promotion by the identity that verifies, of a version whose source lies where that identity has no right."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from imagegate.errors import NotAuthorised
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as
from job_services import JobServices
from localazure.control import fault
from sides_world import MAIN, REPOSITORY, TEMPLATE, Installation

_API = "2023-07-03"
_COMMIT, _RUN = "c" * 40, "7"
_JOB = {
    "GITHUB_REPOSITORY": REPOSITORY,
    "GITHUB_RUN_ID": _RUN,
    "GITHUB_SHA": _COMMIT,
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_REF": "refs/heads/main",
    "IMAGEGATE_PROMOTED_REFS": "refs/heads/main",
}
_CLAIMS = {
    "sub": MAIN,
    "repository": REPOSITORY,
    "ref": "refs/heads/main",
    "sha": _COMMIT,
    "event_name": "push",
    "job_workflow_ref": f"{REPOSITORY}/.github/workflows/image.yml@refs/heads/main",
    "run_id": _RUN,
    "run_number": "1",
    "run_attempt": "1",
}
_LIST_KEYS = "Microsoft.Storage/storageAccounts/listKeys/action"


@dataclass
class Job:
    """A job of main: it builds as one identity and verifies as another."""

    installation: Installation
    services: JobServices
    folder: Path

    def build(self) -> str:
        """Build until the template that the job removes is gone; the version's id."""
        exit_code, document = self._run("build", "ciClientId", str(self.folder))
        assert exit_code == 0, document
        assert document["signed"], document
        cloud = self.installation.cloud.cloud
        for operation in cloud.store.operations():
            cloud.long_running.wait(operation["id"])
        return str(document["image_version_id"])

    def build_and_keep_template(self) -> str:
        """Build, and have the service refuse to remove the template: its staging group stays as well."""
        self.ask_for("VirtualMachineImageTemplates_Delete", 409, "Conflict", "Another operation is in progress.")
        return self.build()

    def is_there(self, resource_id: str) -> bool:
        """Whether the cloud has a resource, whoever asks."""
        return self.installation.cloud.cloud.store.get(resource_id) is not None

    def verify(self, version_id: str) -> dict[str, Any]:
        """Verify, and return what was printed."""
        exit_code, document = self._run("verify", "ciVerifyClientId", version_id, "--reach", "run-command")
        assert exit_code == 0, document
        return document

    def promote(self, version_id: str) -> tuple[int, dict[str, Any]]:
        """Decide by hand, as the identity that verifies."""
        return self._run("promote", "ciVerifyClientId", version_id, "--reason", "it is needed")

    def verifier(self) -> Cloud:
        """The product's connection as the identity that verifies."""
        return self.installation.connect(self.installation.job("ciVerifyClientId", MAIN))

    def version(self, version_id: str) -> dict[str, Any]:
        """As it is now."""
        return dict(self.installation.connect().send("GET", version_id, api_version=_API))

    def ask_for(self, operation: str, status: int, code: str, message: str) -> None:
        """Ask for one answer of the service's own."""
        document = {"operation": operation, "status": status, "code": code, "message": message}
        self.installation.cloud.cloud.faults.add([fault.read(document)])

    def _run(self, command: str, output: str, target: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        environment = self.installation.job(output, MAIN) | _JOB | self.services.environment()
        return self.installation.run(command, *arguments, target=target, environment=environment)


@pytest.fixture
def job(two_sides: Installation, tmp_path: Path) -> Iterator[Job]:
    """A job whose image folder is in no work tree, so that its commit holds all of it."""
    folder = tmp_path / "image"
    shutil.copytree(TEMPLATE, folder)
    with JobServices(host="127.0.0.1", claims=lambda: _CLAIMS) as services:
        yield Job(two_sides, services, folder)


def _account_of(version: dict[str, Any]) -> str:
    return str(version["properties"]["storageProfile"]["osDiskImage"]["source"]["storageAccountId"])


def _excluded(version: dict[str, Any]) -> bool:
    return bool(version["properties"]["publishingProfile"]["excludeFromLatest"])


def test_promoted_though_its_source_may_not_be_read(job: Job) -> None:
    """`verify` promotes as imagegate-ci-verify; the same change with the source in it is refused by its name."""
    version_id = job.build_and_keep_template()
    hidden, verifier = job.version(version_id), job.verifier()
    account = _account_of(hidden)
    assert job.is_there(account)
    with pytest.raises(NotAuthorised), told_as("reading the source"):
        verifier.send("GET", account, api_version="2023-05-01")

    with pytest.raises(NotAuthorised) as refused, told_as("sending the source back"):
        verifier.send("PATCH", version_id, api_version=_API, body={"properties": hidden["properties"]})
    document = job.verify(version_id)

    assert (refused.value.action, refused.value.scope) == (_LIST_KEYS, account)
    assert "LinkedAuthorizationFailed" in refused.value.message
    assert (document["verdict"], document["promoted"]) == ("passed", True), document
    assert not _excluded(job.version(version_id))


def test_promoted_though_template_and_source_are_gone(job: Job) -> None:
    """A job removes its template, and with it goes the staging group that the version still names."""
    version_id = job.build()
    account = _account_of(job.version(version_id))
    assert not job.is_there(account)

    document = job.verify(version_id)

    assert (document["verdict"], document["promoted"]) == ("passed", True), document
    assert not _excluded(job.version(version_id))


def test_a_service_that_wants_the_source_names_the_missing_right(job: Job) -> None:
    """Where the service asks for the storage profile, the refusal that follows is told with action and scope."""
    version_id = job.build()
    account = _account_of(job.version(version_id))
    missing = "Required parameter 'storageProfile' is missing (null)."
    job.ask_for("GalleryImageVersions_Update", 400, "InvalidParameter", missing)

    exit_code, document = job.promote(version_id)

    error = document["error"]
    assert (exit_code, error["action"], error["scope"]) == (9, _LIST_KEYS, account)
    assert _excluded(job.version(version_id))
