"""The container action: its table, its files, its commands, its image."""

import re
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from action_contract import ACTION_MARKS, README_MARKS, action_text, between, readme_text
from imagegate.cli.program import COMMANDS, ProgramGroup, program
from imagegate.settings import INPUTS
from imagegate.settings.action_inputs import ACTION_INPUTS, ACTION_OUTPUTS
from programs import find

_SHA = re.compile(r"[0-9a-f]{40}")
_LEFT_OUT = ("azure-functions-durable", "azure-functions", "azure-eventgrid", "asyncio")


def _yaml(file: Path) -> Any:  # noqa: ANN401 - any YAML
    return yaml.safe_load(file.read_text())


def _options(command: str) -> dict[str, click.Parameter]:
    assert isinstance(program, ProgramGroup)
    found = program.get_command(click.Context(program), command)
    assert found is not None
    return {option: parameter for parameter in found.params for option in parameter.opts}


def test_action_and_readme_show_the_table(repository: Path) -> None:
    """action.yml and the README have exactly what the table says (make action-contract writes it)."""
    assert between((repository / "action.yml").read_text(), ACTION_MARKS) == action_text()
    assert between((repository / "README.md").read_text(), README_MARKS) == readme_text()


def test_action_yml_is_the_table(repository: Path) -> None:
    """Read as YAML, inputs with their defaults and outputs are the table's, in kebab-case."""
    action = _yaml(repository / "action.yml")

    assert {name: row.get("default", "") for name, row in action["inputs"].items()} == {
        row.name: row.default for row in ACTION_INPUTS
    }
    assert set(action["outputs"]) == {output.name for output in ACTION_OUTPUTS}
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in (*action["inputs"], *action["outputs"]))


def test_every_setting_is_an_input() -> None:
    """Whatever Settings take from an argument or the environment, the action takes too, under the same name."""
    variables = {row.name: row.variables for row in ACTION_INPUTS}

    for entry in INPUTS:
        assert entry.variable in variables[entry.name]
        assert entry.ambient is None or entry.ambient in variables[entry.name]


@pytest.mark.parametrize("row", [row for row in ACTION_INPUTS if row.option], ids=lambda row: row.name)
def test_options_exist(row: Any) -> None:  # noqa: ANN401 - parametrized
    """Each input that becomes an option is one of every command that it names, flag for flag."""
    for command in row.commands or [name for name in COMMANDS if name != "completion"]:
        parameter = _options(command)[row.option]
        assert isinstance(parameter, click.Option)
        assert parameter.is_flag is row.is_flag


def test_command_input_names_the_commands() -> None:
    """The input `command` lists what there is, but for what makes no sense in a job."""
    told = next(row.help for row in ACTION_INPUTS if row.name == "command")

    assert all(name in told for name in COMMANDS if name != "completion")


def test_container_is_started_in_exec_form(repository: Path) -> None:
    """The entry and the post step are programs without a shell, isolated from the workspace's Python files."""
    action, dockerfile = _yaml(repository / "action.yml"), (repository / "Dockerfile").read_text()

    assert 'ENTRYPOINT ["/opt/imagegate/bin/action"]' in dockerfile
    assert action["runs"]["post-entrypoint"] == "/opt/imagegate/bin/action-post"
    for name in ("action", "action-post"):
        file = repository / "docker" / name
        assert file.read_text().splitlines()[0] == "#!/opt/imagegate/bin/python -I"
        assert file.stat().st_mode & 0o111


def test_packages_of_the_image_are_the_locked_ones(repository: Path) -> None:
    """docker/requirements.txt is what uv.lock says, with hashes, without what only the Function needs."""
    left_out = [part for name in _LEFT_OUT for part in ("--prune", name)]
    exported = subprocess.run(
        [find("uv"), "export", "--frozen", "--no-dev", "--no-emit-project", "--quiet", "--no-annotate", *left_out],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    shipped = (repository / "docker" / "requirements.txt").read_text()

    assert [line for line in shipped.splitlines() if not line.startswith("#")] == [
        line for line in exported.splitlines() if not line.startswith("#")
    ]
    assert "--hash=sha256:" in shipped


def _workflows(repository: Path) -> list[Path]:
    folders = (repository / ".github" / "workflows", repository / "examples" / "workflows")
    return [file for folder in folders for file in sorted(folder.glob("*.yml"))]


def _steps(repository: Path) -> list[tuple[str, dict[str, Any]]]:
    found = [
        (file.name, step)
        for file in _workflows(repository)
        for job in _yaml(file)["jobs"].values()
        for step in job["steps"]
    ]
    return [*found, *(("try", step) for step in _yaml(repository / "try" / "action.yml")["runs"]["steps"])]


def test_workflows_are_pinned_and_own_nothing(repository: Path) -> None:
    """Each action is named by commit, no workflow has a right that a job did not ask for, no token stays on disk."""
    assert _workflows(repository)
    for file in _workflows(repository):
        assert _yaml(file)["permissions"] == {}, file.name
    for name, step in _steps(repository):
        uses = step.get("uses", "")
        if uses and not uses.startswith("./"):
            assert _SHA.fullmatch(uses.partition("@")[2]), f"{name}: {uses}"
        if uses.startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, name


def test_examples_use_inputs_and_outputs_that_exist(repository: Path) -> None:
    """What the examples pass to the action, and read from it, is in its contract."""
    action, attempt = _yaml(repository / "action.yml"), _yaml(repository / "try" / "action.yml")
    outputs = set(action["outputs"]) | set(attempt["outputs"])
    for name, step in _steps(repository):
        uses = step.get("uses", "").partition("@")[0]
        if uses.endswith("/imagegate"):
            assert set(step["with"]) <= set(action["inputs"]), name
        elif uses.endswith("/try"):
            assert set(step["with"]) <= set(attempt["inputs"]), name
    for file in (repository / "examples" / "workflows").glob("*.yml"):
        read = set(re.findall(r"steps\.\w+\.outputs\.([a-z-]+)", file.read_text()))
        assert read <= outputs, file.name
