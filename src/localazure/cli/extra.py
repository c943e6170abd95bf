"""The optional part of the package that the local cloud needs, and what to do where it is not installed."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from typing import Any

import click

MODULES = ("azure_functions_runtime", "cronsim", "cryptography", "jwt", "starlette", "trustme", "uvicorn")
"""What the extra `local` brings. A test compares it with pyproject.toml."""
INSTALL = "pip install 'imagegate[local]'"


def needs_the_extra(command: Callable[..., Any] | None) -> Callable[..., Any]:
    """Have a command say how to install what it needs, with exit code 2, where that is not installed."""

    def checked(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the command's own
        missing = [name for name in MODULES if not _is_there(name)]
        if missing:
            raise click.UsageError(f"The local cloud needs {', '.join(missing)}. Install it: {INSTALL}")
        return command(*arguments, **options) if command else None

    return functools.update_wrapper(checked, command) if command else checked


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
