"""What is deployed: the package by .funcignore, and its packages as the platform's remote build installs them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pathspec

from imagegate.gateway.function_code import pack_own_function
from localazure.functions.worker_process import WorkerProcess
from programs import find

_BINDINGS = Path(__file__).with_name("function_bindings.json")
_CLIENT = {"string": json.dumps({"rpcBaseUrl": "http://127.0.0.1:9"})}


def _packed(repository: Path) -> list[str]:
    """The files that git knows and .funcignore leaves."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    ).stdout.splitlines()
    ignored = pathspec.GitIgnoreSpec.from_lines((repository / ".funcignore").read_text().splitlines())
    return [name for name in listed if not ignored.match_file(name) and (repository / name).is_file()]


def test_package_holds_the_function_and_nothing_else(repository: Path) -> None:
    """Triggers, the product, what it deploys, and what the host reads; no test, no other package, no document."""
    names = _packed(repository)

    assert {"function_app.py", "host.json", "requirements.txt", "function_app/__init__.py"} <= set(names)
    assert "templates/azure/smoke-vm.json" in names
    roots = {name.split("/", 1)[0] for name in names}
    assert roots == {"function_app", "function_app.py", "host.json", "requirements.txt", "src", "templates"}
    assert {name.split("/")[1] for name in names if name.startswith("src/")} == {"imagegate"}


def test_package_runs_on_a_clean_interpreter(
    repository: Path, corpus: Path, tmp_path: Path, load_app: Callable[..., WorkerProcess]
) -> None:
    """Unpacked elsewhere, with its requirements beside it, the Function is indexed and takes an event."""
    app = tmp_path / "app"
    for name in _packed(repository):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository / name, app / name)
    target = app / ".python_packages" / "lib" / "site-packages"
    uv = find("uv")
    subprocess.run(
        [
            *(uv, "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"),
            *("--requirements", str(app / "requirements.txt"), "--target", str(target)),
        ],
        check=True,
        timeout=300,
    )
    python = str(Path(sys.base_prefix) / "bin" / "python3.13")
    settings = json.loads((repository / "local.settings.json.sample").read_text())["Values"]

    worker = load_app(app, python=python, PYTHONPATH=str(target), **settings)

    assert set(worker.functions) == set(json.loads(_BINDINGS.read_text()))
    sample = (
        corpus / "event-samples" / "rest-specs" / "Resources" / "cloud-events-schema" / "resource_write_success.json"
    )
    assert worker.invoke("on_build_event", {"event": {"json": sample.read_text()}, "client": _CLIENT}) is None


def test_installed_imagegate_carries_the_function(repository: Path, tmp_path: Path) -> None:
    """A wheel, installed away from any checkout, packs the Function that the checkout packs, and offers its types."""
    uv = find("uv")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(repository)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    target = tmp_path / "installed"
    install = [uv, "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(install, check=True, timeout=120)
    assert all((target / name / "py.typed").is_file() for name in ("imagegate", "localazure", "armtemplate"))
    code = "import imagegate.gateway.function_code as code; print(code.__file__, code.pack_own_function().sha256)"

    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(target)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    place, digest = ended.stdout.split()
    assert place.startswith(str(target))
    assert digest == pack_own_function().sha256
