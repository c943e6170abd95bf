"""What may be set about the local Compute: times that Azure takes and a test wants short or long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ComputeSettings:
    """Times in seconds, and what one machine may take of this one whatever its size says.

    `wait_for_guest` True makes a virtual machine's PUT succeed only when the guest reported ready, as Azure does;
    the default answers as soon as the machine runs, because whoever probes does so with attempts of its own.
    """

    replication_s_per_region: float = 0.2
    wait_for_guest: bool = False
    provisioning_timeout_s: float = 20 * 60
    guest_poll_s: float = 0.5
    run_command_timeout_s: float = 90 * 60
    most_cpus: int = 2
    regional_cores: int = 100
    most_memory_mib: int = 1024
