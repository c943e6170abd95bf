"""What may be set about the local Image Builder."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_BUILD_TIMEOUT_MINUTES = 240
SHORTEST_BUILD_TIMEOUT_MINUTES = 6  # below, the service accepts the template and every build fails
FOR_EVER_S = 90 * 24 * 60 * 60.0  # more than a clock's wait can take would be an error


@dataclass(frozen=True, kw_only=True)
class ImageBuilderSettings:
    """Times in seconds: how often a live log is written out and a distribution is looked at."""

    log_flush_s: float = 0.5
    distribution_poll_s: float = 0.1
    download_timeout_s: float = 30
