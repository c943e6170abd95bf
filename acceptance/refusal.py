"""Where an acceptance run does not start."""

from __future__ import annotations

from acceptance.leftovers import find_leftovers
from acceptance.world import World


class Refused(Exception):  # noqa: N818 - what happened, as a sentence
    """It does not start here; the message says why."""


def refuse_unless_free(world: World) -> None:
    """Nothing may be there that begins with the prefix: at the end everything that does is deleted.

    Raises:
        Refused: something is there.
    """
    there = find_leftovers(world, "start").all
    if there:
        lines = "\n".join(f"  {line}" for line in there)
        raise Refused(
            f"It does not start: what begins with {world.options.prefix}- would be deleted at its end, and this is "
            f"there already:\n{lines}\nGive another --prefix, or delete it."
        )
