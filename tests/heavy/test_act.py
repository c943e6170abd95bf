"""The action in workflows that nektos/act runs: a runner that we did not write, with plain `docker build`."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from act_runner import WorkflowRun, forget_built_actions
from act_world import ActWorld, open_act_world
from action_image import build_action
from action_world import FOLDER, REPOSITORY, TAG, HostileEngine
from docker_daemon import DockerDaemon, missing
from localazure.engine.engine import Engine

pytestmark = pytest.mark.heavy

_CLIENTS = {"setup": "OWNER_CLIENT_ID", "build": "AZURE_CLIENT_ID"}
_LOGIN = """
          client-id: ${{ vars.%s }}
          tenant-id: ${{ vars.AZURE_TENANT_ID }}
          subscription: ${{ vars.AZURE_SUBSCRIPTION_ID }}"""
_JOB = """
    runs-on: ubuntu-24.04
    permissions:
      contents: read
      id-token: write
      statuses: write
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"""
_IMAGES = ("apache-debian12", "other-debian12")
_BUILD, _VERIFY = "imagegate/build (apache-debian12)", "imagegate/verify (apache-debian12)"
_EVENT = {"repository": {"default_branch": "main"}}


def _step(command: str, *inputs: str, folder: str = FOLDER) -> str:
    """A step of the action by its local path; its id is the command."""
    lines = (f"\n          {line}" for line in inputs)
    login = _LOGIN % _CLIENTS.get(command, "AZURE_VERIFY_CLIENT_ID")
    head = f"\n      - uses: ./\n        id: {command}\n        with:\n          command: {command}"
    return f"{head}\n          folder: {folder}{login}{''.join(lines)}"


@pytest.fixture(scope="module")
def daemon() -> Iterator[DockerDaemon]:
    """A daemon that has built the action once, with the network that a runner's builds have."""
    if why := missing():
        pytest.skip(f"no docker daemon can run here: {why}")
    with DockerDaemon(REPOSITORY / ".cache") as started:
        build_action(started, TAG)
        forget_built_actions(started)
        yield started


@pytest.fixture
def engine(tmp_path: Path) -> HostileEngine:
    """Builds that end at once and print what wants to speak to the runner."""
    return HostileEngine(tmp_path / "engine")


@pytest.fixture
def world(daemon: DockerDaemon, tmp_path: Path, engine: HostileEngine) -> Iterator[ActWorld]:
    """A cloud that is set up, and a checkout with the Apache image."""
    with open_act_world(daemon, tmp_path, engine) as found:
        yield found


@pytest.fixture(scope="module")
def life(daemon: DockerDaemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ActWorld, str, WorkflowRun]]:
    """A job with all four commands, one after the other, whose build prints workflow commands; and its commit."""
    folder = tmp_path_factory.mktemp("life")
    version = "image-version-id: ${{ steps.build.outputs.image-version-id }}"
    steps = _step("setup") + _step("build") + _step("verify", version, "reach: run-command") + _step("sweep")
    with open_act_world(daemon, folder, HostileEngine(folder / "engine")) as world:
        commit = world.act.commit()
        yield world, commit, world.act.run(f"on: push\njobs:\n  image:{_JOB}{steps}\n", _EVENT)


def test_life_of_an_image(life: tuple[ActWorld, str, WorkflowRun]) -> None:
    """Setup, build, verify and sweep pass in one job by `uses: ./`; a step's outputs feed the next step."""
    world, commit, run = life

    assert (run.exit_code, set(run.jobs.values())) == (0, {"success"}), run.log
    assert {run.steps[name] for name in ("setup", "build", "verify", "sweep")} == {"success"}
    assert run.outputs("verify")["image-version-id"].lower() == run.outputs("build")["image-version-id"].lower()
    assert (run.outputs("verify")["verdict"], run.outputs("verify")["promoted"]) == ("passed", "true")
    assert world.shown(commit) == {_BUILD: "success", _VERIFY: "success"}
    assert world.smoke_machines() == []


def test_output_of_a_script_is_not_heard(life: tuple[ActWorld, str, WorkflowRun]) -> None:
    """Workflow commands in a build's log set no output, annotate nothing and mask nothing, though they are shown."""
    _, _, run = life

    assert "::set-output name=verdict::passed" in run.log
    assert "verdict" not in run.outputs("build")
    assert run.annotations == []
    assert "Setting" not in run.masks


def test_failing_build(world: ActWorld, engine: HostileEngine) -> None:
    """A failed build fails its job, is shown at the script's line, and a later step can read the cause."""
    engine.fails_in = "Customizing"
    cause = "\n      - if: failure()\n        run: echo 'cause=${{ steps.build.outputs.failure-category }}'"
    commit = world.act.commit()

    run = world.act.run(f"on: push\njobs:\n  image:{_JOB}{_step('setup')}{_step('build')}{cause}\n", _EVENT)

    assert (run.exit_code, set(run.jobs.values())) == (1, {"failure"}), run.log
    (annotation,) = run.annotations
    assert annotation["level"] == "error"
    assert (annotation["file"], annotation["line"]) == (f"{FOLDER}/scripts/secure-root-login.sh", "17")
    assert "cause=command-missing" in run.log
    assert world.shown(commit) == {_BUILD: "failure", _VERIFY: "error"}


def test_matrix_of_two_images(world: ActWorld) -> None:
    """Of two images of one commit, built at once, the failed one is shown as failed and the other one as built."""
    _add_image(world.act.checkout, "other-debian12")
    (world.act.checkout / FOLDER / "template.json").write_text("{")
    commit = world.act.commit()
    folder = "templates/${{ matrix.image }}"
    setups = "".join(_step("setup", folder=f"templates/{name}") for name in _IMAGES).replace("id: setup\n", "id: s\n")
    matrix = f"\n    needs: setup\n    strategy:\n      matrix:\n        image: [{', '.join(_IMAGES)}]"

    run = world.act.run(
        f"on: push\njobs:\n  setup:{_JOB}{setups}\n  build:{matrix}{_JOB}{_step('build', folder=folder)}\n", _EVENT
    )

    assert run.exit_code == 1, run.log
    assert [len(world.versions(name)) for name in _IMAGES] == [0, 1]
    shown = world.shown(commit)
    assert (shown[_BUILD], shown["imagegate/build (other-debian12)"]) == ("failure", "success")
    assert (shown[_VERIFY], shown["imagegate/verify (other-debian12)"]) == ("error", "pending")


def _add_image(checkout: Path, name: str) -> None:
    """A second image: the first one under another name."""
    folder = checkout / "templates" / name
    shutil.copytree(checkout / FOLDER, folder)
    configuration = folder / "imagegate.yaml"
    configuration.write_text(configuration.read_text().replace("apache-debian12", name))


def test_pull_request(world: ActWorld) -> None:
    """On a pull request the status is posted on its head commit, not on the merge commit that was checked out."""
    merge, head = world.act.commit(), "f" * 40
    event = _EVENT | {"pull_request": {"number": 7, "head": {"sha": head, "repo": {"full_name": "octo-org/images"}}}}

    run = world.act.run(
        f"on: pull_request\njobs:\n  image:{_JOB}{_step('setup')}{_step('build')}\n", event, name="pull_request"
    )

    assert run.exit_code == 0, run.log
    assert world.shown(head) == {_BUILD: "success", _VERIFY: "pending"}
    assert world.shown(merge) == {}


@pytest.mark.privileged
@pytest.mark.boots_vm
def test_example_workflow_for_real(daemon: DockerDaemon, tmp_path: Path) -> None:
    """examples/workflows/scheduled-rebuild.yml builds, boots and probes an image, promotes it and leaves no machine."""
    cache = Path(os.environ.get("IMAGEGATE_TEST_CACHE", REPOSITORY / ".cache" / "test"))
    with open_act_world(daemon, tmp_path, Engine(cache_dir=cache, work_dir=tmp_path / "work")) as world:
        commit = world.act.commit()
        released = f"your-organisation/imagegate@{'0' * 40}={world.act.checkout}"
        setup = world.act.run(f"on: push\njobs:\n  image:{_JOB}{_step('setup')}\n", _EVENT)
        assert setup.exit_code == 0, setup.log

        run = world.act.run(
            (REPOSITORY / "examples/workflows/scheduled-rebuild.yml").read_text(),
            _EVENT,
            name="schedule",
            options=["--local-repository", released],
        )

        assert (run.exit_code, set(run.jobs.values())) == (0, {"success"}), run.log
        assert world.shown(commit) == {_BUILD: "success", _VERIFY: "success"}
        assert len(world.versions("apache-debian12")) == 1
        assert world.smoke_machines() == []
