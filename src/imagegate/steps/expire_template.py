"""Let the image template of a failed build go soon: it keeps a staging group from other builds."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from imagegate.errors import ImageGateError
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import EXPIRES_AT_TAG
from imagegate.model.verification import innermost_line

LIFETIME = timedelta(hours=1)
"""The Function reads the log within minutes, and the job has the whole of it."""


def expire_template(templates: ImageTemplates, name: str, *, note: Callable[[str], None]) -> None:
    """Bring the expiry forward to an hour from now; what goes wrong is noted, since the build has failed already."""
    moment = f"{datetime.now(UTC) + LIFETIME:%Y-%m-%dT%H:%M:%SZ}"
    try:
        body = templates.read_body(name)
        if body is not None:
            templates.write_tags(name, {**(body.get("tags") or {}), EXPIRES_AT_TAG: moment})
    except ImageGateError as error:
        note(f"the image template {name} keeps its staging group for two days: {innermost_line(error.message)}")
        return
    note(f"the image template {name} stays until {moment}, with the log in its staging group")
