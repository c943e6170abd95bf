"""The bodies of resources as they are sent, and how large they may be."""

import json
from typing import Any

from armtemplate.drafts import Draft
from armtemplate.errors import ExpressionError
from armtemplate.frames import Frame
from armtemplate.limits import RESOURCE_BYTES, TEMPLATE_BYTES
from armtemplate.positions import PathLink
from armtemplate.unknown import copied, unknowns_in
from armtemplate.values import utf8

_RESOURCES: PathLink = (None, "resources")


class SentBodies:
    """The bodies of a template's resources as they are sent; what is too large for that is a fault."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._size_bytes = 0

    def own(self, body: dict[str, Any], draft: Draft) -> dict[str, Any]:
        """A copy of a body, so that whoever changes it changes no parameter."""
        try:
            for _ in unknowns_in(body):
                pass
        except ExpressionError as error:
            draft.frame.report(error, draft.path)
            return {}
        self._measure(body, draft)
        return {name: copied(value) for name, value in body.items()}

    def _measure(self, body: dict[str, Any], draft: Draft) -> None:
        size_bytes = 0 if draft.is_deployment else _size_bytes(body)  # a nested template is measured on its own
        if size_bytes > RESOURCE_BYTES:
            message = (
                f"the resource has {size_bytes:,} bytes once its loops and expressions are evaluated; "
                f"Azure takes {RESOURCE_BYTES:,}"
            )
            draft.frame.report(ExpressionError(message), draft.path)
        before, self._size_bytes = self._size_bytes, self._size_bytes + size_bytes
        if before <= TEMPLATE_BYTES < self._size_bytes:
            message = (
                f"the template has more than the {TEMPLATE_BYTES:,} bytes that Azure takes "
                "once its loops and expressions are evaluated"
            )
            self._frame.report(ExpressionError(message), _RESOURCES)


def _size_bytes(body: dict[str, Any]) -> int:
    """The size of a body as it is sent; what is not known yet counts as empty."""
    return len(utf8(json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=lambda _unknown: "")))
