"""Request bodies: JSON, and the JSON with comments that `az deployment` sends its templates as.

That client pastes a template's text into the body as it was written, under a key without quotes
(`{"properties": {"mode": "Incremental", template:{ … // comments … }}}`, recorded), and Resource Manager takes it.
"""

from __future__ import annotations

import json
import re
from typing import Any

_BARE_TEMPLATE_KEY = re.compile(r"([{,]\s*)template\s*:\s*(?=\{)")


def parse(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    """A request body as plain Python. Raises `ValueError` where no reading makes sense of it."""
    try:
        return json.loads(raw)
    except ValueError as error:
        text = raw.decode("utf-8-sig", errors="strict")
        if not _BARE_TEMPLATE_KEY.search(text) and "//" not in text and "/*" not in text:
            raise
        return _lenient(text, error)


def _lenient(text: str, first: ValueError) -> Any:  # noqa: ANN401 - any JSON
    from armtemplate import ArmTemplateError, parse_json

    try:
        return parse_json(_BARE_TEMPLATE_KEY.sub(r'\1"template":', text, count=1), file="request body").value
    except ArmTemplateError as error:
        raise first from error
