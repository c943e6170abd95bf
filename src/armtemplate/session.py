"""What one evaluation shares from its first expression to its last."""

from dataclasses import dataclass, field

from armtemplate.errors import ExhaustedError, ExpressionError, Fault
from armtemplate.json_types import Value
from armtemplate.limits import EVALUATION_DEPTH, EVALUATION_STEPS
from armtemplate.runtime import Runtime


@dataclass(kw_only=True)
class Work:
    """How many steps are left; shared by all that belongs to one evaluation."""

    steps: int = EVALUATION_STEPS

    def spend(self, steps: int = 1) -> None:
        """Takes steps away.

        Raises:
            ExhaustedError: when there are none left.
        """
        self.steps -= steps
        if self.steps < 0:
            raise ExhaustedError


@dataclass(kw_only=True)
class Session:
    """Who answers what only Azure knows, what was found wrong, and how much work is left."""

    runtime: Runtime | None = None
    faults: list[Fault] = field(default_factory=list)
    work: Work = field(default_factory=Work)
    depth: int = 0
    resolved: dict[int, tuple[Value, Value]] = field(default_factory=dict)  # id of an unknown → the unknown, its value

    def answerer(self) -> Runtime:
        """The runtime; raises ExpressionError where there is none."""
        if self.runtime is None:
            raise ExpressionError("nobody answers for deployed resources here")
        return self.runtime

    def enter(self, levels: int = 1) -> None:
        """Counts steps down the tree; the caller leaves again with `depth -= levels`.

        Raises:
            ExpressionError: when an evaluation goes deeper than any template should.
            ExhaustedError: when it goes on for longer.
        """
        self.work.spend()
        self.depth += levels
        if self.depth > EVALUATION_DEPTH:
            self.depth -= levels
            raise ExpressionError(
                f"the evaluation is nested more than {EVALUATION_DEPTH} levels deep; is there a circular reference?"
            )
