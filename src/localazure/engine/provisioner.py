"""What customizers and validators have in common: a build machine's user, and how a step ends badly."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from localazure.engine.build_log import BuildLog
from localazure.engine.container import Container
from localazure.engine_port import Customization

USER = "packer"
HOME = f"/home/{USER}"
_SUDOERS = f"/etc/sudoers.d/90-{USER}"
_PREPARE = f"""set -e
id {USER} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash {USER}
cat > {_SUDOERS} <<'END'
{USER} ALL=(ALL) NOPASSWD:ALL
Defaults:{USER} env_keep += "http_proxy https_proxy no_proxy"
END
chmod 0440 {_SUDOERS}
"""
_REMOVE = f"rm -f {_SUDOERS}; pkill -KILL -u {USER}; userdel --remove --force {USER}; rm -rf {HOME}"
RECIPE = (_PREPARE, _REMOVE)  # what of this file an image depends on


class StepFailed(Exception):  # noqa: N818 - the state's name
    """A step ended badly; the message is the one that the service's log gives."""

    def __init__(self, message: str, *, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


@dataclass(frozen=True, kw_only=True)
class Step:
    """One customizer or validator about to run."""

    container: Container
    customization: Customization
    log: BuildLog
    cancelled: threading.Event
    proxies: dict[str, str]


def add_user(container: Container) -> None:
    """Make the user that steps run as: no root, but sudo without a password, as on the service's build machine."""
    container.run(["/bin/sh", "-c", _PREPARE])


def remove_user(container: Container) -> None:
    """Remove that user with everything of it."""
    container.run(["/bin/sh", "-c", _REMOVE], check=False)


def renew_identity(container: Container) -> None:
    """Give a generalized image what a first boot on the service would: host keys, and with them a running sshd."""
    container.run(["/bin/sh", "-c", "ssh-keygen -A && systemctl restart ssh"], check=False)


def refuse_windows(step: Step) -> None:
    """Raise `StepFailed` for a step that only a Windows source can take."""
    kind = step.customization.kind
    raise StepFailed(
        f"Customizer '{step.customization.name or kind}' is of type {kind}, which needs a Windows source image; this "
        "template's source is Linux. Windows templates are linted and planned here, and are built in Azure only."
    )
