"""Tell whoever listens what became of a version: an event on a custom topic, if one is set."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.verdict_topic import publish
from imagegate.model.verification import Verification


def publish_verdict(cloud: Cloud, job: dict[str, Any], *, endpoint: str) -> dict[str, Any]:
    """Publish `ImageGate.ImageVersion.Passed`, `.Failed` or `.Inconclusive`; `job` is a `Verification`'s JSON.

    Publishing twice gives two events of one id. With an empty endpoint nothing is published.
    """
    if not endpoint:
        return {"published": False}
    verification = Verification.from_json(job)
    publish(
        cloud,
        endpoint,
        event_id=f"{verification.run}-{verification.verdict}",
        event_type=f"ImageGate.ImageVersion.{verification.verdict.capitalize()}",
        subject=verification.image_version_id,
        data={
            "imageVersionId": verification.image_version_id,
            "verdict": str(verification.verdict),
            "reason": verification.reason,
            "promoted": verification.promoted,
            "teardown": str(verification.teardown),
        },
    )
    return {"published": True}
