"""`imagegate sweep`: where it looks."""

from pathlib import Path

import pytest

from imagegate.cli.program import run_program


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and an environment that names nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("IMAGEGATE_RESOURCE_GROUP", "IMAGEGATE_SMOKE_RESOURCE_GROUP", "AZURE_SUBSCRIPTION_ID"):
        monkeypatch.delenv(name, raising=False)


def test_nowhere_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    """Without folder and group it is bad input, with the ways to say it."""
    assert run_program(["sweep"]) == 2
    assert "--smoke-resource-group" in capsys.readouterr().err


def test_no_subscription(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a subscription it is bad input."""
    assert run_program(["sweep", "--smoke-resource-group", "rg-smoke"]) == 2
    assert "AZURE_SUBSCRIPTION_ID" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--older-than", "--deadline"])
def test_not_a_duration(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A duration of the wrong shape is bad input."""
    assert run_program(["sweep", option, "soon"]) == 2
    assert option in capsys.readouterr().err
