"""The container action as the runner runs it, against the local cloud on the bridge of a real docker daemon."""

import html
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from action_image import build_action
from action_world import FOLDER, REPOSITORY, TAG, GatedClock, HostileEngine, World, open_world
from docker_daemon import DockerDaemon, missing
from imagegate.cli.leftovers import ENDED
from job_services import REQUEST_TOKEN, SUBJECT
from recording_engine import Said
from runner_side import RunningStep, Step

pytestmark = pytest.mark.slow

HEAD = "f" * 40
BUILD, VERIFY = "imagegate/build (apache-debian12)", "imagegate/verify (apache-debian12)"
BUILD_LIMIT_S = 90 * 60
"""As the template says."""


@pytest.fixture(scope="module")
def daemon() -> Iterator[DockerDaemon]:
    """A daemon with the action's image."""
    if why := missing():
        pytest.skip(f"no docker daemon can run here: {why}")
    with DockerDaemon(REPOSITORY / ".cache") as started:
        build_action(started, TAG)
        yield started


@pytest.fixture
def world(daemon: DockerDaemon, tmp_path: Path) -> Iterator[World]:
    """A fresh cloud on the bridge, set up by the action itself."""
    with open_world(daemon, tmp_path, HostileEngine(tmp_path / "engine")) as found:
        yield found


def hostile(world: World) -> HostileEngine:
    """The world's engine."""
    assert isinstance(world.engine, HostileEngine)
    return world.engine


def host_file(step: Step, output: str) -> Path:
    """The file that an output names, as a later step of the job finds it."""
    return Path(step.outputs[output])


def test_build(world: World) -> None:
    """A build by OIDC alone sets outputs, summary, statuses and masks, and tells files where later steps find them."""
    step = world.job.run(world.inputs("build"))

    assert step.exit_code == 0, step.log
    assert step.outputs["run-state"] == "Succeeded"
    assert "/galleries/golden/images/apache-debian12/versions/" in step.outputs["image-version-id"]
    assert re.fullmatch("apache-debian12-[a-z0-9]{10}", step.outputs["template-name"])
    report = json.loads(host_file(step, "report-path").read_text())
    assert report["image_version_id"] == step.outputs["image-version-id"]
    assert host_file(step, "log-path").name == "customization.log"
    assert "imagegate build: Built" in step.summary
    assert world.shown() == {BUILD: "success", VERIFY: "pending"}
    assert step.heard.annotations == []
    assert (step.heard.groups_open, step.heard.deaf) == (0, False)
    assert step.state["leftover"] == ENDED


def test_nothing_secret_is_shown(world: World) -> None:
    """Every token is masked where it is obtained, and neither log nor files show one beyond the mask itself."""
    world.services.tokens.clear()

    step = world.job.run(world.inputs("build", verbose="true"))

    secrets = {REQUEST_TOKEN, "ghs_" + "t" * 36, *world.services.tokens}
    assert secrets <= set(step.heard.masks)
    shown = "\n".join(line for line in step.log.splitlines() if not line.startswith("::add-mask::"))
    for text in (shown, step.summary, host_file(step, "report-path").read_text(), *step.outputs.values()):
        assert not any(secret in text for secret in {*secrets, *step.heard.masks})
    assert "abcdef0123456789" not in shown
    assert "c2VjcmV0c2VjcmV0c2VjcmV0" not in shown


def test_foreign_text_is_not_heard(world: World) -> None:
    """A log that is full of commands sets nothing, annotates nothing and masks nothing, though it is shown."""
    step = world.job.run(world.inputs("build"))

    assert "::set-output name=verdict::passed" in step.log
    assert "set-output" not in step.heard.commands
    assert not any(name.startswith("##[") for name in step.heard.commands)
    assert "verdict" not in step.outputs
    assert "Setting" not in step.heard.masks
    assert step.heard.annotations == []


def test_failing_customizer(world: World) -> None:
    """A failed build is exit 3, one annotation on the script's line, a summary with the cause, and a failed status."""
    hostile(world).fails_in = "Customizing"

    step = world.job.run(world.inputs("build"))

    assert step.exit_code == 3, step.log
    assert (step.outputs["run-state"], step.outputs["exit-code"]) == ("Failed", "3")
    assert host_file(step, "log-path").is_file()
    (annotation,) = step.heard.annotations
    assert annotation["level"] == "error"
    assert (annotation["file"], annotation["line"]) == (f"{FOLDER}/scripts/secure-root-login.sh", "17")
    assert step.outputs["failure-category"] == "command-missing"
    assert "❌ imagegate build" in step.summary
    assert world.shown() == {BUILD: "failure", VERIFY: "error"}


@pytest.mark.parametrize("in_time", [True, False], ids=["waited for", "beyond the limit"])
def test_time_is_over_while_replicating(daemon: DockerDaemon, tmp_path: Path, *, in_time: bool) -> None:
    """A version that outlives its run is waited for, and is the result; beyond the limit it is told how far it is."""
    clock = GatedClock()
    with open_world(daemon, tmp_path, HostileEngine(tmp_path / "engine"), clock=clock) as world:
        world.cloud.cloud.settings.change({"replication_s_per_region": 1000})
        if not in_time:
            configuration = world.job.workspace / FOLDER / "imagegate.yaml"
            text = configuration.read_text()
            configuration.write_text(text.replace("build:\n", "build:\n  wait-for-replication: 1s\n"))
        running = world.job.start(world.inputs("build"))
        versions = world.definition + "/versions"
        wait_until(lambda: len(world.cloud.cloud.store.under(versions)) > 0, running)
        clock.gate(BUILD_LIMIT_S).set()

        step = running.end_after("replication replicating", clock.gate(1000).set if in_time else lambda: None)

        clock.gate(1000).set()
    assert step.outputs["run-state"] == "TimedOutReplicating", step.log
    assert step.outputs["image-version-id"].lower().startswith(versions.lower())
    assert "::stop-commands::" in step.log
    regions = json.loads(step.outputs["replication"])
    if in_time:
        assert step.exit_code == 0, step.log
        assert set(regions.values()) == {"Completed"}
        assert [one["level"] for one in step.heard.annotations] == ["warning"]
        assert world.shown() == {BUILD: "success", VERIFY: "pending"}
    else:
        assert step.exit_code == 3, step.log
        assert any(state.startswith("Replicating") for state in regions.values())
        assert "Do not build again yet" in step.heard.annotations[0]["message"]
        assert "that still goes on" in html.unescape(step.summary)
        assert world.shown() == {BUILD: "failure", VERIFY: "error"}


def test_pull_request_of_a_fork(world: World) -> None:
    """The status goes to the head commit; a token that only reads leaves annotations, summary and a line about it."""
    world.services.may_write = False
    world.job.event = {"pull_request": {"number": 7, "head": {"sha": HEAD, "repo": {"full_name": "fork/images"}}}}

    step = world.job.run(world.inputs("build"), GITHUB_EVENT_NAME="pull_request")

    assert step.exit_code == 0, step.log
    assert "the pull request comes from a fork, and its token only reads" in step.log
    assert world.shown(HEAD) == {}
    assert step.summary


def test_fork_without_credentials(world: World) -> None:
    """Without any credential a fork is told so, and where it can build instead; nothing is asked of Azure."""
    world.job.event = {"pull_request": {"number": 7, "head": {"sha": HEAD, "repo": {"full_name": "fork/images"}}}}
    nothing = {"ACTIONS_ID_TOKEN_REQUEST_URL": "", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""}

    step = world.job.run(
        world.inputs("build", **{"client-id": "", "tenant-id": "", "statuses": "none"}),
        GITHUB_EVENT_NAME="pull_request",
        **nothing,
    )

    assert step.exit_code == 9, step.log
    (annotation,) = step.heard.annotations
    assert "comes from a fork" in annotation["message"]
    assert "try/action.yml" in annotation["message"]


def test_privileged_job_of_a_fork(world: World) -> None:
    """With the repository's rights a stranger's code is not built: exit 2 before anything is asked of Azure."""
    world.job.event = {"pull_request": {"number": 7, "head": {"sha": HEAD, "repo": {"full_name": "fork/images"}}}}

    step = world.job.run(world.inputs("build"), GITHUB_EVENT_NAME="pull_request_target")

    assert step.exit_code == 2, step.log
    assert "a stranger's code with your identity" in step.heard.annotations[0]["message"]
    assert hostile(world).builds == []


def test_missing_permission(world: World) -> None:
    """Without `id-token: write` the error says just that."""
    step = world.job.run(world.inputs("build"), ACTIONS_ID_TOKEN_REQUEST_URL="", ACTIONS_ID_TOKEN_REQUEST_TOKEN="")

    assert step.exit_code == 9, step.log
    (annotation,) = step.heard.annotations
    assert "id-token: write" in annotation["message"]
    assert world.shown() == {BUILD: "error", VERIFY: "error"}


def test_no_federated_credential(world: World) -> None:
    """An identity that does not trust the job's subject: the error prints subject, issuer and audience to register."""
    entries = world.cloud.cloud.directory.all()
    identity = next(entry for entry in entries if entry.resource_id.endswith("/imagegate-builder"))

    step = world.job.run(world.inputs("build", **{"client-id": identity.app_id}))

    assert step.exit_code == 9, step.log
    (annotation,) = step.heard.annotations
    for wanted in (SUBJECT, world.services.url, "api://AzureADTokenExchange"):
        assert wanted in annotation["message"]


def test_not_usable_input(world: World) -> None:
    """A command that does not exist is exit 2, an annotation, and an output."""
    step = world.job.run(world.inputs("biuld"))

    assert (step.exit_code, step.outputs["exit-code"]) == (2, "2")
    assert 'Did you mean "build"?' in step.heard.annotations[0]["message"]


def wait_until(what: Callable[[], object], running: RunningStep) -> None:
    """Wait for something that the container brings about."""
    deadline = time.monotonic() + 120
    while not what():
        assert running.process.poll() is None, "the container ended before"
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def test_cancelled_while_building(world: World) -> None:
    """SIGINT alone is enough: the run is cancelled, state and status are written; the post step has nothing to do."""
    hostile(world).gate.clear()
    running = world.job.start(world.inputs("build"))
    wait_until(hostile(world).building.is_set, running)

    step = running.cancel()

    assert (step.exit_code, step.cancelled_by) == (130, "SIGINT"), step.log
    assert "cancelling the run of apache-debian12-" in step.log
    assert world.shown() == {BUILD: "error", VERIFY: "error"}
    kept = json.loads(step.state["leftover"])
    assert kept["kind"] == "build"
    assert re.fullmatch("[0-9a-f]{32}", kept["run"])
    post = world.job.run(
        world.inputs("build"), entrypoint="/opt/imagegate/bin/action-post", STATE_leftover=step.state["leftover"]
    )
    assert post.exit_code == 0, post.log


def test_killed_while_building(world: World, daemon: DockerDaemon) -> None:
    """What a killed container left running is ended by the post step, by what the main step kept."""
    hostile(world).gate.clear()
    running = world.job.start(world.inputs("build"))
    wait_until(hostile(world).building.is_set, running)
    subprocess.run([*daemon.client, "kill", running.name], check=True, capture_output=True)
    step = running.end()

    post = world.job.run(
        world.inputs("build"), entrypoint="/opt/imagegate/bin/action-post", STATE_leftover=step.state["leftover"]
    )

    assert post.exit_code == 0, post.log
    assert "cancelling the run of apache-debian12-" in post.log
    assert world.shown() == {BUILD: "error", VERIFY: "error"}


def test_cancelled_in_the_first_second(world: World, daemon: DockerDaemon) -> None:
    """A signal as soon as there is a container ends it in the runner's time, and no run is left behind."""
    hostile(world).gate.clear()
    running = world.job.start(world.inputs("build"))
    listed = [*daemon.client, "ps", "--quiet", "--filter", f"name={running.name}"]

    def runs() -> bool:
        return bool(subprocess.run(listed, check=True, capture_output=True).stdout.strip())

    wait_until(runs, running)

    step = running.cancel()

    assert step.cancelled_by in {"SIGINT", "SIGTERM"}, step.log
    assert step.exit_code != 0
    assert not runs()
    hostile(world).gate.set()


def built(world: World) -> str:
    """The id of a version that was just built."""
    step = world.job.run(world.inputs("build"))
    assert step.exit_code == 0, step.log
    return step.outputs["image-version-id"]


def verify(world: World, version: str, **more: str) -> dict[str, str]:
    """The inputs of a verification from inside: the tests' machines have no address that a container reaches."""
    return world.inputs("verify", **{"image-version-id": version, "reach": "run-command", **more})


def test_setup_twice(world: World) -> None:
    """Setup in the container finds what it made the first time, and tells what there is."""
    step = world.job.run(world.inputs("setup"))

    assert (step.exit_code, step.outputs["exit-code"]) == (0, "0"), step.log
    assert "imagegate setup" in step.summary
    assert json.loads(host_file(step, "report-path").read_text())["exit_code"] == 0


def test_verify(world: World) -> None:
    """A version that answers passes: verdict, teardown and promotion are outputs, the status is closed."""
    version = built(world)

    step = world.job.run(verify(world, version))

    assert step.exit_code == 0, step.log
    assert (step.outputs["verdict"], step.outputs["teardown"]) == ("passed", "complete")
    assert step.outputs["promoted"] == "true"
    assert step.outputs["image-version-id"].lower() == version.lower()
    assert host_file(step, "log-path").read_text().startswith("Debian GNU/Linux")
    assert world.shown()[VERIFY] == "success"
    assert "imagegate verify: Passed" in step.summary
    assert (step.state["leftover"], world.smoke_resources()) == (ENDED, [])
    assert not any(machine.is_running() for machine in hostile(world).machines)


def test_verify_of_a_version_that_does_not_answer(world: World) -> None:
    """A wrong answer is exit 5, an annotation and a failed status; the version stays out of latest, nothing stays."""
    version = built(world)
    hostile(world).inside = Said(exit_code=11, stdout="imagegate-probe: 503\n::set-output name=verdict::passed\n")
    configuration = world.job.workspace / FOLDER / "imagegate.yaml"
    configuration.write_text(configuration.read_text().replace("deadline: 20m", "deadline: 5s"))

    step = world.job.run(verify(world, version, folder=FOLDER))

    assert (step.exit_code, step.outputs["verdict"]) == (5, "failed"), step.log
    assert step.outputs["promoted"] == "false"
    assert "set-output" not in step.heard.commands
    assert any("503" in one["message"] for one in step.heard.annotations)
    assert world.shown()[VERIFY] == "failure"
    assert world.smoke_resources() == []


def test_cancelled_while_verifying(world: World) -> None:
    """A cancelled verification tears down, or leaves to its post step what the runner's seconds were not enough for."""
    version = built(world)
    hostile(world).guest_is_up = False
    running = world.job.start(verify(world, version))
    wait_until(lambda: hostile(world).machines, running)

    step = running.cancel()

    assert step.exit_code == 130, step.log
    post = world.job.run(
        verify(world, version),
        entrypoint="/opt/imagegate/bin/action-post",
        STATE_leftover=step.state["leftover"],
    )
    assert post.exit_code == 0, post.log
    assert world.smoke_resources() == []


def test_killed_while_verifying(world: World, daemon: DockerDaemon) -> None:
    """What a killed verification left is removed by the post step, and a second run of the job proves the version."""
    version = built(world)
    hostile(world).guest_is_up = False
    running = world.job.start(verify(world, version))
    wait_until(lambda: hostile(world).machines, running)
    subprocess.run([*daemon.client, "kill", running.name], check=True, capture_output=True)
    step = running.end()
    assert world.smoke_resources() != []

    post = world.job.run(
        verify(world, version),
        entrypoint="/opt/imagegate/bin/action-post",
        STATE_leftover=step.state["leftover"],
    )

    assert post.exit_code == 0, post.log
    assert world.shown()[VERIFY] == "error"
    assert world.smoke_resources() == []
    assert not any(machine.is_running() for machine in hostile(world).machines)
    hostile(world).guest_is_up = True
    again = world.job.run(verify(world, version), GITHUB_RUN_ATTEMPT="2")
    assert (again.exit_code, again.outputs["verdict"]) == (0, "passed"), again.log


def test_sweep(world: World, daemon: DockerDaemon) -> None:
    """What was left long ago is listed by a dry run and removed by a sweep; the smoke group is enough to name."""
    version = built(world)
    hostile(world).guest_is_up = False
    running = world.job.start(verify(world, version))
    wait_until(lambda: hostile(world).machines, running)
    subprocess.run([*daemon.client, "kill", running.name], check=True, capture_output=True)
    running.end()
    where = {"folder": ".", "smoke-resource-group": "rg-images-smoke", "older-than": "0s"}

    listed = world.job.run(world.inputs("sweep", **where, **{"dry-run": "true"}))

    assert listed.exit_code == 0, listed.log
    assert "/virtualMachines/" in listed.log
    assert world.smoke_resources() != []
    swept = world.job.run(world.inputs("sweep", **where))
    assert swept.exit_code == 0, swept.log
    assert "imagegate sweep" in swept.summary
    assert world.smoke_resources() == []


def test_image_is_small_and_runs_no_shell(daemon: DockerDaemon) -> None:
    """Compressed, the image stays below 150 MB; its entry is a program, and no shell is in the way of signals."""
    inspected = subprocess.run(
        [*daemon.client, "inspect", "--format", "{{json .Config.Entrypoint}} {{json .Config.Cmd}}", TAG],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    saved = subprocess.Popen([*daemon.client, "save", TAG], stdout=subprocess.PIPE)
    packed = subprocess.run(["gzip", "-1"], stdin=saved.stdout, check=True, capture_output=True).stdout
    assert saved.stdout is not None
    saved.stdout.close()

    assert inspected.split()[0] == '["/opt/imagegate/bin/action"]'
    assert saved.wait() == 0
    assert len(packed) < 150_000_000
