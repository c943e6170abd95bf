"""The trial's steps in a local cloud that boots nothing: as whom each command runs, with which rights and no other.

A right that set-up gives from now on belongs into the lists below. Stories outside of this file run as these
identities as well. Only these run as the cloud's owner: `imagegate setup`; `promote` and `quarantine`, which people do;
the commands of the pages, as a person types them; builds of an installation whose principal is the owner
(`test_build`, `test_old_installation`); the first build of an acceptance run, since one without a second principal has
no other.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from rich.console import Console

from function_world import ServingEngine
from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest
from localazure.arm.operation_table import Operation
from localazure.assembly import LocalCloud
from localazure.http.authorization import Authorization
from localazure.trial.board import Board
from localazure.trial.cloud_session import CloudSession
from localazure.trial.job_login import BUILDS, split_login
from localazure.trial.origin import origin_of
from localazure.trial.outcome import Outcome
from localazure.trial.processes import ordinary_environment
from localazure.trial.screen import Screen
from localazure.trial.story import Stage, TrialOptions, Via, run_steps
from role_assignments import name_of, rights
from served_image import served_image

_GROUP, _SMOKE = "group rg-images", "group rg-images-smoke"
_STAGING = [f"rg-images-staging-{number}" for number in (1, 2)]
_LOGS = {f"imagegate logs ({name} …) on group {name}" for name in _STAGING}
_BUILDER = {
    f"imagegate builder (rg-images …) on {_GROUP}",
    "Storage Blob Data Reader on container scripts",
    *(f"Contributor on group {name}" for name in _STAGING),
}
_CI = {
    f"imagegate build (rg-images …) on {_GROUP}",
    "imagegate signer (rg-images …) on container origin",
    "Managed Identity Operator on identity imagegate-builder",
    "Storage Blob Data Contributor on container scripts",
    "Storage Blob Data Reader on container heartbeat",
    *_LOGS,
}
_CI_VERIFY = {
    f"imagegate verify (rg-images …) on {_GROUP}",
    f"imagegate verify (rg-images-smoke …) on {_SMOKE}",
    "Storage Blob Data Contributor on container records",
    "Storage Blob Data Reader on container origin",
}
_FUNCTION = {
    f"imagegate function, gallery (rg-images …) on {_GROUP}",
    f"imagegate function, templates (rg-images …) on {_GROUP}",
    f"imagegate function, smoke (rg-images-smoke …) on {_SMOKE}",
    "EventGrid Data Sender on topic imagegate-verdicts-…",
    "Monitoring Metrics Publisher on insights imagegate-…-insights",
    "Storage Blob Data Contributor on container heartbeat",
    "Storage Blob Data Contributor on container records",
    "Storage Blob Data Owner on account igfn…",
    "Storage Blob Data Reader on container origin",
    "Storage Queue Data Contributor on account igfn…",
    "Storage Table Data Contributor on account igfn…",
    *_LOGS,
}
_FUNCTION_NAME = "imagegate-…-identity"
_RIGHTS = {
    Via.COMMAND: {
        "owner": {"Owner on subscription", *_CI, *_CI_VERIFY},
        "imagegate-builder": _BUILDER,
        "imagegate-ci": _CI,
        "imagegate-ci-verify": _CI_VERIFY,
    },
    Via.FUNCTION: {
        "owner": {"Owner on subscription", *_CI},
        "imagegate-builder": _BUILDER,
        "imagegate-ci": _CI,
        _FUNCTION_NAME: _FUNCTION,
        "imagegate-…-letters": {"Storage Blob Data Contributor on container dead-letters"},
    },
}
_VERIFIER = {Via.COMMAND: "imagegate-ci-verify", Via.FUNCTION: _FUNCTION_NAME}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A trial that was told to its end: by operation who was let do it, and who was refused which action."""

    stage: Stage
    cloud: LocalCloud
    callers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    refused: set[tuple[str, str]] = field(default_factory=set)


@pytest.fixture(scope="module", params=list(Via))
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A whole trial by each road."""
    with _trial(tmp_path_factory.mktemp("trial"), request.param) as stage_and_cloud:
        stage, cloud = stage_and_cloud
        found = Told(stage=stage, cloud=cloud)
        with pytest.MonkeyPatch.context() as patched:
            _watch(patched, found)
            run_steps(stage)
        yield found


@contextmanager
def _trial(folder: Path, via: Via) -> Iterator[tuple[Stage, LocalCloud]]:
    """What `run_trial` prepares, with an engine whose machines answer at once."""
    with ExitStack() as stack:
        engine = ServingEngine(folder / "engine", stack)
        cloud = stack.enter_context(LocalCloud(state=folder / "state", engine=engine, event_speed=60))
        image = served_image(folder / "image", engine.port)
        origin = origin_of(image, {})
        ordinary, owner = split_login(ordinary_environment(cloud.environment))
        yield (
            Stage(
                folder=image,
                origin=origin,
                options=TrialOptions(state=folder, cache=folder, logs=folder, via=via),
                environment=ordinary,
                owner=owner,
                outcome=Outcome(folder=str(image)),
                screen=stack.enter_context(Screen(Console(file=io.StringIO()), lambda: "")),
                board=stack.enter_context(Board(folder / "state" / "tls" / "server.pem", origin.claims)),
                session=stack.enter_context(CloudSession(cloud.environment)),
            ),
            cloud,
        )


def _watch(patched: pytest.MonkeyPatch, told: Told) -> None:
    """Remember who was let do what, and who was not."""
    ask = Authorization.__call__

    def watched(self: Authorization, request: ArmRequest, operation: Operation) -> None:
        who = _shown(name_of(told.cloud, request.principal.object_id))
        try:
            ask(self, request, operation)
        except ArmError:
            told.refused.add((who, operation.action))
            raise
        told.callers[operation.operation_id].add(who)

    patched.setattr(Authorization, "__call__", watched)


def _shown(text: str) -> str:
    """Without the 13 characters by which names are unique."""
    return re.sub(r"(?<![a-z])(igfn)?[a-z2-7]{13}\b", r"\1…", text)


def _via(told: Told) -> Via:
    return told.stage.options.via


def test_the_rights_of_the_identities_are_enough(told: Told) -> None:
    """The image is built, its log is read, it is signed, verified and promoted."""
    document = told.stage.outcome.document()

    assert (document["exit_code"], document["verdict"], document["promoted"]) == (0, "passed", True), document
    assert document["customization_log"] is not None


def test_what_is_refused(told: Told) -> None:
    """The version of a platform's base alone, which only a right on the subscription would show; a note says so."""
    read = "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read"

    assert told.refused == {("imagegate-ci", read)}


def test_nobody_has_a_right_that_is_not_listed(told: Told) -> None:
    """Every principal with any role assignment in the cloud, and all that it has."""
    found = {_shown(who): {_shown(one) for one in given} for who, given in rights(told.cloud).items()}

    assert found == _RIGHTS[_via(told)]


def test_each_identity_does_its_own_part(told: Told) -> None:
    """The owner submits, runs, boots and promotes nothing; the Function verifies as its own identity."""
    asked = {
        "VirtualMachineImageTemplates_CreateOrUpdate": {"imagegate-ci"},
        "VirtualMachineImageTemplates_Run": {"imagegate-ci"},
        "VirtualMachineImageTemplates_Delete": {"imagegate-ci"},
        "GalleryImageVersions_CreateOrUpdate": {"imagegate-builder"},
        "VirtualMachines_CreateOrUpdate": {_VERIFIER[_via(told)]},
        "VirtualMachines_Delete": {_VERIFIER[_via(told)]},
        "GalleryImageVersions_Update": {_VERIFIER[_via(told)]},
    }

    assert {name: told.callers[name] for name in asked} == asked


def test_an_unsigned_build_logs_in_as_well(told: Told) -> None:
    """A job that may ask for no token logs in by the token in its file, builds, and signs nothing."""
    options = replace(told.stage.options, unsigned=True)
    outcome = Outcome(folder=str(told.stage.folder), commands={"setup": told.stage.outcome.commands["setup"]})

    replace(told.stage, options=options, outcome=outcome).run_as(BUILDS, "build", str(told.stage.folder))

    built = outcome.commands["build"]
    assert (built.exit_code, built.document["signed"]) == (0, []), built.document
