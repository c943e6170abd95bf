"""The children of a trial."""

import os
import signal
import sys
from pathlib import Path

import pytest

from localazure.trial import processes
from localazure.trial.processes import CloudDidNotStart, CloudProcess, ordinary_environment, run_product


def test_environment_forgets_other_clouds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a real subscription reaches the product, and the cloud's own address and credential do."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "of the real subscription")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of the job")
    monkeypatch.setenv("LANG", "C.UTF-8")

    environment = ordinary_environment({"AZURE_CLIENT_ID": "ours"})

    assert environment["AZURE_CLIENT_ID"] == "ours"
    assert environment["LANG"] == "C.UTF-8"
    assert not {"AZURE_CLIENT_SECRET", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"} & environment.keys()


def test_cloud_that_ends_early_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cloud that ends before it listens is an error with its last words."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho the port is taken\nexit 4\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    cloud = CloudProcess(state=tmp_path, cache=None, logs=tmp_path)

    with pytest.raises(CloudDidNotStart, match="code 4") as caught, cloud:
        pass

    assert "the port is taken" in str(caught.value)


@pytest.mark.parametrize("output", [b"", b"not json", b"[1]"], ids=["nothing", "text", "a list"])
def test_output_that_is_no_object(output: bytes) -> None:
    """A command that printed no object counts as having said nothing; its exit code still does."""
    assert processes._object(output) == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_signal_to_the_trial_alone_ends_the_command(tmp_path: Path, number: signal.Signals) -> None:
    """An IDE or a supervisor signals one process, not a group: the command is interrupted all the same, once."""
    (tmp_path / "waits.py").write_text(
        "import signal, sys, time\n"
        "seen = []\n"
        "def end(number, _): seen.append(number); print(f'[{len(seen)}]'); sys.exit(130)\n"
        "signal.signal(signal.SIGINT, end), signal.signal(signal.SIGTERM, end)\n"
        "print('ready', file=sys.stderr, flush=True)\n"
        "time.sleep(60)\n"
    )

    def say(line: str) -> None:
        if line == "ready":
            os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    done = run_product([], {"PYTHONPATH": str(tmp_path)}, say, program="waits")

    assert done.exit_code == 130
    assert signal.getsignal(number) is before
