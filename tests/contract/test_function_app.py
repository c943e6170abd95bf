"""The Azure Function is what the platform will find: its functions, its packages, its settings."""

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import pytest

from imagegate.settings.function_settings import load_function_settings
from localazure.functions.worker_process import FunctionFailed, WorkerProcess
from programs import find

LoadApp = Callable[..., WorkerProcess]

_BINDINGS = Path(__file__).with_name("function_bindings.json")
_CLIENT = {"string": json.dumps({"rpcBaseUrl": "http://127.0.0.1:9"})}
_MOST_LINES = 120


def _foreign_event(corpus: Path) -> str:
    folder = corpus / "event-samples" / "rest-specs" / "Resources" / "event-grid-schema"
    return (folder / "resource_action_success.json").read_text()


def _bindings(worker: WorkerProcess) -> dict[str, list[Mapping[str, Any]]]:
    return {name: list(function.bindings) for name, function in sorted(worker.functions.items())}


def test_worker_finds_exactly_these_functions(repository: Path, load_app: LoadApp) -> None:
    """The worker library indexes the functions and bindings that tests/contract/function_bindings.json holds."""
    assert _bindings(load_app(repository)) == json.loads(_BINDINGS.read_text())


def test_app_is_indexed_without_any_setting(repository: Path, load_app: LoadApp) -> None:
    """The platform indexes an app before anybody has set anything."""
    assert "on_build_event" in load_app(repository).functions


def test_event_reaches_the_flow(repository: Path, corpus: Path, load_app: LoadApp) -> None:
    """A published event, invoked as the host does, comes to the flow, which drops it without asking Azure."""
    settings = json.loads((repository / "local.settings.json.sample").read_text())["Values"]
    worker = load_app(repository, **settings)

    answer = worker.invoke("on_build_event", {"event": {"json": _foreign_event(corpus)}, "client": _CLIENT})

    assert answer is None


def test_missing_settings_fail_the_invocation_with_their_names(
    repository: Path, corpus: Path, load_app: LoadApp
) -> None:
    """Without its settings the Function fails loudly, and says which are missing."""
    worker = load_app(repository)

    with pytest.raises(FunctionFailed, match="IMAGEGATE_TEMPLATE_RESOURCE_GROUPS"):
        worker.invoke("on_build_event", {"event": {"json": _foreign_event(corpus)}, "client": _CLIENT})


def test_every_activity_that_a_story_calls_is_there(repository: Path) -> None:
    """What an orchestration calls by name is registered by that name."""
    flows = "\n".join(path.read_text() for path in (repository / "src" / "imagegate" / "flows").glob("*.py"))
    called = set(re.findall(r'(?:call\(\s*ctx,|call_activity\()\s*"(\w+)"', flows)) | {"post_status"}

    registered = {
        name for name, bindings in json.loads(_BINDINGS.read_text()).items() if bindings[0]["type"] == "activityTrigger"
    }

    assert called
    assert called <= registered


def test_package_wins_over_the_marker(repository: Path) -> None:
    """`import function_app` finds the package; the file of that name is never executed."""
    spec = PathFinder.find_spec("function_app", [str(repository)])

    assert spec is not None
    assert Path(spec.origin or "").name == "__init__.py"


def test_triggers_stay_thin(repository: Path) -> None:
    """The package holds triggers only, in less than 120 lines."""
    files = [*(repository / "function_app").glob("*.py"), repository / "function_app.py"]

    assert sum(len(path.read_text().splitlines()) for path in files) < _MOST_LINES


def test_requirements_are_the_lock(repository: Path, tmp_path: Path) -> None:
    """requirements.txt is what the command in its first lines makes of uv.lock: third parties only, with hashes."""
    text = (repository / "requirements.txt").read_text()
    command = text.splitlines()[1].removeprefix("#").split()
    assert command[-2:] == ["--output-file", "requirements.txt"]

    made = tmp_path / "requirements.txt"
    subprocess.run(
        [find("uv"), *command[1:-1], str(made), "--quiet", "--offline"], cwd=repository, check=True, timeout=60
    )

    packages = text.splitlines()[2:]
    assert made.read_text().splitlines()[2:] == packages
    assert not any(line.startswith(("-e", ".", "imagegate")) for line in packages)


def test_sample_settings_are_complete(repository: Path) -> None:
    """The sample holds what the Function needs, and no variable that nothing reads."""
    values = json.loads((repository / "local.settings.json.sample").read_text())["Values"]

    assert load_function_settings(values).repositories == {"owner/name"}
    sources = "\n".join(path.read_text() for path in (repository / "src" / "imagegate").rglob("*.py"))
    assert [name for name in values if name.startswith("IMAGEGATE_") and name not in sources] == []


def test_host_settings_fit_the_library(repository: Path) -> None:
    """Durable 2.x needs gRPC of bundle 4.38; timers fire in time; no function runs longer than the plan allows."""
    host = json.loads((repository / "host.json").read_text())

    assert host["extensionBundle"]["version"] == "[4.38.0, 5.0.0)"
    assert host["functionTimeout"] == "00:10:00"
    durable = host["extensions"]["durableTask"]
    assert durable["hubName"] == "imagegate"
    assert durable["storageProvider"]["maxQueuePollingInterval"] == "00:00:02"
    assert durable["storageProvider"]["partitionCount"] == 1
