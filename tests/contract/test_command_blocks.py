"""Every command block of README and docs works as written, in a fresh shell, from the repository's root."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import azure_cli
from command_blocks import REPOSITORY, Block, blocks, blocks_of
from command_lines import BIN, faults, simple_commands
from localazure.control import scenarios

_SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# What a fresh shell on this machine would have, too: how the network outside is reached.
_HANDED_OVER = re.compile("cert|_ca_|cainfo|^pip_|proxy", re.IGNORECASE)
_MET_HERE = {"root", "azure", "az"}
_NEEDS = _MET_HERE | {"func", "docker", "corpus", "a quiet machine", "github", "key vault"}
_TIMEOUT_S = 900

_ALL = blocks()
_SHELL = [block for block in _ALL if block.language == "sh"]
_WITHOUT_AZURE = [block for block in _SHELL if not block.kind]
_NEEDS_MET = [block for block in _SHELL if block.kind == "needs" and set(block.values) <= _MET_HERE]
_UNTIL_INTERRUPTED = [block for block in _SHELL if block.kind == "until"]

Shell = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository as `make try` leaves it, beside a repository of images as docs/first-check.md has it."""
    left_out = shutil.ignore_patterns(".git", ".venv", ".cache", ".*_cache", "__pycache__", ".hypothesis")
    copy = Path(shutil.copytree(REPOSITORY, tmp_path_factory.mktemp("clone") / "imagegate", ignore=left_out))
    (copy / ".venv").symlink_to(REPOSITORY / ".venv")
    shutil.copytree(REPOSITORY / "templates", copy.parent / "images" / "templates")
    return copy


@pytest.fixture
def start(checkout: Path, tmp_path: Path) -> Shell:
    """Start a fresh shell in the repository's root: a PATH of system folders, an empty HOME."""
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    kept = {name: value for name, value in os.environ.items() if _HANDED_OVER.search(name)}
    own = {"PATH": _SYSTEM_PATH, "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}

    def started(text: str, *within: str, **more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*within, "bash", "-eu", "-o", "pipefail", "-c", text],
            env=kept | own | more,
            cwd=checkout,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return started


def _output_of(shell: "subprocess.Popen[str]") -> str:
    """What a shell that ends well printed."""
    with shell:
        output, _ = shell.communicate(timeout=_TIMEOUT_S)
    assert shell.returncode == 0, output
    return output


@pytest.mark.parametrize("block", _ALL, ids=str)
def test_block_is_run_or_says_why_not(block: Block) -> None:
    """A shell block is run here, or names what it needs or the test that runs it; YAML is held against its schema."""
    assert block.language in {"sh", "yaml", "text"}
    match block.kind:
        case "needs":
            assert set(block.values) <= _NEEDS
        case "run by" | "excerpt of":
            assert [name for name in block.values if not (REPOSITORY / name).is_file()] == []
        case "until":
            assert block.values == ("Ctrl-C",)
        case _:
            assert block.kind == ""


def test_no_kind_of_block_is_lost() -> None:
    """There are blocks of every kind: a change of the pages' form cannot empty the tests below."""
    assert all((_WITHOUT_AZURE, _NEEDS_MET, _UNTIL_INTERRUPTED))


@pytest.mark.parametrize("block", _SHELL, ids=str)
def test_command_lines_exist(block: Block) -> None:
    """A shell reads the block; every program, command, option, make target and file that it names exists."""
    subprocess.run(["sh", "-n"], input=block.text, text=True, check=True)

    assert faults(block.text) == []
    for program, *_ in simple_commands(block.text):
        known = program in block.values or program.startswith(BIN)
        found = subprocess.run(
            ["sh", "-c", f"command -v {program}"], env={"PATH": _SYSTEM_PATH}, stdout=-3, check=False
        )
        assert known or found.returncode == 0, program


@pytest.mark.parametrize("block", _WITHOUT_AZURE, ids=str)
def test_block_works_as_written(block: Block, start: Shell) -> None:
    """A block without a mark ends well in a shell that knows nothing but the system's programs."""
    _output_of(start(block.text))


@pytest.mark.parametrize("block", _UNTIL_INTERRUPTED, ids=str)
def test_block_runs_until_ctrl_c(block: Block, start: Shell) -> None:
    """It says that it listens, and ends well when it is interrupted."""
    with start(block.text) as shell:
        assert shell.stdout is not None
        assert any("Ctrl-C" in line for line in shell.stdout)
        os.killpg(shell.pid, signal.SIGINT)
    assert shell.returncode == 0


@pytest.mark.slow
@pytest.mark.privileged
@pytest.mark.boots_vm
@pytest.mark.parametrize("block", _NEEDS_MET, ids=str)
def test_block_works_where_its_needs_are_met(block: Block, start: Shell) -> None:
    """A block ends well as root, with az on the PATH, in a local cloud where it needs Azure; images are booted."""
    cache = os.environ.get("IMAGEGATE_TEST_CACHE", str(REPOSITORY / ".cache" / "test"))
    path = f"{azure_cli.installed()}:{_SYSTEM_PATH}" if "az" in block.values else _SYSTEM_PATH
    login = ["--no-az"] if "az login" in block.text else []  # a block that logs in starts without a login
    cloud = [BIN + "localazure", "exec", *login, "--"] if "azure" in block.values else []

    _output_of(start(block.text, *cloud, PATH=path, IMAGEGATE_CACHE_DIR=cache, PYTHONWARNINGS="ignore"))


@pytest.mark.parametrize("block", [b for b in _ALL if b.language == "yaml" and not b.kind], ids=str)
def test_scenario_can_be_played(block: Block) -> None:
    """YAML without a mark is a scenario of the local cloud."""
    assert scenarios.read(block.text).faults


@pytest.mark.parametrize("block", [b for b in _ALL if b.kind == "excerpt of"], ids=str)
def test_excerpt_is_part_of_the_example(block: Block) -> None:
    """A part of a workflow has rights and steps of the whole workflow, which `make lint-workflows` checks."""
    excerpt = yaml.safe_load(block.text)
    example = (REPOSITORY / block.values[0]).read_text().replace("${{ matrix.image }}", "apache-debian12")
    (job,) = yaml.safe_load(example)["jobs"].values()

    assert excerpt.pop("permissions") == job["permissions"]
    assert [step for step in excerpt.pop("steps") if step not in job["steps"]] == []
    assert excerpt == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "imagegate bild templates/apache-debian12",
        "imagegate build --no-such-option",
        "imagegate build templates/no-such-image",
        "localazure exec --no-az -- imagegate bild",
        'eval "$(imagegate completion powershell)"',
        "make -s no-such-target",
        "python -m armtemplate --no-such-option",
    ],
)
def test_a_wrong_command_line_is_seen(wrong: str) -> None:
    """An unknown command, option, choice, target or file is a fault, in a wrapped command too."""
    assert faults(wrong) != []


def test_a_mark_belongs_to_the_next_block_only() -> None:
    """The comment directly above a block marks it, and no later one; an indented block has no language."""
    page = "<!-- needs: azure, az -->\n```sh\naz\n```\n\n```sh\nls\n```\n\nText:\n\n    ls\n"
    found: list[Any] = [(block.language, block.kind, block.values) for block in blocks_of(page, "page")]

    assert found == [("sh", "needs", ("azure", "az")), ("sh", "", ()), ("", "", ())]
