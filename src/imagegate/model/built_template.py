"""An image template after it was submitted: where it comes from, and how its last run stands."""

from dataclasses import dataclass

from imagegate.model.resource_id import ResourceId
from imagegate.model.run import Run
from imagegate.model.stamp import Stamp


@dataclass(frozen=True, kw_only=True)
class BuiltTemplate:
    """`run` is the latest run only; None when the template was never run."""

    id: ResourceId
    stamp: Stamp
    run: Run | None
