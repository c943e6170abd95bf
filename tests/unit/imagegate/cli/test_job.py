"""What a command leaves in a GitHub job: outputs, summary, report, annotations, state."""

import html
import io
import json
from pathlib import Path
from typing import Any

import pytest

from imagegate.cli.command import Shell, Surroundings
from imagegate.cli.ending import tell_error
from imagegate.cli.job import Job
from imagegate.cli.leftovers import ENDED, STATE_NAME, Leftover, keep_for_post, note_ended
from imagegate.cli.program import run_program
from imagegate.errors import BuildFailed, InputError, InputFault
from imagegate.model.diagnosis import Category, Confidence, Diagnosis, FailingCustomizer, LogLine, Place
from imagegate.report.masking import Masks
from imagegate.report.outcome import Outcome
from imagegate.settings import CloudSettings
from imagegate.waiting import SystemClock
from runner_side import hear, read_values

VERSION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A job's environment, with files that the runner reads."""
    names = {f"GITHUB_{name}": str(tmp_path / name) for name in ("OUTPUT", "STATE", "STEP_SUMMARY")}
    return {"GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_RUN_ID": "77", **names}


def job_of(environment: dict[str, str], stream: io.StringIO) -> Job:
    """The job."""
    found = Job.of(environment, stream, Masks())
    assert found is not None
    return found


def test_outside_of_a_job() -> None:
    """Without GITHUB_ACTIONS there is no job, and nothing is kept."""
    assert Job.of({}, io.StringIO(), Masks()) is None


def test_why_a_version_is_not_latest(files: dict[str, str]) -> None:
    """Outputs and summary of a job say why a version was not promoted, or what latest resolves to."""
    sentence = "Not promoted: the build job did not sign."
    document = {"promoted": False, "promotion": sentence, "latest": {}, "verdict": "passed"}
    outcome = Outcome(headline="Passed: golden/web/1.2.3", document=document, rows=[("latest", sentence)])

    job_of(files, io.StringIO()).tell_outcome("verify", outcome)

    outputs = read_values(Path(files["GITHUB_OUTPUT"]).read_text())
    assert (outputs["promoted"], outputs["promotion"]) == ("false", sentence)
    assert "latest" not in outputs
    assert sentence in Path(files["GITHUB_STEP_SUMMARY"]).read_text()
    shown = Outcome(headline="Promoted", document={"latest": {"westeurope": "1.2.3"}})
    job_of(files, io.StringIO()).tell_outcome("promote", shown)
    assert json.loads(read_values(Path(files["GITHUB_OUTPUT"]).read_text())["latest"]) == {"westeurope": "1.2.3"}


def test_outputs_and_summary(files: dict[str, str]) -> None:
    """A result becomes outputs by the table, JSON where it is no text, and a page with the steps and links."""
    job = job_of(files | {"AZURE_TENANT_ID": "tenant"}, io.StringIO())
    job.arm_endpoint = "https://management.azure.com"
    job.log.step_began("Building")
    job.log.step_ended("Building", passed=True, seconds=61)
    document: dict[str, Any] = {
        "image_version_id": VERSION,
        "image_versions": {"web": VERSION},
        "run": {"state": "Succeeded"},
        "promoted": True,
        "verdict": None,
        "regions": ["westeurope"],
    }

    job.tell_outcome("build", Outcome(headline="Built 1.2.3", document=document, rows=[("base", "1")]))

    outputs = read_values(Path(files["GITHUB_OUTPUT"]).read_text())
    assert outputs["image-version-id"] == VERSION
    assert json.loads(outputs["image-versions"]) == {"web": VERSION}
    assert (outputs["run-state"], outputs["promoted"], outputs["exit-code"]) == ("Succeeded", "true", "0")
    assert "verdict" not in outputs
    assert json.loads(Path(outputs["report-path"]).read_text())["image_version_id"] == VERSION
    summary = Path(files["GITHUB_STEP_SUMMARY"]).read_text()
    assert "Built 1.2.3" in summary
    assert "| ✅ Building | 1 min 1 s |" in summary
    assert "| westeurope | distributed |" in summary
    assert f"https://portal.azure.com/#@tenant/resource{VERSION}/overview" in summary


def test_a_version_that_outlived_its_run(files: dict[str, str]) -> None:
    """A state of its own in every sink: a warning, the output, and the regions with how far they are."""
    stream = io.StringIO()
    document: dict[str, Any] = {"image_version_id": VERSION, "run": {"state": "TimedOutReplicating"}}
    late = {"replication": {"westeurope": "Completed", "northeurope": "Completed"}}
    warning = "The run's own time was over."

    job_of(files, stream).tell_outcome(
        "build", Outcome(headline="Built 1.2.3", document=document | late, warnings=[warning])
    )

    (annotation,) = hear(stream.getvalue()).annotations
    assert (annotation["level"], annotation["message"]) == ("warning", warning)
    outputs = read_values(Path(files["GITHUB_OUTPUT"]).read_text())
    assert outputs["run-state"] == "TimedOutReplicating"
    assert json.loads(outputs["replication"])["northeurope"] == "Completed"
    summary = Path(files["GITHUB_STEP_SUMMARY"]).read_text()
    assert "| northeurope | Completed |" in summary
    assert "> ⚠️ The run's own time was over." in summary


def test_a_version_that_still_replicates(files: dict[str, str]) -> None:
    """The failure's outputs name the version, and how far it is."""
    details = {
        "run": {"state": "TimedOutReplicating"},
        "image_version_id": VERSION,
        "replication": {"northeurope": "Replicating, 40 %"},
    }

    job_of(files, io.StringIO()).tell_error("build", BuildFailed("No.", details=details))

    outputs = read_values(Path(files["GITHUB_OUTPUT"]).read_text())
    assert (outputs["image-version-id"], outputs["run-state"]) == (VERSION, "TimedOutReplicating")
    assert "Replicating, 40 %" in Path(files["GITHUB_STEP_SUMMARY"]).read_text()


def test_a_failed_build(files: dict[str, str]) -> None:
    """The cause is one annotation on its line; the text is on the console, where nothing in it is heard."""
    stream = io.StringIO()
    place = Place(file="a/run.sh", line=3)
    diagnosis = Diagnosis(
        category=Category.PACKAGE,
        root_cause="No such package: x.",
        confidence=Confidence.HIGH,
        customizer=FailingCustomizer(type="Shell", index=0, script_place=place),
    )
    details = {"run": {"state": "Failed"}, "diagnosis": diagnosis.to_json()}

    job_of(files, stream).tell_error("build", BuildFailed("::error::x\nNo.", details=details, diagnosis=diagnosis))

    (annotation,) = hear(stream.getvalue()).annotations
    assert (annotation["file"], annotation["line"]) == ("a/run.sh", "3")
    assert "error: ::error::x" in stream.getvalue()
    outputs = read_values(Path(files["GITHUB_OUTPUT"]).read_text())
    assert (outputs["run-state"], outputs["failure-category"], outputs["exit-code"]) == ("Failed", "package", "3")
    assert "No such package: x." in Path(files["GITHUB_STEP_SUMMARY"]).read_text()


KEY = "AbCdEfGh" * 10 + "IjKlMn=="
SECRETS = {
    "obtained": "plainOldWordsThatWereObtained",
    "signature": "c2VjcmV0c2VjcmV0",
    "key": KEY,
    "github": "ghp_" + "a1B2" * 9,
    "token": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    "client": "abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789.-",
    "private": "MIIEpAIBAAKCAQEA1234",
}
PLANTED = (
    f"obtained {SECRETS['obtained']} https://a/b?sig={SECRETS['signature']}&sv=1 AccountKey={KEY};EndpointSuffix=x "
    f"{SECRETS['github']} Bearer {SECRETS['token']} {SECRETS['client']} "
    f"-----BEGIN PRIVATE KEY-----{SECRETS['private']}-----END PRIVATE KEY-----"
)


def leaks(text: str) -> list[str]:
    """Which of the secrets stand in a text, apart from the commands that have them masked."""
    shown = "\n".join(line for line in text.splitlines() if not line.startswith("::add-mask::"))
    return [name for name, secret in SECRETS.items() if secret in shown]


@pytest.mark.parametrize("well", [True, False])
def test_planted_secrets_reach_no_sink(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], *, well: bool
) -> None:
    """Not the log, outputs, summary, report, annotations or a traceback, whatever they came in."""
    masks = Masks()
    stream = io.StringIO()
    job = Job.of(files | {"AZURE_CLIENT_SECRET": SECRETS["obtained"]}, stream, masks)
    assert job is not None
    job.log.show_log = True
    job.log.step_began(PLANTED)
    job.log.note(PLANTED)
    job.log.log_line(PLANTED)
    job.log.undoing(PLANTED)
    job.log.step_ended(PLANTED, passed=well, seconds=1)
    if well:
        document = {"image_version_id": PLANTED, "run": {"state": PLANTED}, "image_versions": {PLANTED: [PLANTED]}}
        outcome = Outcome(
            headline=PLANTED, document=document, rows=[(PLANTED, PLANTED)], notes=[PLANTED], warnings=[PLANTED]
        )
        job.tell_outcome("build", outcome)
    else:
        place = Place(file="a/run.sh", line=3)
        diagnosis = Diagnosis(
            category=Category.PACKAGE,
            root_cause=PLANTED,
            meaning=PLANTED,
            next_step=PLANTED,
            signal=PLANTED,
            confidence=Confidence.HIGH,
            customizer=FailingCustomizer(type="Shell", name=PLANTED, index=0, script_place=place),
            lines=(LogLine(number=1, text=PLANTED),),
        )
        details = {"diagnosis": diagnosis.to_json(), "template_name": PLANTED}
        error = BuildFailed(PLANTED, hint=PLANTED, ids={"x": PLANTED}, details=details, diagnosis=diagnosis)
        error.__cause__ = ValueError(PLANTED)
        around = Surroundings(masks=masks, job=job)
        assert tell_error(error, ["build", "--verbose", "--json"], around) == 3

    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) >= 3
    console = capsys.readouterr()
    for text in (stream.getvalue(), console.out, console.err, *written):
        assert leaks(text) == []
    assert SECRETS["obtained"] in hear(stream.getvalue()).masks


def test_faults_of_the_input(files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault is an annotation on its own place, from the repository's root even in a folder below it."""
    (tmp_path / "images").mkdir()
    monkeypatch.chdir(tmp_path / "images")
    stream = io.StringIO()
    faults = [InputFault(message=str(line), file="web/imagegate.yaml", line=line) for line in (1, 2)]

    job_of(files | {"GITHUB_WORKSPACE": str(tmp_path)}, stream).tell_error("build", InputError(faults))

    found = hear(stream.getvalue()).annotations
    assert [(one["file"], one["line"]) for one in found] == [
        ("images/web/imagegate.yaml", "1"),
        ("images/web/imagegate.yaml", "2"),
    ]


def test_a_verdict_that_is_no_pass(files: dict[str, str]) -> None:
    """A verdict against the image is an annotation, too, though nothing was raised."""
    stream = io.StringIO()
    outcome = Outcome(
        headline="Failed: web",
        document={"verdict": "failed", "error": {"message": "It did not answer.", "hint": "Look."}},
        exit_code=5,
    )

    job_of(files, stream).tell_outcome("verify", outcome)

    (annotation,) = hear(stream.getvalue()).annotations
    assert annotation["message"] == "It did not answer.\nLook."
    assert read_values(Path(files["GITHUB_OUTPUT"]).read_text())["verdict"] == "failed"


def test_planted_secrets(files: dict[str, str]) -> None:
    """A secret of the environment, or one that was obtained, shows in no file and no line but its mask."""
    stream = io.StringIO()
    job = job_of(files | {"AZURE_CLIENT_SECRET": "planted-one"}, stream)
    job.log.mask("planted-two")
    text = "planted-one planted-two"
    rows = [("row", text)]

    job.tell_outcome("build", Outcome(headline=text, document={"image_version_id": text, text: text}, rows=rows))
    job.tell_error("build", InputError.of(text))

    names = (
        files["GITHUB_OUTPUT"],
        files["GITHUB_STEP_SUMMARY"],
        f"{files['RUNNER_TEMP']}/imagegate/build-report.json",
    )
    shown = "\n".join(line for line in stream.getvalue().splitlines() if not line.startswith("::add-mask::"))
    for found in (shown, *(Path(name).read_text() for name in names)):
        assert "planted-" not in found


@pytest.mark.parametrize(
    ("container", "path", "named"),
    [("true", "/proc/imagegate/x.log", True), ("true", "/usr/imagegate/x.log", False), ("", "/usr/x.log", True)],
)
def test_files_that_end_with_the_container(files: dict[str, str], container: str, path: str, named: bool) -> None:
    """An output names no file that a later step cannot find: in a container only those of a mount outlive it."""
    job = job_of(files | {"IMAGEGATE_CONTAINER": container}, io.StringIO())

    job.tell_outcome("build", Outcome(headline="Built", document={"customization_log": path}))

    assert ("log-path" in read_values(Path(files["GITHUB_OUTPUT"]).read_text())) is named


def test_every_version_is_an_output(files: dict[str, str]) -> None:
    """The list is JSON, also an empty one, so that a workflow can make a matrix of it."""
    job = job_of(files, io.StringIO())

    job.tell_outcome("build", Outcome(headline="Built", document={"image_version_ids": [VERSION, "b"]}))
    both = read_values(Path(files["GITHUB_OUTPUT"]).read_text())["image-version-ids"]
    job.tell_outcome("build", Outcome(headline="Built", document={"image_version_ids": []}))
    none = read_values(Path(files["GITHUB_OUTPUT"]).read_text())["image-version-ids"]

    assert (json.loads(both), json.loads(none)) == ([VERSION, "b"], [])


def test_an_incomplete_teardown_is_no_green_pass(files: dict[str, str]) -> None:
    """The summary has the warning sign and the headline that says what is left."""
    document = {"verdict": "passed", "teardown": "incomplete", "error": {"message": "Left."}}

    job_of(files, io.StringIO()).tell_outcome(
        "verify", Outcome(headline="Passed, but 1 resource is left: web", document=document, exit_code=6)
    )

    summary = Path(files["GITHUB_STEP_SUMMARY"]).read_text()
    assert "## ⚠️ imagegate verify: Passed, but 1 resource is left: web" in summary
    assert "✅" not in summary


def test_every_place_that_was_tried_is_in_the_table(files: dict[str, str]) -> None:
    """Each region and size, in one spelling, with what became of it; a build's regions likewise."""
    tried = [{"region": "westeurope", "vm_size": "B2s", "reason": "SkuNotAvailable: none"}]
    region = {"region": "northeurope", "vm_size": "B2s", "verdict": "passed", "teardown": "complete", "tried": tried}

    job = job_of(files, io.StringIO())
    job.tell_outcome("verify", Outcome(headline="Passed", document={"verdict": "passed", "regions": [region]}))
    job.tell_outcome("build", Outcome(headline="Built", document={"regions": ["North Europe"]}))

    summary = html.unescape(Path(files["GITHUB_STEP_SUMMARY"]).read_text())
    assert "| westeurope, B2s | no capacity: SkuNotAvailable: none |" in summary
    assert "| northeurope, B2s | passed, teardown complete |" in summary
    assert "| northeurope | distributed |" in summary


def test_files_that_cannot_be_written(files: dict[str, str]) -> None:
    """What the runner's files do not take is told, and fails nothing."""
    stream = io.StringIO()
    broken = dict.fromkeys(("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP"), "/proc/nowhere")

    job_of(files | broken, stream).tell_outcome("build", Outcome(headline="x", document={}))

    assert "GITHUB_OUTPUT could not be written" in stream.getvalue()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/github/runner_temp/imagegate/x.log", "/home/runner/work/_temp/imagegate/x.log"),
        ("/github/workspace/a", "/home/runner/work/images/images/a"),
        ("/github/home", "/home/runner/work/_temp/_github_home"),
        ("/github/runner_temporary", "/github/runner_temporary"),
        ("/var/x", "/var/x"),
    ],
)
def test_paths_of_the_host(files: dict[str, str], path: str, expected: str) -> None:
    """A path in the container is told as later steps know it; what is not mounted stays."""
    environment = {"RUNNER_WORKSPACE": "/home/runner/work/images", "GITHUB_REPOSITORY": "o/images"}

    assert job_of(files | environment, io.StringIO()).host_path(path) == expected


def test_what_is_kept_for_the_post_step(files: dict[str, str]) -> None:
    """A run is kept while it may go on, then that statuses may be open, and in the end that nothing is left."""
    job = job_of(files | {"GITHUB_RUN_ATTEMPT": "2"}, io.StringIO())
    around = Surroundings(masks=job.masks, job=job)
    shell = Shell(as_json=False, color=False, verbose=False, clock=SystemClock(), surroundings=around)
    settings = CloudSettings(arm_endpoint="https://a", subscription_id="s")

    keep_for_post(shell, "build", VERSION, settings)
    kept = Leftover.parse(read_values(Path(files["GITHUB_STATE"]).read_text())[STATE_NAME])
    keep_for_post(shell, "build", None, settings, image="web")
    open_statuses = Leftover.parse(read_values(Path(files["GITHUB_STATE"]).read_text())[STATE_NAME])
    note_ended(shell)

    assert kept is not None
    assert open_statuses is not None
    assert (kept.name, kept.run) == (VERSION, "77-2")
    assert (open_statuses.name, open_statuses.image) == ("", "web")
    assert read_values(Path(files["GITHUB_STATE"]).read_text())[STATE_NAME] == ENDED


def test_a_command_in_a_job(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Any command tells the job how it ended, also one that its arguments stopped; stdout stays its own."""
    for name, value in files.items():
        monkeypatch.setenv(name, value)

    assert run_program(["build", "/nowhere", "--json"]) == 2

    captured = capsys.readouterr()
    assert json.loads(captured.out)["command"] == "build"
    assert len(hear(captured.err).annotations) == 1
    assert read_values(Path(files["GITHUB_OUTPUT"]).read_text())["exit-code"] == "2"
