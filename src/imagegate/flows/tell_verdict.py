"""Close `imagegate/verify` of a job's commit, when the version that was verified came of it."""

from imagegate.errors import ImageGateError
from imagegate.flows.verify_for_commit import status_of
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import get_resource
from imagegate.model import ResourceId, Stamp
from imagegate.model.commit_status import VERIFY_CONTEXT
from imagegate.model.verification import Verification
from imagegate.steps.tell_commit import CommitTeller


def tell_verdict(cloud: Cloud, teller: CommitTeller, verification: Verification, *, silent: str = "") -> None:
    """Post the verdict, or note why it is not this commit's. Never fails.

    `silent` says why the version may not speak for its commit: then only a pending status is closed, as an error.
    """
    try:
        body = get_resource(cloud, ResourceId.parse(verification.image_version_id)) or {}
    except ImageGateError as error:
        teller.note(f"the commit is not told: {error.message.splitlines()[0]}")
        return
    stamp = Stamp.from_tags(body.get("tags"))
    mine = Stamp(repository=teller.event.repository, commit=teller.event.commit)
    if not stamp.same_source(mine):
        whose = stamp.commit[:12] or "no commit that it names"
        teller.note(f"the commit is not told: the version came of {whose}, the job works for {mine.commit[:12]}")
        return
    if silent:
        teller.close_pending(VERIFY_CONTEXT, f"Not reported: {silent}.")
        return
    state, description = status_of(verification)
    teller.tell(VERIFY_CONTEXT, state, description)
