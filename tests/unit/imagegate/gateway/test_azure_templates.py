"""The templates that come along."""

import pytest

from imagegate.gateway.azure_templates import azure_template


def test_smoke_vm() -> None:
    """The smoke VM's template is found, and takes what provisioning gives it."""
    assert {"vmName", "imageVersionId", "sshPublicKey", "tags"} <= set(azure_template("smoke-vm")["parameters"])


def test_missing() -> None:
    """A template that is not there is told as an incomplete installation."""
    with pytest.raises(FileNotFoundError, match=r"nothing\.json"):
        azure_template("nothing")
