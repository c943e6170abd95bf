"""Who asked for which action while something ran: every question that a local cloud's decision allowed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from localazure.access.decisions import Decisions


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A principal's action at a scope."""

    object_id: str
    action: str
    scope: str
    data: bool

    def allowed_by(self, decisions: Decisions) -> bool:
        """Whether the roles, as they are now, allow it."""
        return decisions.allows(self.object_id, self.action, self.scope, data=self.data)


@contextmanager
def recorded(decisions: Decisions) -> Iterator[set[Ask]]:
    """What is asked and allowed inside of the block."""
    found: set[Ask] = set()
    allows = decisions.allows

    def watched(object_id: str, action: str, scope: str, *, data: bool = False) -> bool:
        allowed = allows(object_id, action, scope, data=data)
        if allowed:
            found.add(Ask(object_id=object_id, action=action, scope=scope, data=data))
        return allowed

    with patch.object(decisions, "allows", watched):
        yield found
