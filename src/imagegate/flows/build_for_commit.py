"""The build of a job's commit: its statuses are opened before anything can fail, and closed however it ends."""

from collections.abc import Callable

from imagegate.errors import BuildFailed, ImageGateError, ImageVersionUnusable, InputError, Interrupted
from imagegate.model.build_result import BuildResult
from imagegate.model.commit_status import build_context, verify_context
from imagegate.model.counted import counted
from imagegate.steps.tell_commit import CommitTeller

_FAULT_OF_COMMIT = (BuildFailed, InputError, ImageVersionUnusable)


def build_for_commit(
    build: Callable[[], BuildResult],
    teller: CommitTeller | None,
    *,
    image: str,
    folder: str = "",
    open_verify: bool = True,
) -> BuildResult:
    """Run `build` and keep the status `imagegate/build (NAME)` of the commit; without a teller only build.

    `folder` separates two folders with one image name in one run: the worse result of both is shown.

    `open_verify` opens `imagegate/verify (NAME)` as pending for every gallery version that was built, so that nothing
    merges before the Function or a later step has verified each of them. Without a version, or without a build, there
    is nothing to verify, and the status says so at once.

    Raises:
        Whatever the build raises, after the statuses are closed.
    """
    if teller is None:
        return build()
    run, context, subjects = teller.event.run, build_context(image), [folder] if folder else []
    teller.tell(context, "pending", "Building the image.", run=run, subjects=subjects)
    try:
        result = build()
    except BaseException as error:
        state = "failure" if isinstance(error, _FAULT_OF_COMMIT) else "error"
        sentence = sentence_of(error)
        teller.tell(context, state, sentence, run=run, subjects=subjects)
        if open_verify:
            teller.tell(verify_context(image), "error", f"Not verified: {sentence}", run=run)
        raise
    version = result.image_version_id
    teller.tell(context, "success", f"Built {version.name}." if version else "Built.", run=run, subjects=subjects)
    if open_verify:
        _open_verify(teller, image, result)
    return result


def _open_verify(teller: CommitTeller, image: str, result: BuildResult) -> None:
    context, run, versions = verify_context(image), teller.event.run, result.image_version_ids
    if not versions:
        teller.tell(context, "success", "Nothing to verify: no gallery version was built.", run=run)
        return
    count = len(versions)
    what = f"Version {versions[0].rsplit('/', 1)[-1]}" if count == 1 else counted(count, "image version")
    words = f"{what} {'waits' if count == 1 else 'wait'} to be booted and probed."
    teller.tell(context, "pending", words, run=run, subjects=versions)


def sentence_of(error: BaseException) -> str:
    """How a command ended, in one sentence for a commit status."""
    if isinstance(error, KeyboardInterrupt | Interrupted):
        return "Cancelled."
    if isinstance(error, BuildFailed):
        lines = error.message.splitlines()
        return lines[1] if len(lines) > 1 else lines[0]
    if isinstance(error, ImageGateError):
        return error.message.splitlines()[0]
    return f"Unexpected error: {type(error).__name__}."
