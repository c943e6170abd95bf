"""Runs the decision about a verified version in this process, for a command that waits for its end."""

import uuid
from typing import Any

from imagegate.flows.activities import decision_activities
from imagegate.flows.decide_promotion import decide_promotion
from imagegate.flows.verify_for_commit import with_decision
from imagegate.flows.verify_here import Teller
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.durable import DurableEngine, output_of
from imagegate.model.verification import Verification
from imagegate.report.progress import Progress
from imagegate.steps.check_proof import Verifier
from imagegate.waiting import Clock

PROOF_LIMIT_S = 60
"""How long a command waits for a proof: the job that built has signed before this step began."""


def decide_here(
    cloud: Cloud, verifier: Verifier, verification: Verification, *, progress: Progress, clock: Clock
) -> tuple[Verification, dict[str, Any]]:
    """The verification with what was decided about `latest`, and the decision itself (`speaks`, `reason`, …).

    Raises:
        Interrupted: by `clock`; the version stays as it is.
    """
    result = verification.to_json()
    job = {name: result[name] for name in ("image_version_id", "published_at", "verdict", "may_promote")}
    instance_id = f"decide-{uuid.uuid4().hex}"
    activities = decision_activities(lambda: cloud, lambda: verifier)
    with DurableEngine(orchestrators=(decide_promotion,), activities=activities) as engine:
        engine.start(decide_promotion.__name__, {**job, "limit_s": PROOF_LIMIT_S}, instance_id=instance_id)
        decision = output_of(engine.watch(instance_id, clock=clock, on_status=Teller(progress)))
    return Verification.from_json(with_decision(result, decision)), decision
