"""One image version that passed its smoke test, what anybody may do to it, and what the gate decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import jwt
from azure.core.pipeline.transport import HttpTransport

import gate_bench
from fake_orchestration import FakeContext, drive
from fake_wire import Answer, HandClock, Wire
from gate_bench import PUBLISHED, RECORDS, STAMP, GateBench
from imagegate.flows.activities import decision_activities
from imagegate.flows.decide_promotion import decide_promotion
from imagegate.flows.promote_late import promote_late
from imagegate.flows.verify_for_commit import verify_for_commit
from imagegate.gateway.blobs import Container
from imagegate.gateway.records import Records
from imagegate.model import Promote, ResourceId, TeardownResult
from imagegate.model.persons_decision import PersonsDecision
from imagegate.model.verification import Cause, Verification
from imagegate.report.progress import Silent, Story
from imagegate.steps.decide_verdict import decide_consequence
from imagegate.steps.resolve_latest import resolve_latest
from job_issuer import CLAIMS, JobIssuer
from smoke_azure import VERSION_ID

_NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WAIT_S = 600
"""How long a decision waits for a proof, in the time of the test, where something is to happen meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the gate made of the version.

    `green`: the commit's check may turn green. `latest`: `latest` resolves to the version. `reason`: why not.
    """

    green: bool
    latest: bool
    reason: str


class GateWorld:
    """The version golden/web/1.2.3, built from `refs/heads/main` of `acme/images` by run 4711, attempt 1, number 7.

    It is hidden, booted and served, and nobody has signed it yet. What the verifier is set to: the repository
    `acme/images`, its workflow `.github/workflows/image.yml`, the promoted ref `refs/heads/main`.
    """

    def __init__(self, wire: Wire, issuer: JobIssuer) -> None:
        self.bench = GateBench(wire, issuer)
        self.at_wait: dict[int, Any] = {}
        """Called before the nth time that the decision waits, counted from 1."""
        self.description = ""
        """What the commit's status says, after `report`."""
        self.issuer_is_down = False
        """Whether the issuer's keys cannot be fetched."""

    def settings(self, **changes: Any) -> None:  # noqa: ANN401 - any field of OriginRules
        """Change the verifier's settings: `repositories`, `repository_ids`, `workflows`, `promoted_refs`, `claims`."""
        self.bench.rules = replace(self.bench.rules, **changes)

    def sign(self, **claims: Any) -> None:  # noqa: ANN401 - any claim
        """The build job signs the version as it is now. Claims that are given differ from those of the job.

        None leaves a claim out. `kid="k9"` signs with a key that the issuer does not publish, `audience=TEXT` makes it
        a token for something else, `iss=URL` a token of another issuer. `algorithm` and `key` are PyJWT's.
        """
        self.bench.sign(**claims)

    def token(self, **claims: Any) -> str:  # noqa: ANN401 - any claim
        """The token that `sign` would leave."""
        return self.bench.issuer.mint(claims.pop("audience", self.bench.statement.audience), **claims)

    def leave(self, content: str | bytes) -> None:
        """Leave anything in the origin container, in the place of this version's proofs."""
        self.bench.leave(content)

    def change_tags(self, **tags: str | None) -> None:
        """Set tags of the version by name with `_` for `-`; None removes one. The disk stays the same."""
        for name, value in tags.items():
            self._tags.pop(name.replace("_", "-"), None)
            if value is not None:
                self._tags[name.replace("_", "-")] = value

    def stamp(self, **changes: Any) -> None:  # noqa: ANN401 - any field of a stamp
        """Write another origin into the tags: repository, commit, ref, run, image, content_hash, dirty."""
        before = self._version["properties"]
        self.bench.restamp(**changes)
        self._version["properties"] = before

    def make_again(self, *, seconds_later: float = 60, stamp: Mapping[str, Any] | None = None) -> None:
        """Delete the version and make another one under its number, with the same tags unless `stamp` changes them."""
        if stamp:
            self.stamp(**stamp)
        at = datetime.fromisoformat(PUBLISHED) + timedelta(seconds=seconds_later)
        self._profile["publishedDate"] = at.astimezone(UTC).isoformat()

    def hide(self) -> None:
        """Somebody sets the flag that takes the version out of `latest`."""
        self._profile["excludeFromLatest"] = True

    def delete_version(self) -> None:
        """Delete the version."""
        self.bench.version = None

    def promoted_before(self, *, run_number: int, workflow: str = CLAIMS["workflow_ref"].partition("@")[0]) -> None:
        """Version 1.2.2 is latest; it came of this run number of this workflow."""
        pointer = {
            "schema": "imagegate.pointer.v1",
            "image_version_id": VERSION_ID.lower().replace("1.2.3", "1.2.2"),
            "workflow": workflow,
            "run_number": run_number,
        }
        self.bench.blobs.write("/records/golden/web/promoted-last.json", json.dumps(pointer).encode())

    def withdraw(self) -> None:
        """A person took the version back."""
        self.record(verdict="passed", standing="withdrawn", by="ada", reason="CVE")

    def record(self, *, verdict: str, standing: str, by: str = "verification", reason: str = "") -> None:
        """What the gate remembers of the version."""
        record: dict[str, Any] = {
            "schema": "imagegate.record.v1",
            "image_version_id": VERSION_ID.lower(),
            "published_at": f"{self.bench.statement.published_at:%Y-%m-%dT%H:%M:%SZ}",
            "standing": standing,
            "verdict": verdict,
            "by": by,
            "reason": reason,
            "changed_at": None,
            "claims": {},
            "key_id": "",
        }
        name = f"/records/golden/web/1.2.3/{self.bench.statement.published_at:%Y%m%dT%H%M%SZ}.json"
        self.bench.blobs.write(name, json.dumps(record).encode())

    def parents(self, commit: str, *parents: str) -> None:
        """GitHub says that a merge commit has these parents."""
        self.bench.parents[commit] = parents

    def store_is_down(self, container: str = "origin", *, method: str = "GET", status: int = 503) -> None:
        """The container refuses requests of the method: `origin` or `records`."""
        code = "ServerBusy" if status >= 500 else "AuthorizationFailure"
        self.bench.blobs.refusals[method, container] = Answer(status=status, headers={"x-ms-error-code": code})

    def store_is_up(self, container: str = "origin", *, method: str = "GET") -> None:
        """It answers again."""
        self.bench.blobs.refusals.pop((method, container), None)

    def decide(self, *, passed: bool = True, verified_at: str = PUBLISHED) -> Decision:
        """What the gate decides; `passed` is False where the smoke test or the teardown forbids a promotion.

        `verified_at` is the publishing date of the version that was booted.
        """
        job = {
            "image_version_id": VERSION_ID,
            "published_at": verified_at,
            "verdict": "passed" if passed else "failed",
            "may_promote": passed,
            "limit_s": self._limit_s,
        }
        decision = self._decide(job)
        return Decision(green=decision["speaks"] and passed, latest=self.latest, reason=decision["reason"])

    def report(self, *, cause: Cause = Cause.NONE, teardown: TeardownResult = TeardownResult.COMPLETE) -> str:
        """The state that the commit shows after a verification that ended like this; before it was pending."""
        decision = decide_consequence(cause=cause, teardown=teardown, promote=Promote.ON_PASS)
        verification = Verification(
            image_version_id=VERSION_ID,
            run="0123456789ab",
            cause=cause,
            reason="It ended.",
            teardown=teardown,
            published_at=PUBLISHED,
            promotion=decision.reason,
            may_promote=decision.may_promote,
        )
        shown = ["pending"]

        def post(status: dict[str, Any]) -> dict[str, Any]:
            if not status["only_pending"] or shown[-1] == "pending":
                shown.append(status["state"])
                self.description = status["description"]
            return {}

        answers = {
            "verify_image_version": verification.to_json(),
            "decide_promotion": self._decide,
            "publish_verdict": {},
            "post_status": post,
        }
        ctx = FakeContext(answers)
        drive(ctx, verify_for_commit(ctx, self._job()))
        return shown[-1]

    def promote_late(self) -> str:
        """The state that the commit shows after the timer has found a proof that came late."""
        shown = ["error"]

        def post(status: dict[str, Any]) -> dict[str, Any]:
            shown.append(status["state"])
            return {}

        ctx = FakeContext({"decide_promotion": self._decide, "post_status": post})
        drive(
            ctx, promote_late(ctx, {**self._job(), "published_at": PUBLISHED, "verdict": "passed", "may_promote": True})
        )
        return shown[-1]

    def decide_as_person(self, decide: Callable[..., object]) -> None:
        """A person promotes or quarantines the version."""
        records = Records(Container(self.bench.cloud, RECORDS))
        decision = PersonsDecision(by="user ada", reason="checked by hand")
        story = Story(Silent(), HandClock())
        decide(self.bench.cloud, records, ResourceId.parse(VERSION_ID), decision, story=story, now=_NOW)

    @property
    def resolves(self) -> bool:
        """Whether it is the version that `latest` resolves to: visible, and none with a higher number is."""
        return self.latest and resolve_latest(self.bench.cloud, ResourceId.parse(VERSION_ID).parent).by_region == {
            "westeurope": VERSION_ID.rsplit("/", 1)[-1]
        }

    def _job(self) -> dict[str, Any]:
        stamp = self.bench.statement.stamp
        commit = {"image": stamp.image, "repository": stamp.repository, "commit": stamp.commit, "ref": stamp.ref}
        return {"image_version_id": VERSION_ID, **commit, "limit_s": self._limit_s}

    @property
    def _limit_s(self) -> int:
        """One look is enough where nothing changes."""
        return WAIT_S if self.at_wait else 0

    @property
    def tags(self) -> list[str]:
        """Names of the version's tags."""
        return list(self._tags)

    @property
    def latest(self) -> bool:
        """Whether `latest` resolves to the version."""
        return self.bench.version is not None and not self.bench.hidden

    def _decide(self, job: dict[str, Any]) -> dict[str, Any]:
        activities = decision_activities(lambda: self.bench.cloud, lambda: self.bench.verifier)
        ctx = FakeContext(dict(activities))
        ctx.at_timer = lambda number: self.at_wait.get(number, lambda: None)()
        with self.bench.with_keys(), self._fetching_keys(), patch.object(HttpTransport, "sleep", lambda *_: None):
            decision: dict[str, Any] = drive(ctx, decide_promotion(ctx, job))
        return decision

    def _fetching_keys(self) -> Any:  # noqa: ANN401 - a context manager
        """While entered, keys can be had only where the issuer is not down."""
        fetch = gate_bench._Keys.get_signing_key

        def fetched(keys: gate_bench._Keys, kid: str) -> Any:  # noqa: ANN401 - PyJWT's key
            if self.issuer_is_down:
                raise jwt.PyJWKClientConnectionError("timed out")
            return fetch(keys, kid)

        return patch.object(gate_bench._Keys, "get_signing_key", fetched)

    @property
    def _version(self) -> dict[str, Any]:
        assert self.bench.version is not None
        return self.bench.version

    @property
    def _tags(self) -> dict[str, str]:
        tags: dict[str, str] = self._version["tags"]
        return tags

    @property
    def _profile(self) -> dict[str, Any]:
        profile: dict[str, Any] = self._version["properties"]["publishingProfile"]
        return profile


__all__ = ["CLAIMS", "STAMP", "WAIT_S", "Decision", "GateWorld"]
