"""The story of a build, told against image builder's side of it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fake_blobs import FakeBlobs
from fake_image_builder import GROUP, TEMPLATES, ImageBuilder, busy, missing
from fake_wire import SUBSCRIPTION, Answer, HandClock, Seen, Wire, cloud_on
from imagegate.errors import (
    BuildFailed,
    ImageVersionUnusable,
    InputError,
    Interrupted,
    LeftoversAfterError,
    LoginFailed,
    NotAuthorised,
    ResourceMissing,
    ServiceRefused,
)
from imagegate.flows.build import build_image
from imagegate.model.build_result import BuildResult
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.report.progress import Story
from imagegate.settings import load_settings

GALLERY = "/subscriptions/SUBSCRIPTION/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/golden"
SETTINGS = """\
name: web
azure:
  {subscription: SUBSCRIPTION, resource-group: rg-images, location: westeurope, gallery: golden, definition: web,
   further-definitions: [GALLERY/images/web-arm]}
smoke: {probes: [{http: {contains: It works}}]}
"""
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"galleryName": {"type": "string"}, "imageTemplateName": {"type": "string"}},
    "resources": [
        {
            "type": "Microsoft.VirtualMachineImages/imageTemplates",
            "apiVersion": "2025-10-01",
            "name": "[parameters('imageTemplateName')]",
            "location": "[resourceGroup().location]",
            "tags": {"team": "web"},
            "properties": {
                "source": {
                    "type": "PlatformImage",
                    "publisher": "Debian",
                    "offer": "debian-12",
                    "sku": "12-gen2",
                    "version": "latest",
                },
                "customize": [
                    {"type": "Shell", "name": "first", "inline": ["true"]},
                    {"type": "Shell", "name": "second", "scriptUri": "scripts/second.sh"},
                ],
                "distribute": [
                    {
                        "type": "SharedImage",
                        "runOutputName": name,
                        "galleryImageId": "[resourceId('Microsoft.Compute/galleries/images',"
                        f" parameters('galleryName'), '{name}')]",
                        "artifactTags": {"os": "debian"},
                    }
                    for name in ("web", "web-arm")
                ],
            },
        }
    ],
}
GITHUB = {
    "GITHUB_REPOSITORY": "owner/repository",
    "GITHUB_SHA": "c" * 40,
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_RUN_ID": "77",
}
OPERATION = "019d793b-1111-2222-3333-444455556666"
LOG = "\n".join(
    f"[{OPERATION}] PACKER 2026/11/01 12:00:0{second} {text}"
    for second, text in enumerate(
        (
            "[INFO] (telemetry) Starting provisioner shell",
            "ui: ==> azure-arm: Provisioning with shell script: /tmp/packer-shell1",
            "[INFO] (telemetry) ending shell",
            "[INFO] (telemetry) Starting provisioner shell",
            "ui: ==> azure-arm: Provisioning with shell script: /tmp/packer-shell2",
            "ui:     azure-arm: frobnicate: the cog is stuck",
            "[INFO] (telemetry) ending shell",
            "ui: ==> azure-arm: Provisioning step had errors: Running the cleanup provisioner, if present...",
            (
                "ui error: Build 'azure-arm' errored after 4 seconds: Script exited with non-zero exit status: 7."
                " Allowed exit codes are: [0]"
            ),
        )
    )
)


class Told:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step_began(self, title: str) -> None:
        """Remember nothing: the end tells as much."""

    def step_ended(self, title: str, *, passed: bool, seconds: float) -> None:
        """Remember how it ended."""
        self.lines.append(f"{'✓' if passed else '✗'} {title}")

    def note(self, text: str) -> None:
        """Remember the note."""
        self.lines.append(text)

    def log_line(self, line: str) -> None:
        """Remember nothing."""

    def undoing(self, text: str) -> None:
        """Remember what is undone."""
        self.lines.append(f"({text})")


type Build = Callable[..., BuildResult]


@pytest.fixture
def service(wire: Wire, clock: HandClock) -> ImageBuilder:
    """Image builder, with nothing in it."""
    return ImageBuilder(wire, clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An image's folder."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "second.sh").write_text("#!/bin/sh\nfrobnicate\n")
    (tmp_path / "imagegate.yaml").write_text(SETTINGS.replace("GALLERY", GALLERY).replace("SUBSCRIPTION", SUBSCRIPTION))
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE, indent=2))
    return tmp_path


@pytest.fixture
def told() -> Told:
    """What the story told."""
    return Told()


@pytest.fixture
def kept() -> list[SubmittedTemplate | None]:
    """What the build kept for its post step, the newest last."""
    return []


@pytest.fixture
def build(
    wire: Wire,
    clock: HandClock,
    service: ImageBuilder,
    folder: Path,
    told: Told,
    kept: list[SubmittedTemplate | None],
) -> Build:
    """Run the story once."""

    def run(*, signs_later: bool = False, **environment: str) -> BuildResult:
        return build_image(
            load_settings(folder, environment={}),
            cloud_on(wire),
            Story(told, clock),
            environment=GITHUB | environment,
            logs=folder / "logs",
            keep=kept.append,
            signs_later=signs_later,
        )

    return run


def _one(wire: Wire, method: str, tail: str = "") -> Seen:
    calls = wire.calls(method, rf"{TEMPLATES}/[^/]+{tail}")
    assert len(calls) == 1
    return calls[0]


def test_from_a_folder_to_a_version(build: Build, wire: Wire, folder: Path) -> None:
    """A first build submits the stamped template with its scripts by content, runs it, and returns the version."""
    result = build()

    body = _one(wire, "PUT").json
    script = body["properties"]["customize"][1]
    assert re.fullmatch("web-[a-z0-9]{10}", result.template_id.name)
    assert result.base_version == "0.20261015.1"
    assert script["scriptUri"] == f"https://scripts.blob.core.windows.net/scripts/{script['sha256Checksum']}.sh"
    assert body["tags"] == {
        "team": "web",
        "imagegate-image": "web",
        "imagegate-job-key": result.stamp.job_key,
        "imagegate-repository": "owner/repository",
        "imagegate-commit": "c" * 40,
        "imagegate-ref": "refs/heads/main",
        "imagegate-run": "77-1",
        "imagegate-content-hash": result.content_hash,
        "imagegate-owner": "imagegate",
        "imagegate-expires-at": body["tags"]["imagegate-expires-at"],
    }
    for target in body["properties"]["distribute"]:
        assert target["artifactTags"].items() >= {"os": "debian", "imagegate-commit": "c" * 40}.items()
        assert "It works" in target["artifactTags"]["imagegate-smoke-0"]
        assert target["excludeFromLatest"] is True
    assert str(result.image_version_id).endswith("/galleries/golden/images/web/versions/1.0.1")
    assert set(result.image_versions) == {"web", "web-arm"}
    assert Path(str(result.customization_log)).read_bytes() == b"log\n"
    assert set(result.to_json()) >= {"image_version_id", "template_id", "content_hash", "run", "timings", "resources"}


def test_function_that_is_not_alive(build: Build, wire: Wire, told: Told) -> None:
    """Where the Function's last heartbeat is old the build says so in one line, and goes on."""
    urls = {
        "scriptContainerUrl": "scripts.blob.core.windows.net/scripts",
        "heartbeatContainerUrl": "a.example/heartbeat",
    }
    outputs = {name: {"type": "String", "value": f"https://{url}"} for name, url in urls.items()}
    deployment = f"{GROUP}/providers/Microsoft.Resources/deployments/imagegate-foundation"
    wire.on("GET", deployment, Answer(body={"properties": {"provisioningState": "Succeeded", "outputs": outputs}}))
    heartbeat = {"schema": "imagegate.heartbeat.v1", "at": "2026-01-01T00:00:00Z", "release": "0", "started": {}}
    FakeBlobs(wire, "heartbeat").write("/heartbeat/heartbeat.json", json.dumps(heartbeat).encode())

    assert build().image_version_id is not None

    assert len([line for line in told.lines if line.startswith("the Function has not looked at its images for")]) == 1


def test_nothing_is_changed_before_the_template_is_usable(build: Build, wire: Wire, folder: Path) -> None:
    """A template with faults ends the story before the first request."""
    (folder / "scripts" / "second.sh").unlink()

    with pytest.raises(InputError, match=r"template\.json:\d+:\d+: .*scriptUri: there is no file \S+scripts/second.sh"):
        build()

    assert wire.seen == []


def test_a_refused_login_ends_the_step_that_meets_it(build: Build, wire: Wire, told: Told) -> None:
    """The first step that asks Azure has the cross and is the last one; there is no tick for what was not learnt."""
    refused = Answer(status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": "no"}})
    for method in ("GET", "PUT", "POST"):
        wire.on(method, ".*", refused)

    with pytest.raises(LoginFailed):
        build()

    assert [line for line in told.lines if line.startswith(("✓", "✗"))][1:] == ["✗ Looking up the base image"]
    assert not any("base version" in line for line in told.lines)


def test_each_build_has_a_template_of_its_own(build: Build, wire: Wire, service: ImageBuilder) -> None:
    """A second build of the same content submits a template of its own; each is removed when its version is there."""
    first, second = build(), build(GITHUB_RUN_ID="78")

    assert first.template_id != second.template_id
    assert (first.content_hash, service.templates) == (second.content_hash, {})
    assert len(wire.calls("PUT", "/scripts/.*")) == 1


def test_the_template_of_a_failed_build_stays(build: Build, service: ImageBuilder) -> None:
    """A failed build leaves its template, since the logs in its staging group go with it."""
    service.ends_in = "Failed"

    with pytest.raises(BuildFailed):
        build()

    assert len(service.templates) == 1


def test_what_a_killed_build_would_leave(
    build: Build, kept: list[SubmittedTemplate | None], wire: Wire, service: ImageBuilder
) -> None:
    """The template is kept before it is submitted, then with the run's start; in the end nothing is left."""
    at_submission: list[int] = []

    def submit(seen: Seen) -> Answer:
        at_submission.append(len(kept))
        return service._put(seen)

    wire.on("PUT", rf"{TEMPLATES}/[^/]+", submit)

    result = build()

    first, *_, last, end = kept
    assert at_submission == [1]
    assert first is not None
    assert last is not None
    assert end is None
    assert (first.id, first.body, first.run_started_at) == (result.template_id, _one(wire, "PUT").json, None)
    assert (last.body, last.run_started_at) == (first.body, result.run.started_at)


def test_what_the_service_refused_is_not_left(
    build: Build, kept: list[SubmittedTemplate | None], wire: Wire, service: ImageBuilder
) -> None:
    """After a refused submission, and after a failed run, there is nothing for a post step."""
    service.ends_in = "Failed"
    with pytest.raises(BuildFailed):
        build()
    assert kept.pop() is None

    wire.on("PUT", rf"{TEMPLATES}/[^/]+", Answer(status=400, body={"error": {"code": "BadRequest", "message": "no"}}))
    with pytest.raises(InputError):
        build()
    assert kept.pop() is None


@pytest.mark.parametrize("signs_later", [True, False])
def test_what_could_not_be_signed_is_left_to_a_post_step(
    build: Build, kept: list[SubmittedTemplate | None], wire: Wire, service: ImageBuilder, *, signs_later: bool
) -> None:
    """Where a service failed, and only there, the template stays for a post step; the build succeeds."""
    wire.on("GET", "/token", Answer(body={"value": "a.b.c"}))
    token = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.example/token", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}

    result = build(signs_later=signs_later, **token)

    assert all("has no origin container" in reason for reason in result.unsigned.values())
    assert len(result.unsigned) == 2
    assert bool(service.templates) is signs_later
    assert (kept[-1] is None) is not signs_later
    assert build(signs_later=signs_later).signed == ()
    assert kept[-1] is None


def test_a_template_that_is_not_what_was_sent(build: Build, wire: Wire, service: ImageBuilder, told: Told) -> None:
    """A difference is told, the versions stay unsigned for it, and the build succeeds."""
    service.on_run = lambda name: service.templates[name]["properties"]["customize"].pop()

    result = build()

    assert result.run.state == "Succeeded"
    assert {reason[:65] for reason in result.unsigned.values()} == {
        "its image template is not what this job sent (properties.customiz"
    }
    assert any(line.startswith("not as sent: properties.customize[1]: sent {") for line in told.lines)


def test_a_template_that_cannot_be_removed_changes_nothing(build: Build, wire: Wire, told: Told) -> None:
    """A refused delete is noted: the version is built, and the sweep removes the template."""
    refused = Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}})
    wire.on("DELETE", rf"{TEMPLATES}/[^/]+", refused)

    assert build().run.state == "Succeeded"
    assert any("could not be removed" in line for line in told.lines)


def test_a_script_that_changed_changes_the_content(build: Build, folder: Path) -> None:
    """The content hash follows the scripts, the base and the template, and not the stamp."""
    first = build()
    same = build(GITHUB_SHA="d" * 40)
    (folder / "scripts" / "second.sh").write_text("#!/bin/sh\nother\n")

    assert first.content_hash == same.content_hash
    assert build().content_hash != first.content_hash


@pytest.mark.parametrize("status", [500, 503, 504])
def test_a_conflict_after_a_repeated_request_is_our_own(
    build: Build, wire: Wire, service: ImageBuilder, status: int
) -> None:
    """The pipeline repeats a request that was answered 5xx although it took effect; the conflict then is ours."""

    def took_effect(seen: Seen) -> Answer:
        service._run(seen)
        return Answer(status=status, body={"error": {"code": "InternalServerError", "message": "x"}})

    wire.on("POST", rf"{TEMPLATES}/[^/]+/run", took_effect, busy())

    result = build()

    assert result.run.state == "Succeeded"
    assert service.cancelled == []


def test_a_run_that_never_was_is_an_error(build: Build, wire: Wire) -> None:
    """A conflict without a newer run is told as Azure tells it."""
    wire.on("POST", rf"{TEMPLATES}/[^/]+/run", busy())

    with pytest.raises(ServiceRefused, match="Starting a run of the image template"):
        build()


def test_errors_while_watching_are_waited_out(build: Build, wire: Wire, service: ImageBuilder, told: Told) -> None:
    """Image builder answers 500 and 404 for templates whose run goes on; the build goes on too."""
    service.run_s = 600
    normal = service._get
    error = Answer(status=500, body={"error": {"code": "InternalError", "message": "This is a generic error."}})

    def unwell(seen: Seen) -> Answer:
        answer = normal(seen)
        running = (answer.body or {}).get("properties", {}).get("lastRunStatus")  # type: ignore[attr-defined]  # a JSON object
        age = service.clock.time % 60
        if running and age < 20:
            return error if age < 10 else missing("template")
        return answer

    wire.on("GET", rf"{TEMPLATES}/[^/]+", unwell)

    assert build().run.state == "Succeeded"
    assert any(line.startswith("no good answer about the run, asking on") for line in told.lines)


def test_errors_without_end_are_an_error(build: Build, wire: Wire, service: ImageBuilder) -> None:
    """After five minutes without a good answer the story gives up, and cancels the run that may be going on."""
    service.run_s = 6000
    service.on_run = lambda _name: wire.on(
        "GET", rf"{TEMPLATES}/[^/]+", service._get, Answer(status=500, body={"error": {"code": "X", "message": "y"}})
    )

    with pytest.raises(ServiceRefused, match="Reading the image template"):
        build()

    assert len(service.cancelled) == 1


def test_a_failed_build_names_the_customizer(build: Build, service: ImageBuilder, folder: Path) -> None:
    """Exit 3 says which customizer failed, its script, its exit status and its last words, and where the log is."""
    service.ends_in, service.log = "Failed", LOG.encode()
    service.message = (
        "During the image build a failure has occurred. Packer build logs are at location /x/y.log. Please"
    )

    with pytest.raises(BuildFailed) as caught:
        build()

    text = str(caught.value)
    assert caught.value.exit_code == 3
    assert "Its script: " in text
    assert "/scripts/second.sh" in text
    assert '"second"' in text
    assert "the cog is stuck" in text
    assert "7" in text
    assert f"The whole log: {folder}/logs/" in text
    assert service.cancelled == []


def test_a_failed_validator_is_named_by_its_own_log(build: Build, service: ImageBuilder, folder: Path) -> None:
    """When validating failed, the validators' own log is fetched too, and the validator named with its line."""
    document = json.loads((folder / "template.json").read_text())
    validators = [{"type": "Shell", "name": name, "inline": ["true"]} for name in ("serves", "is-closed")]
    document["resources"][0]["properties"]["validate"] = {"inVMValidations": validators}
    (folder / "template.json").write_text(json.dumps(document, indent=2))
    service.ends_in, service.later_state, service.validation_log = "Failed", "Validating", LOG.encode()

    with pytest.raises(BuildFailed) as caught:
        build()

    assert 'validate[1] "is-closed" (Shell) ended with exit status 7' in str(caught.value)
    assert str(caught.value.details["validation_log"]).endswith("/validation.log")
    assert str(caught.value.details["customization_log"]).endswith("/customization.log")


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("Canceled", "The build was cancelled"), ("PartiallySucceeded", "The build succeeded in part")],
)
def test_other_ends(build: Build, service: ImageBuilder, state: str, sentence: str) -> None:
    """A cancelled and a half successful build are failures with sentences of their own."""
    service.ends_in = state

    with pytest.raises(BuildFailed, match=sentence):
        build()


TIME_IS_UP = (
    "Failed in distributing 1 images out of total 1: {[Error 0] [Distribute 0] Error publishing MDI to Shared Image "
    "Gallery:/subscriptions/x/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/golden/images/web, "
    "Location:westeurope. Error: Error returned from SIG client while publishing MDI to shared image gallery for "
    "dstImageLocation: westeurope, dstSubscription: x, dstResourceGroupName: rg-images, dstGalleryName: golden, "
    "dstGalleryImageName: web. Error: Error waiting on shared image gallery future for resource group: rg-images, "
    "gallery name: golden, gallery image name: web. Error: Future#WaitForCompletion: context has been cancelled: "
    "StatusCode=200 -- Original Error: context deadline exceeded}"
)


def _version(definition: str, stamp_of: dict[str, str], region: tuple[str, int], state: str = "Creating") -> Answer:
    """The gallery's answer for one version of a definition, whose second region is as told."""
    regions = [("westeurope", "Completed", 100), ("northeurope", *region)]
    return Answer(
        body={
            "id": f"{GROUP}/providers/Microsoft.Compute/galleries/golden/images/{definition}/versions/1.0.7",
            "location": "westeurope",
            "tags": stamp_of,
            "properties": {
                "provisioningState": state,
                "publishingProfile": {"targetRegions": [{"name": name} for name, _, _ in regions]},
                "replicationStatus": {
                    "summary": [{"region": n, "state": s, "progress": p} for n, s, p in regions],
                },
            },
        }
    )


@pytest.fixture
def late(wire: Wire, service: ImageBuilder) -> Callable[..., None]:
    """Let the run's time be over while its versions are replicated; they then answer one state after the other."""

    def set_up(*states: tuple[str, int], last: str = "Succeeded", tagged: bool = True) -> None:
        service.ends_in, service.message = "Failed", TIME_IS_UP
        for definition in ("web", "web-arm"):
            one = rf"{GROUP}/providers/Microsoft.Compute/galleries/golden/images/{definition}/versions"

            def tags() -> dict[str, str]:
                (template,) = service.templates.values()
                return dict(template["tags"]) if tagged else {}

            def listed(_seen: Seen, definition: str = definition) -> Answer:
                old = _version(definition, {"imagegate-run": "1-1"}, ("Completed", 100), "Succeeded").body
                assert isinstance(old, dict)
                new = _version(definition, tags(), states[0]).body
                return Answer(body={"value": [{**old, "id": old["id"].replace("1.0.7", "1.0.6")}, new]})

            def stands(state: tuple[str, int], provisioning: str, definition: str) -> Callable[[Seen], Answer]:
                return lambda _seen: _version(definition, tags(), state, provisioning)

            wire.on("GET", one, listed)
            steps = [stands(state, "Creating", definition) for state in states[:-1]]
            wire.on("GET", f"{one}/1.0.7", *steps, stands(states[-1], last, definition))

    return set_up


def test_a_version_that_outlives_its_run_is_waited_for(
    build: Build, late: Callable[..., None], told: Told, clock: HandClock
) -> None:
    """When only the run's time was over, the version is found by its stamp, waited for, and is the build's result."""
    late(("Replicating", 40), ("Replicating", 80), ("Completed", 100))

    result = build()

    assert result.run.state == "TimedOutReplicating"
    assert str(result.image_version_id).endswith("/images/web/versions/1.0.7")
    assert set(result.image_versions) == {"web", "web-arm"}
    assert result.replication == dict.fromkeys(
        ("westeurope (web)", "northeurope (web)", "westeurope (web-arm)", "northeurope (web-arm)"), "Completed"
    )
    assert any("northeurope (web): Replicating, 40 %" in line for line in told.lines)
    assert result.to_json()["run"]["state"] == "TimedOutReplicating"


def test_a_version_that_still_replicates_at_the_limit_is_told(build: Build, late: Callable[..., None]) -> None:
    """After the limit it is a failure that says so: how far each region is, the version's id, and not to build anew."""
    late(("Replicating", 40), last="Creating")

    with pytest.raises(BuildFailed) as caught:
        build()

    text, details = str(caught.value), caught.value.details
    assert "The image was built; the run's time was over while it was being replicated." in text
    assert "northeurope (web): Replicating, 40 %" in text
    assert "Do not build again yet: `imagegate verify /subscriptions/" in text
    assert str(details["image_version_id"]).endswith("/images/web/versions/1.0.7")
    assert details["run"]["state"] == "TimedOutReplicating"  # type: ignore[index]  # a JSON object
    assert details["replication"]["northeurope (web)"] == "Replicating, 40 %"  # type: ignore[index]  # a JSON object


def test_a_replication_that_fails_after_its_run_is_told(build: Build, late: Callable[..., None]) -> None:
    """A region that fails while we wait ends the waiting, as a fault of the distribution."""
    late(("Replicating", 40), ("Failed", 40), last="Failed")

    with pytest.raises(BuildFailed, match="its replication to northeurope failed since") as caught:
        build()

    assert caught.value.details["diagnosis"]["category"] == "distribute"  # type: ignore[index]  # a JSON object


def test_a_version_of_another_run_is_not_taken_for_ours(build: Build, late: Callable[..., None], told: Told) -> None:
    """Without a version that carries the run's stamp it is a failed run whose time was over, and nothing is waited."""
    late(("Replicating", 40), tagged=False)

    with pytest.raises(BuildFailed) as caught:
        build()

    assert caught.value.details["run"]["state"] == "Failed"  # type: ignore[index]  # a JSON object
    assert "replication" not in caught.value.details
    assert "The run's time was over while the image was replicated" in str(caught.value)


def test_a_gallery_that_cannot_be_read_does_not_hide_the_failure(
    build: Build, wire: Wire, service: ImageBuilder, told: Told
) -> None:
    """Whether there is a version cannot be told without rights on the gallery; the failure is told all the same."""
    service.ends_in, service.message = "Failed", TIME_IS_UP
    refused = Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}})
    wire.on("GET", r".*/galleries/golden/images/.*/versions", refused)

    with pytest.raises(BuildFailed, match="replicated"):
        build()

    assert any(line.startswith("it cannot be told whether there is a version") for line in told.lines)


def test_an_interruption_cancels_the_run(build: Build, clock: HandClock, service: ImageBuilder, told: Told) -> None:
    """Ctrl-C while watching asks the service to cancel, and leaves as an interruption."""

    def interrupt(_seconds: float) -> None:
        if clock.time > 1010:
            raise KeyboardInterrupt

    clock.at_sleep = interrupt

    with pytest.raises(KeyboardInterrupt):
        build()

    assert len(service.cancelled) == 1
    assert any(line.startswith("(cancelling the run of web-") for line in told.lines)


def test_a_run_that_cannot_be_cancelled_is_told(
    build: Build, wire: Wire, clock: HandClock, service: ImageBuilder
) -> None:
    """When cancelling fails the run may go on: that is told with the command that cancels it; nothing is retried."""
    service.on_run = lambda _name: setattr(clock, "at_sleep", _interrupt)
    wire.on("POST", rf"{TEMPLATES}/[^/]+/cancel", Answer(status=503, body={"error": {"code": "Busy", "message": "no"}}))

    with pytest.raises(LeftoversAfterError, match="az image builder cancel --name web-"):
        build()

    assert len(wire.calls("POST", rf"{TEMPLATES}/[^/]+/cancel")) == 1


@pytest.mark.parametrize("status", [404, 409])
def test_a_run_that_ended_meanwhile_needs_no_cancelling(
    build: Build, wire: Wire, clock: HandClock, service: ImageBuilder, status: int
) -> None:
    """When there is nothing to cancel any more, the interruption is all that there is to tell."""
    service.on_run = lambda _name: setattr(clock, "at_sleep", _interrupt)
    wire.on("POST", rf"{TEMPLATES}/[^/]+/cancel", Answer(status=status, body={"error": {"code": "X", "message": "no"}}))

    with pytest.raises(KeyboardInterrupt):
        build()


def test_an_interruption_while_the_run_starts_cancels_it(build: Build, clock: HandClock, service: ImageBuilder) -> None:
    """A run that may have begun is cancelled also when the interruption came before it was seen."""

    def interrupt(_seconds: float) -> None:
        raise Interrupted("Interrupted.")

    service.on_run = lambda _name: setattr(clock, "at_sleep", interrupt)

    with pytest.raises(Interrupted):
        build()

    assert len(service.cancelled) == 1


def test_nobody_elses_run_is_cancelled(build: Build, wire: Wire, service: ImageBuilder) -> None:
    """A request to run that is refused leaves nothing of ours behind, so nothing is cancelled."""
    refused = Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}})
    wire.on("POST", rf"{TEMPLATES}/[^/]+/run", refused)

    with pytest.raises(NotAuthorised):
        build()

    assert service.cancelled == []


def _interrupt(_seconds: float) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("minutes", [30, 60])
def test_a_long_build_costs_few_requests(build: Build, wire: Wire, service: ImageBuilder, minutes: int) -> None:
    """A build of 30 minutes stays under 100 requests, one of an hour under 160."""
    service.run_s = minutes * 60

    build()

    assert len(wire.seen) < {30: 100, 60: 160}[minutes]


def test_a_heartbeat_every_half_minute(build: Build, service: ImageBuilder, told: Told) -> None:
    """A state that does not change is told again after half a minute."""
    service.run_s = 900

    build()

    beats = [line for line in told.lines if line.startswith("still Running")]
    assert 30 <= len(beats) <= 32


def test_the_services_pace_is_kept(build: Build, wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """A service that asks to be asked every two seconds is asked every two seconds."""
    wire.on("POST", rf"{TEMPLATES}/[^/]+/run", lambda seen: _with_retry_after(service._run(seen)))

    build()

    assert clock.slept[-20:] == [2.0] * 20


def _with_retry_after(answer: Answer) -> Answer:
    return Answer(status=answer.status, body=answer.body, headers={"Retry-After": "2"})


def test_without_a_foundation(build: Build, wire: Wire) -> None:
    """Local scripts need the container that setup makes; without it the error says what to run."""
    wire.on("GET", rf"{GROUP}/providers/Microsoft.Resources/deployments/.*", missing("imagegate-foundation"))

    with pytest.raises(ResourceMissing, match="Run `imagegate setup FOLDER` first"):
        build()


def test_an_output_elsewhere_is_no_result(build: Build, wire: Wire) -> None:
    """An output in another gallery than the template promised is refused."""
    other = f"{GROUP}/providers/Microsoft.Compute/galleries/other/images/web/versions/1.0.0"
    answer = Answer(body={"value": [{"name": "web", "properties": {"artifactId": other}}]})
    wire.on("GET", rf"{TEMPLATES}/[^/]+/runOutputs", answer)

    with pytest.raises(ImageVersionUnusable) as caught:
        build()

    assert "expected a version of" in str(caught.value)
    assert "web-arm: there is no output; found web" in str(caught.value)


def test_a_template_that_azure_refuses(build: Build, wire: Wire) -> None:
    """An answer 400 to the submission is the template's fault: exit 2, with the file's name and Azure's words."""
    refusal = {"error": {"code": "ValidationFailed", "message": "Validation failed: Field 'imageId' has a bad value"}}
    wire.on("PUT", rf"{TEMPLATES}/[^/]+", Answer(status=400, body=refusal))

    with pytest.raises(InputError, match=r"template\.json: Azure refuses it: ValidationFailed: .*'imageId'"):
        build()


def test_rights_that_are_still_on_their_way(build: Build, wire: Wire, service: ImageBuilder, told: Told) -> None:
    """A builder identity whose role assignment has not arrived yet is tried again, after the leftover is gone."""
    normal, left = service._put, [2]

    def not_yet(seen: Seen) -> Answer:
        answer = normal(seen)
        if left[0]:
            left[0] -= 1
            properties = next(iter(service.templates.values()))["properties"]
            properties["provisioningState"] = "Failed"
            properties["provisioningError"] = {
                "provisioningErrorCode": "Other",
                "message": "Not authorized to access the resource: https://x. Please check the user assigned identity",
            }
        return answer

    wire.on("PUT", rf"{TEMPLATES}/[^/]+", not_yet)

    assert build().run.state == "Succeeded"
    assert told.lines.count("waiting for the builder identity's rights to take effect, 5m at most") == 1


def test_rights_that_never_arrive(build: Build, wire: Wire, service: ImageBuilder) -> None:
    """After five minutes the missing right is an error of its own kind, and nothing half made stays."""
    normal = service._put

    def never(seen: Seen) -> Answer:
        answer = normal(seen)
        next(iter(service.templates.values()))["properties"] |= {
            "provisioningState": "Failed",
            "provisioningError": {"message": "Not authorized to access the resource: https://x."},
        }
        return answer

    wire.on("PUT", rf"{TEMPLATES}/[^/]+", never)

    with pytest.raises(NotAuthorised, match="Not authorized to access the resource: https://x"):
        build()

    assert service.templates == {}


def test_without_a_log(build: Build, service: ImageBuilder, told: Told) -> None:
    """A log that cannot be had is told and changes nothing."""
    service.log = None

    assert build().customization_log is None
    assert "there is no customization.log in IT_staging" in told.lines


@pytest.mark.parametrize("event", ["pull_request", "merge_group"])
def test_the_head_commit_is_stamped(build: Build, tmp_path: Path, event: str) -> None:
    """The stamp has the head of the pull request or merge group, never the merge commit in GITHUB_SHA."""
    bodies = {"pull_request": {"head": {"sha": "f" * 40}}, "merge_group": {"head_sha": "f" * 40}}
    payload = tmp_path / "event.json"
    payload.write_text(json.dumps({event: bodies[event]}))

    assert build(GITHUB_EVENT_PATH=str(payload)).stamp.commit == "f" * 40
