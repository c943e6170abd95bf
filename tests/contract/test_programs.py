"""External programs are found in one place, so that a machine where nothing was installed by hand runs every test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

import programs

# npx has no place at all: only the linter of workflows runs it, from PyPI's Node.js and by the Makefile.
_NAMES = {*programs.PROGRAMS, "npx"}
_FOLDERS = ("tests", "benchmarks", "src", "function_app")
_ALLOWED = {
    "tests/shared/programs.py": set(programs.PROGRAMS),
    "tests/contract/test_programs.py": {"uv"},
    # The product's own search: `localazure exec` logs in the az that its user has on the PATH.
    "src/localazure/cli/execute.py": {"az"},
    # And the uv that its user has, for the Function's packages.
    "src/imagegate/gateway/function_packages.py": {"uv"},
}
_SEARCHES = {"which", "run", "Popen", "call", "check_call", "check_output", "getoutput", "system", "popen"}
_SEARCHES |= {"create_subprocess_exec", "execv", "execvp", "execvpe", "execlp", "posix_spawnp", "spawnvp"}
_FIXED_PATH = re.compile(r"(^|/)bin/[a-z]+$")


def test_every_program_is_found_in_one_place(repository: Path) -> None:
    """No file of tests, benchmarks and src starts uv, docker, az, act or npx by a name or path of its own."""
    files = [path for folder in _FOLDERS for path in (repository / folder).rglob("*.py")]
    found = [
        f"{path.relative_to(repository)}:{line}: {name}"
        for path in files
        for line, name in _own_searches(path.read_text())
        if name not in _ALLOWED.get(str(path.relative_to(repository)), set())
    ]

    assert len(files) > 100
    assert found == []


def test_the_allowed_places_search(repository: Path) -> None:
    """Each exception is used: a file that no longer searches leaves the list."""
    for name, allowed in _ALLOWED.items():
        seen = {program for _, program in _own_searches((repository / name).read_text())}
        assert seen & allowed


@pytest.mark.parametrize(
    "code",
    [
        'subprocess.run(["uv", "export"], check=True)',
        'command = ("docker", "ps")',
        'command = [*("npx", "--yes"), name]',
        'subprocess.Popen("act")',
        'shutil.which("az")',
        'which("npx", path=folder)',
        'os.environ.get("UV", "uv")',
        'os.environ["UV"]',
        'os.getenv("UV")',
        'DOCKER = "/usr/bin/docker"',
        'az = REPOSITORY / ".cache/azure-cli/bin/az"',
        'os.execvp("uv", arguments)',
        'await asyncio.create_subprocess_exec("docker", "ps")',
    ],
)
def test_a_second_place_is_seen(code: str) -> None:
    """Every way to start or search a program past the one place is recognised."""
    assert list(_own_searches(code))


@pytest.mark.parametrize("code", ['subprocess.run(["git", "az"])', 'find("uv")', 'names = {"az": 1}', 'x = "uv"'])
def test_other_code_is_not_a_place(code: str) -> None:
    """Other programs, the one place's own call and mere words are left alone."""
    assert list(_own_searches(code)) == []


def test_uv_is_found_without_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, repository: Path) -> None:
    """The variable that `uv run` sets comes first, then the PATH, then the uv that make installed."""
    stated, on_path = _program(tmp_path / "stated" / "uv"), _program(tmp_path / "path" / "uv")
    kept = _program(tmp_path / "repository" / "uv")
    row = programs.PROGRAMS["uv"]
    assert row.places == ("uv", str(repository / ".cache" / "uv" / "bin" / "uv"))
    monkeypatch.setitem(programs.PROGRAMS, "uv", type(row)(variable="UV", places=("uv", kept), target=row.target))

    monkeypatch.setenv("UV", stated)
    monkeypatch.setenv("PATH", str(Path(on_path).parent))
    assert programs.find("uv") == stated
    monkeypatch.delenv("UV")
    assert programs.find("uv") == on_path
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs.find("uv") == kept


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_missing_program_names_its_target(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, repository: Path, name: str
) -> None:
    """Where a program is not installed, the message has the make target that installs it, and the target exists."""
    row = programs.PROGRAMS[name]
    monkeypatch.setitem(programs.PROGRAMS, name, type(row)(places=(str(tmp_path / name),), target=row.target))

    with pytest.raises(programs.ProgramMissing, match=f"{name} is not installed.*`make {row.target}`"):
        programs.find(name)

    assert re.search(rf"^{row.target}:", (repository / "Makefile").read_text(), re.MULTILINE)


def _program(path: Path) -> str:
    path.parent.mkdir()
    path.write_text("")
    path.chmod(0o755)
    return str(path)


def _own_searches(source: str) -> Iterator[tuple[int, str]]:
    """Line and program of everything that starts or searches one of the programs."""
    for node in ast.walk(ast.parse(source)):
        for word in _searched(node):
            name = PurePosixPath(word).name
            if name in _NAMES:
                yield getattr(node, "lineno", 0), name


def _searched(node: ast.AST) -> list[str]:
    """Words of a node that stand where a program's name or path stands."""
    match node:
        case ast.List(elts=[ast.Constant(value=str(word)), *_]) | ast.Tuple(elts=[ast.Constant(value=str(word)), *_]):
            return [word]
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Constant(value=str(word)), *_]):
            if called in {"get", "getenv"} and word == "UV":
                return ["uv"]
            return [word] if called in _SEARCHES else []
        case ast.Subscript(slice=ast.Constant(value="UV")):
            return ["uv"]
        case ast.Constant(value=str(word)) if _FIXED_PATH.search(word):
            return [word]
    return []
