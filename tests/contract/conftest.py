"""The Function as the platform's own worker library sees it."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from localazure.functions.worker_process import WorkerProcess


@pytest.fixture
def load_app(tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Load an app's folder with the worker library, in a process with hardly any environment."""
    with ExitStack() as stack:

        def load(folder: Path, *, python: str | None = None, **environment: str) -> WorkerProcess:
            log = stack.enter_context((tmp_path / "worker.log").open("ab"))
            options = {"python": python} if python else {}
            worker = WorkerProcess(folder, {"PATH": os.environ["PATH"], **environment}, log=log, **options)
            return stack.enter_context(worker)

        yield load
