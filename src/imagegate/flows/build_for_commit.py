"""The build of a job's commit: tell the commit that it began, build, tell how it ended, open what verifies it."""

from collections.abc import Callable

from imagegate.errors import BuildFailed, ImageGateError, ImageVersionUnusable, InputError, Interrupted
from imagegate.model.build_result import BuildResult
from imagegate.model.commit_status import BUILD_CONTEXT, VERIFY_CONTEXT
from imagegate.steps.tell_commit import CommitTeller

_FAULT_OF_COMMIT = (BuildFailed, InputError, ImageVersionUnusable)


def build_for_commit(
    build: Callable[[], BuildResult], teller: CommitTeller | None, *, open_verify: bool = True
) -> BuildResult:
    """Run `build` and keep the status `imagegate/build` of the commit; without a teller only build.

    `open_verify` opens `imagegate/verify` as pending once there is a version, so that nothing merges before whoever
    verifies it (the Function, or a later step of the job) has closed it.

    Raises:
        Whatever the build raises, after the commit was told.
    """
    if teller is None:
        return build()
    teller.tell(BUILD_CONTEXT, "pending", "Building the image.")
    try:
        result = build()
    except BaseException as error:
        state = "failure" if isinstance(error, _FAULT_OF_COMMIT) else "error"
        teller.tell(BUILD_CONTEXT, state, _sentence(error))
        raise
    version = result.image_version_id
    teller.tell(BUILD_CONTEXT, "success", f"Built {version.name}." if version else "Built.")
    if open_verify and version is not None:
        teller.tell(VERIFY_CONTEXT, "pending", f"Version {version.name} waits to be booted and probed.")
    return result


def _sentence(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt | Interrupted):
        return "Cancelled."
    if isinstance(error, BuildFailed):
        lines = error.message.splitlines()
        return lines[1] if len(lines) > 1 else lines[0]
    if isinstance(error, ImageGateError):
        return error.message.splitlines()[0]
    return f"Broke off: {type(error).__name__}."
