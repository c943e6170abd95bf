"""What may be set about the local Compute: times that Azure takes and a test wants short or long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ComputeSettings:
    """Times in seconds, and what one machine may take of this one whatever its size says."""

    provisioning_timeout_s: float = 20 * 60
    guest_poll_s: float = 0.5
    run_command_timeout_s: float = 90 * 60
    most_cpus: int = 2
    most_memory_mib: int = 1024
