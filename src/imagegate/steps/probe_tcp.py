"""Connects once to a port of a smoke VM."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.probe import ask_tcp
from imagegate.model import Attempt, TcpProbe


def probe_tcp(_cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """One attempt, as an `Attempt`'s JSON. `job`: `address`, `probe` (the form of imagegate.yaml), `number`."""
    probe = TcpProbe.from_mapping(job["probe"]["tcp"])
    answer = ask_tcp(job["address"], probe.port)
    return Attempt(
        probe=str(probe), number=job["number"], passed=answer.passed, detail=answer.detail, seconds=answer.seconds
    ).to_json()
