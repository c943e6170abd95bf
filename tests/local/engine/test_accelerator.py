"""The throw-away guest that shows whether an accelerator works, on the one accelerator that always does."""

from __future__ import annotations

import pytest

from localazure.engine import accelerator

pytestmark = [pytest.mark.privileged]


def test_the_throw_away_guest_runs() -> None:
    """Under emulation the guest runs and ends qemu with its code, so where it does not, the accelerator is at fault."""
    assert accelerator.probe(accelerator="tcg", processor="max")
