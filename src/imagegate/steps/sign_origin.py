"""Sign what a run brought: a token of the job for each gallery version, written where the verifier looks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from imagegate.errors import ImageGateError
from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.github_token import request_job_token
from imagegate.gateway.image_versions import read_version
from imagegate.gateway.origin_store import write_proof
from imagegate.model import ResourceId, Stamp
from imagegate.model.origin_statement import PROBE_AUDIENCE, OriginStatement
from imagegate.steps.find_container import container_url

_PERMISSION = "the job has no `permissions: {id-token: write}`"


@dataclass(frozen=True, kw_only=True)
class Signing:
    """What was signed, and why the rest was not; `unsigned` has a reason for each version.

    `retry` says that a service failed, so that a later attempt may succeed.
    """

    signed: tuple[str, ...] = ()
    unsigned: Mapping[str, str] = field(default_factory=dict)
    retry: bool = False


@dataclass(frozen=True, kw_only=True)
class PublishedBetween:
    """When a version of the run was published: between its start and its end. A bound that is None holds nothing."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, published_at: datetime) -> bool:
        """Whether the date lies between; the start counts in whole seconds, as publishing dates do."""
        after = self.start is None or self.start.replace(microsecond=0) <= published_at
        return after and (self.end is None or published_at <= self.end)


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Signs as the job of this environment; `why_not` says why it cannot, asked for before the run.

    `token_of` returns a fresh token for an audience. No tag, log or output ever holds one.
    """

    token_of: Callable[[str], str]
    why_not: str = ""

    @classmethod
    def of(
        cls, environment: Mapping[str, str], cloud: Cloud, *, on_secret: Callable[[str], None] = lambda _: None
    ) -> "Signer":
        """The signer of a job; one token is asked for now, so that a missing permission shows before the run."""

        def token_of(audience: str) -> str:
            return request_job_token(environment, audience, on_secret=on_secret, transport=cloud.transport)

        if not environment.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
            in_job = environment.get("GITHUB_ACTIONS") == "true"
            return cls(token_of=token_of, why_not=_PERMISSION if in_job else "it was not built by a GitHub job")
        try:
            token_of(PROBE_AUDIENCE)
        except ImageGateError as error:
            return cls(token_of=token_of, why_not=str(error).splitlines()[0])
        return cls(token_of=token_of)


def sign_origin(
    cloud: Cloud,
    signer: Signer,
    *,
    resource_group: str,
    versions: Mapping[str, Stamp],
    sent_smoke: str,
    published: PublishedBetween,
) -> Signing:
    """Sign each version that is what the job sent. `versions` are the run's gallery versions with the stamp sent.

    Nothing here raises: an unsigned version is verified, and stays hidden.
    """
    if signer.why_not:
        return Signing(unsigned=dict.fromkeys(versions, signer.why_not))
    try:
        container = Container(cloud, container_url(cloud, resource_group, "origin"))
    except ImageGateError as error:
        return Signing(unsigned=dict.fromkeys(versions, error.message.splitlines()[0]), retry=True)
    signed: list[str] = []
    unsigned: dict[str, str] = {}
    retry = False
    for version_id, stamp in versions.items():
        try:
            statement = _statement(cloud, version_id, stamp, sent_smoke, published)
            write_proof(container, statement.digest, signer.token_of(statement.audience))
        except (ImageGateError, _NotOurs) as error:
            unsigned[version_id] = str(error).splitlines()[0]
            retry = retry or isinstance(error, ImageGateError)
        else:
            signed.append(version_id)
    return Signing(signed=tuple(signed), unsigned=unsigned, retry=retry)


class _NotOurs(Exception):  # noqa: N818 - what the version is
    """The version is not what this job sent; the message says in what."""


def _statement(
    cloud: Cloud, version_id: str, stamp: Stamp, sent_smoke: str, published: PublishedBetween
) -> OriginStatement:
    """The statement of the version as the gallery has it now, which has to say what was sent."""
    version = read_version(cloud, ResourceId.parse(version_id))
    statement = OriginStatement.of_version(version) if version is not None else None
    if version is None or statement is None or version.published_at is None:
        raise _NotOurs("the gallery has no such version, or no publishing date for it")
    if statement.stamp.job_key != stamp.job_key:
        raise _NotOurs("it does not carry this job's key")
    if statement.stamp != stamp:
        raise _NotOurs("its tags are not those that this job sent")
    if statement.smoke != sent_smoke:
        raise _NotOurs("its smoke specification is not the one that this job sent")
    if not published.holds(version.published_at):
        raise _NotOurs(f"it was published at {version.published_at:%Y-%m-%d %H:%M:%S} UTC, not during this job's run")
    return statement
