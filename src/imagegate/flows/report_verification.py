"""The status `imagegate/verify (NAME)` of a job's commit: opened before anything can fail, closed however it ends."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from imagegate.errors import ImageGateError
from imagegate.flows.build_for_commit import sentence_of
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import get_resource
from imagegate.model import ResourceId, Stamp
from imagegate.model.commit_status import verify_context
from imagegate.model.verification import Verification
from imagegate.report.verdict_text import not_tested, status_of
from imagegate.steps.tell_commit import CommitTeller


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """A context that waits; `versions` are the ids that it names, none: the image as a whole."""

    context: str
    versions: tuple[str, ...] = ()


@dataclass(kw_only=True)
class VerificationReport:
    """What the commit shows of a verification.

    `image` is the name in imagegate.yaml; empty where only ids of versions are known. `versions` are those ids; none:
    the newest version, which is not known yet.
    """

    teller: CommitTeller | None
    image: str
    versions: Sequence[str] = ()
    _open: dict[str, _Opened] = field(default_factory=dict)
    """By version id; the empty one stands for a version that is not known yet."""
    _closed: set[str] = field(default_factory=set)

    def open(self) -> None:
        """Show that it has begun, in every context that is known before the first request to Azure."""
        for version in self.versions or ("",) if self.teller is not None else ():
            waiting = self.teller.context_of(version) if self.teller and version else ""
            if waiting:
                self._open[version] = _Opened(context=waiting, versions=(version,))
            elif self.image:
                self._open[version] = _Opened(context=verify_context(self.image))
        for opened in self._open.values():
            self._tell(opened, "pending", "Verifying the image version.")

    def close(self, cloud: Cloud, verification: Verification, *, silent: str = "") -> None:
        """Post the verdict, or why it says nothing about this commit; `silent` is a reason that the caller knows."""
        if self.teller is None:
            return
        version = verification.image_version_id
        opened = self._open.pop(version, None) or self._open.pop("", None)
        self._closed.add(version)
        try:
            stamp = Stamp.from_tags((get_resource(cloud, ResourceId.parse(version)) or {}).get("tags"))
        except ImageGateError as error:
            self._refuse(opened, f"the version cannot be read: {error.message.splitlines()[0]}")
            return
        event = self.teller.event
        if not stamp.same_source(Stamp(repository=event.repository, commit=event.commit)):
            origin = f"from commit {stamp.commit[:12]}" if stamp.commit else "from no known commit"
            self._refuse(opened, f"the version was built {origin}, and this job is for {event.commit[:12]}")
            return
        if silent:
            self._refuse(opened, silent)
            return
        context = verify_context(stamp.image) if stamp.image or opened is None else opened.context
        state, description = status_of(verification)
        self._tell(_Opened(context=context, versions=(version,)), state, description, run=stamp.run)
        if opened is not None and opened.context != context:
            self._tell(opened, "error", f"Not verified: the version is of another image, {stamp.image}.")

    def end(self, error: BaseException | None) -> None:
        """Close what is still open, with the error that ended the command."""
        described = not_tested(sentence_of(error) if error is not None else "no verdict was reached")
        for version in self.versions if error is not None and not self.image else ():
            if version not in self._open and version not in self._closed:
                # No name is known. Unless imagegate.yaml says otherwise, the definition is called as the image.
                name = ResourceId.parse(version).parent.name
                self._open[version] = _Opened(context=verify_context(name), versions=(version,))
        for opened in self._open.values():
            self._tell(opened, "error", described)
        self._open.clear()

    def _refuse(self, opened: _Opened | None, reason: str) -> None:
        """Neither green nor red: only what this command opened is closed."""
        assert self.teller is not None  # noqa: S101 - the caller has looked
        self.teller.note(f"no verdict is posted: {reason}")
        if opened is not None:
            self._tell(opened, "error", f"Not verified: {reason}.")

    def _tell(self, opened: _Opened, state: str, description: str, *, run: str = "") -> None:
        if self.teller is not None:
            self.teller.tell(opened.context, state, description, run=run, subjects=opened.versions)


@contextmanager
def reported_verification(
    teller: CommitTeller | None, *, image: str, versions: Sequence[str] = ()
) -> Iterator[VerificationReport]:
    """Open the status, and close it whatever happens in the block; without a teller nothing is posted."""
    report = VerificationReport(teller=teller, image=image, versions=versions)
    try:
        report.open()
        yield report
    except BaseException as error:
        report.end(error)
        raise
    report.end(None)
