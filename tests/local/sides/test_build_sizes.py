"""A build VM of the next size where the first one has no capacity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from localazure.control.fault import Fault
from sides_world import MAIN, REPOSITORY, Installation

_SIZES = ("Standard_D2s_v5", "Standard_D2as_v5")
_CODE = "AllocationFailed"
_TEMPLATES = "Microsoft.VirtualMachineImages/imageTemplates"


@pytest.fixture
def installation(installed: Callable[[], Installation]) -> Installation:
    """Main's side."""
    found = installed()
    found.set_up("--repository", REPOSITORY)
    return found


def _short_of_capacity(installation: Installation, times: int) -> None:
    fault = Fault(kind="allocation-failed", operation="VirtualMachineImageTemplates_Run", code=_CODE, times=times)
    installation.cloud.cloud.faults.add([fault])


def test_the_second_size_builds(installation: Installation) -> None:
    """The image is the second attempt's, and nothing of the first one stays."""
    _short_of_capacity(installation, 1)

    exit_code, document = installation.run("build", environment=installation.job("ciClientId", MAIN))

    assert exit_code == 0, document
    assert installation.cloud.cloud.store.of_type(_TEMPLATES) == []
    assert "Customizing" in Path(document["customization_log"]).read_text()


def test_no_size_has_capacity(installation: Installation) -> None:
    """The last attempt's failure is the build's, and it names cause, size and what to change."""
    _short_of_capacity(installation, 2)

    exit_code, document = installation.run("build", environment=installation.job("ciClientId", MAIN))

    assert exit_code == 3
    diagnosis = document["error"]["details"]["diagnosis"]
    assert (diagnosis["cause"], diagnosis["category"]) == ("capacity", "capacity")
    assert "build.vm-size" in diagnosis["next_step"]
    (template,) = installation.cloud.cloud.store.of_type(_TEMPLATES)
    assert template.body["properties"]["vmProfile"]["vmSize"] == _SIZES[1]
