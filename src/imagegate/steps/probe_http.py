"""Asks a smoke VM one HTTP question."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.probe import ask_http
from imagegate.model import Attempt, HttpProbe


def probe_http(_cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """One attempt, as an `Attempt`'s JSON. `job`: `address`, `probe` (the form of imagegate.yaml), `number`."""
    probe = HttpProbe.from_mapping(job["probe"]["http"])
    answer = ask_http(job["address"], probe)
    return Attempt(
        probe=str(probe),
        number=job["number"],
        passed=answer.passed,
        detail=answer.detail,
        seconds=answer.seconds,
        status=answer.status,
        body_excerpt=answer.body_excerpt,
    ).to_json()
