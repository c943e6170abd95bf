"""The end of a build machine: what the service's hidden last customizer does, and what only this kind of machine has.

`/tmp/DeprovisioningScript.sh` may be brought by a customizer; without one, the service's default runs.
"""

from __future__ import annotations

from localazure.engine.provisioner import USER, Step, StepFailed, remove_user

SCRIPT = "/tmp/DeprovisioningScript.sh"  # noqa: S108 - the service's own name for it
_DEFAULT = b"/usr/sbin/waagent -force -deprovision+user && export HISTSIZE=0 && sync\n"
# The image's first boot has to make these anew, whether or not waagent saw to it (a replaced script may not have).
_CLEAN = """
: > /etc/machine-id; rm -f /var/lib/dbus/machine-id /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
[ -L /etc/resolv.conf ] || [ ! -e /run/systemd/resolve/stub-resolv.conf ] ||
  ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
rm -rf /var/lib/cloud/* /var/log/journal/* /run/log/journal/*
find /tmp /var/tmp -mindepth 1 -delete
"""
_TIMEOUT_S = 600
RECIPE = (_DEFAULT.decode(), _CLEAN)  # what of this file an image depends on


def generalize(step: Step) -> None:
    """Deprovision, and remove the build machine's own traces.

    Raises:
        StepFailed: the script ended badly; an image that was not deprovisioned is not to be booted.
    """
    container, log = step.container, step.log
    present = container.run(["test", "-e", SCRIPT], check=False).exit_code == 0
    if not present:
        container.write(SCRIPT, _DEFAULT, user=USER)
    log.starting("shell")
    log.say(f"Provisioning with shell script: {SCRIPT}")
    done = container.run(
        ["sudo", "sh", SCRIPT],
        user=USER,
        timeout_s=_TIMEOUT_S,
        cancelled=step.cancelled,
        on_stdout=log.output,
        on_stderr=log.error_output,
        check=False,
    )
    log.ending("shell")
    if done.exit_code != 0:
        message = f"Script exited with non-zero exit status: {done.exit_code}. Allowed exit codes are: [0]"
        raise StepFailed(message, exit_code=done.exit_code)
    remove_user(container)
    container.run(["/bin/sh", "-c", _CLEAN], check=False)
