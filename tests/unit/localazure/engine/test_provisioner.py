"""A build machine's user: made for the steps, and gone from the image."""

from __future__ import annotations

import pytest

from localazure.engine import provisioner
from localazure.engine.provisioner import StepFailed
from localazure.engine_port import Customization
from step_bench import StepBench


def test_the_user_is_no_root_but_may_be(bench: StepBench) -> None:
    """Steps run as a user of their own that may use sudo without a password, and keeps the proxies by it."""
    provisioner.add_user(bench.container)

    [made] = bench.programs.inside(["/bin/sh", "-c"])
    assert "useradd --create-home --shell /bin/bash packer" in made.line
    assert "packer ALL=(ALL) NOPASSWD:ALL" in made.line
    assert 'env_keep += "http_proxy https_proxy no_proxy"' in made.line


def test_the_user_goes_with_everything(bench: StepBench) -> None:
    """Rights, processes, account and home go; that one of them is gone already is no error."""
    bench.programs.answer("userdel", exit_code=6)

    provisioner.remove_user(bench.container)

    [gone] = bench.programs.inside(["/bin/sh", "-c"])
    for what in ("rm -f /etc/sudoers.d/90-packer", "pkill -KILL -u packer", "userdel", "rm -rf /home/packer"):
        assert what in gone.line


def test_a_generalized_image_gets_keys_again(bench: StepBench) -> None:
    """Validators find a running sshd, as on a machine that has booted; an image without one is no error."""
    bench.programs.answer("ssh-keygen -A", exit_code=127)

    provisioner.renew_identity(bench.container)

    assert len(bench.programs.inside(["/bin/sh", "-c"])) == 1


def test_windows_is_refused_by_name(bench: StepBench) -> None:
    """The refusal names the customizer and its type, and says where it can be built."""
    step = bench.step(Customization(kind="WindowsUpdate", name="patch"))

    with pytest.raises(StepFailed, match=r"'patch' is of type WindowsUpdate, .* built in Azure only"):
        provisioner.refuse_windows(step)
