"""Shell: a script that runs as the build machine's user, in a process and a login session of its own.

Inline lines become one file that begins with `#!/bin/sh -e`; a fetched script brings its own first line. As Packer's
shell provisioner does it (`provisioner/shell/provisioner.go`): upload to /tmp, line ends made Unix ones, `chmod +x`,
run by the user's login shell, remove.
"""

from __future__ import annotations

import hashlib
import secrets

from localazure.engine.provisioner import HOME, USER, Step, StepFailed
from localazure.engine_port import Customization

_FOREVER_S = 7 * 24 * 3600  # the template's own timeout ends a build, by its cancellation
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/games"  # sshd's, for a user that is not root
_LOST = 2300218  # Packer's code for a connection that ended before the script did
_RUN = (
    "unset INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID; "
    'chmod +x "$0"; PACKER_BUILD_NAME=azure-arm PACKER_BUILDER_TYPE=azure-arm "$0"'
)
RECIPE = (_PATH, _RUN)  # what of this file a script's result depends on


def run(step: Step) -> None:
    """Run the script; its output goes to the log as it comes."""
    customization = step.customization
    check_sum(customization)
    number = secrets.randbelow(10**9)
    local, remote = f"/tmp/packer-shell{number}", f"/tmp/script_{number % 10**4}.sh"  # noqa: S108 - the guest's
    step.log.starting("shell")
    step.log.say(
        f"Provisioning with shell script: {local if customization.inline else customization.source_uri or local}"
    )
    try:
        _upload(step, script(customization), remote)
        _run(step, remote)
    finally:
        step.log.ending("shell")


def script(customization: Customization) -> bytes:
    """The file that runs."""
    if customization.content is not None:
        return customization.content.replace(b"\r\n", b"\n")
    lines = "\n".join(customization.inline or ())
    return f"#!/bin/sh -e\n{lines}\n".replace("\r\n", "\n").encode()


def check_sum(customization: Customization) -> None:
    """Hold fetched content against the template's `sha256Checksum`."""
    if not customization.sha256 or customization.content is None:
        return
    found = hashlib.sha256(customization.content).hexdigest()
    if found != customization.sha256.lower():
        raise StepFailed(
            f"The SHA-256 checksum of {customization.source_uri} is {found}, and the template says "
            f"{customization.sha256}. The file was changed after the template was written, or the checksum is wrong."
        )


def _upload(step: Step, content: bytes, remote: str) -> None:
    done = step.container.write(remote, content, user=USER, mode="0755")
    if done.exit_code != 0:
        raise StepFailed(f"Error uploading script: {done.stderr.strip()}")


def _run(step: Step, remote: str) -> None:
    environment = {"PATH": _PATH, **step.proxies}
    settings = {
        "KillMode": "process",  # what a script leaves running stays, as after any SSH session
        "WorkingDirectory": HOME,
        "Environment": " ".join(f'"{name}={value}"' for name, value in environment.items()),
    }
    done = step.container.run(
        ["su", "--shell", "/bin/bash", "--command", _RUN, USER, remote],
        settings=settings,
        timeout_s=_FOREVER_S,
        cancelled=step.cancelled,
        on_stdout=step.log.output,
        on_stderr=step.log.error_output,
        check=False,
    )
    if not step.container.is_up():
        raise StepFailed(
            "Script disconnected the SSH session. If you expect your script to do this, i.e. if it restarts SSH or "
            f'reboots the host, set "expect_disconnect" to true or "valid_exit_codes" to include {_LOST}.',
            exit_code=_LOST,
        )
    if done.exit_code != 0:
        message = f"Script exited with non-zero exit status: {done.exit_code}. Allowed exit codes are: [0]"
        raise StepFailed(message, exit_code=done.exit_code)
    step.container.run(["rm", "-f", remote], check=False)
