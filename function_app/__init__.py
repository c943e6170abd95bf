"""The Azure Function: exports one `app`, found because a package wins over the module of the same name beside it."""

import sys
from pathlib import Path

_SRC = Path(__file__).resolve().parent.parent / "src"
if _SRC.is_dir() and str(_SRC) not in sys.path:  # deployed, imagegate is not installed
    sys.path.insert(0, str(_SRC))

from function_app.triggers import app  # noqa: E402 - the path comes first

__all__ = ["app"]
