"""File validators: test data for the validators after them."""

from __future__ import annotations

import pytest

from localazure.engine import validators
from localazure.engine.provisioner import StepFailed
from localazure.engine_port import Customization
from step_bench import StepBench

DATA = Customization(kind="File", content=b"\0data", destination="/home/packer/", source_uri="https://account/data.bin")


def test_writes_the_file_where_later_validators_find_it(bench: StepBench) -> None:
    """The file is written as a customizer would write it: byte for byte, under the name of its source."""
    bench.run(validators.run, DATA)

    [written] = bench.writes()
    assert (written.argv[-2], written.stdin) == ("/home/packer/data.bin", b"\0data")


def test_refused_file_fails_the_build(bench: StepBench) -> None:
    """A file that cannot be written fails the validation; it is not passed over."""
    bench.programs.answer("cat >", stderr="No such file or directory\n", exit_code=2)

    with pytest.raises(StepFailed, match="No such file or directory"):
        bench.run(validators.run, DATA)
