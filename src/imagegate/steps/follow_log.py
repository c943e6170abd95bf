"""Show what a build writes while it goes on."""

from collections.abc import Callable

from imagegate.errors import ImageGateError, ResourceMissing
from imagegate.gateway.build_container import find_build_container, read_container_log
from imagegate.gateway.cloud import Cloud
from imagegate.model import ResourceId
from imagegate.model.redaction import redact

_OVERLAP = 400
_PARTIAL_LINE_LIMIT = 2_000


class LiveLog:
    """The log of the container that a build runs in, line by line as it grows.

    Reading costs a request, so it is done at most once in `interval_s` of the caller's clock. Whatever goes wrong is
    told once and ends the reading: nobody's build fails for want of its live log. `shown`: whether there was a line.
    """

    def __init__(
        self,
        cloud: Cloud,
        *,
        now: Callable[[], float],
        interval_s: float,
        line: Callable[[str], None],
        note: Callable[[str], None],
    ) -> None:
        self._cloud = cloud
        self._now = now
        self._interval_s = interval_s
        self._line = line
        self._note = note
        self._container: ResourceId | None = None
        self._seen = ""
        self._rest = ""
        self._due_at = 0.0
        self._ended = False
        self.shown = False

    def follow(self, staging_resource_group: str) -> None:
        """Show what is new, if it is time to look again."""
        if self._ended or not staging_resource_group or self._now() < self._due_at:
            return
        self._due_at = self._now() + self._interval_s
        try:
            self._container = self._container or find_build_container(self._cloud, staging_resource_group)
            if self._container is not None:
                self._show(read_container_log(self._cloud, self._container))
        except ResourceMissing:
            self._ended = self._container is not None  # the container goes when its work is done
        except ImageGateError as error:
            self._ended = True
            self._note(f"the live log cannot be read: {error.message.splitlines()[-1]}")

    def _show(self, text: str) -> None:
        fresh = self._rest + _added(self._seen, text)
        self._seen = text
        lines = fresh.split("\n")
        self._rest = lines.pop()[-_PARTIAL_LINE_LIMIT:]
        for line in lines:
            if line.strip():
                self.shown = True
                self._line(redact(line))


def _added(before: str, now: str) -> str:
    """What `now` has beyond `before`, which may have lost its beginning meanwhile."""
    if now.startswith(before):
        return now[len(before) :]
    known = before[-_OVERLAP:]
    found = now.rfind(known)
    return now[found + len(known) :] if found >= 0 else now
