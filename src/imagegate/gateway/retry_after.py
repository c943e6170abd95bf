"""How long a service wants to be left alone."""

from typing import Any

from azure.core.pipeline.policies import RetryPolicy


class RetryAfter:
    """A response hook that keeps the newest `Retry-After`, in seconds; a date in it counts from now."""

    def __init__(self) -> None:
        self.seconds: float | None = None

    def __call__(self, response: Any) -> None:  # noqa: ANN401 - azure-core's PipelineResponse of untyped halves
        """Take the header of a response."""
        asked = RetryPolicy().get_retry_after(response)
        if asked is not None:
            self.seconds = float(asked)
