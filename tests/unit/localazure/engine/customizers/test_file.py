"""File customizers: where a file lands, and what happens where it may not."""

from __future__ import annotations

import pytest

from localazure.engine.customizers import file
from localazure.engine.provisioner import StepFailed
from localazure.engine_port import Customization
from step_bench import StepBench

CONTENT = bytes(range(256))
URI = "https://account/files/site.conf"


def _to(destination: str, *, sha256: str | None = None) -> Customization:
    return Customization(kind="File", content=CONTENT, destination=destination, source_uri=URI, sha256=sha256)


@pytest.mark.parametrize(
    ("destination", "lands"),
    [("/home/packer/other", "/home/packer/other"), ("/home/packer/", "/home/packer/site.conf")],
    ids=["file", "folder"],
)
def test_destination(bench: StepBench, destination: str, lands: str) -> None:
    """A destination with a slash at its end is a folder, where the file keeps the name of its source."""
    bench.run(file.run, _to(destination))

    [written] = bench.writes()
    assert written.argv[-2] == lands
    assert f"ui: ==> azure-arm: Uploading {URI} => {lands}" in bench.log


def test_content_arrives_byte_for_byte(bench: StepBench) -> None:
    """A file is no text: whatever its bytes are, those are written."""
    bench.run(file.run, _to("/home/packer/x"))

    assert bench.writes()[0].stdin == CONTENT


def test_is_written_as_the_unprivileged_user(bench: StepBench) -> None:
    """A File customizer may write what the build machine's user may, and no more; nor is the file executable."""
    bench.run(file.run, _to("/home/packer/x"))

    [written] = bench.writes()
    assert "--uid=packer" in written.argv
    assert written.argv[-1] == "0644"


def test_refused_destination_fails_the_step(bench: StepBench) -> None:
    """Where the user may not write, the step fails with the machine's own words, and the log is closed properly."""
    bench.programs.answer("cat >", stderr="/etc/x: Permission denied\n", exit_code=2)

    with pytest.raises(StepFailed, match="Upload failed: /etc/x: Permission denied"):
        bench.run(file.run, _to("/etc/x"))

    assert bench.log[-1] == "[INFO] (telemetry) ending file"


def test_wrong_check_sum_fails_before_anything_is_written(bench: StepBench) -> None:
    """Content that is not what the template vouches for never reaches the machine."""
    with pytest.raises(StepFailed, match="SHA-256 checksum"):
        bench.run(file.run, _to("/home/packer/x", sha256="f" * 64))

    assert bench.writes() == []
