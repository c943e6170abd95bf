"""As whom each command of a trial runs."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from rich.console import Console

from localazure.trial import story
from localazure.trial.issuer import Issuer
from localazure.trial.origin import PLACEHOLDER, PLACEHOLDER_REF, origin_of
from localazure.trial.outcome import Outcome
from localazure.trial.processes import CommandResult
from localazure.trial.screen import Screen

_ASKS = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://board/issuer/token", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
_OWNER = {"AZURE_CLIENT_ID": "owner", "AZURE_CLIENT_SECRET": "the owner's"}
_OUTPUTS = {"ciClientId": "builds", "ciVerifyClientId": "verifies"}

Told = tuple[dict[str, Mapping[str, str]], str]


def _tell(monkeypatch: pytest.MonkeyPatch, folder: Path, *, unsigned: bool) -> Told:
    """The environment of each command of a trial without a cloud, and what was shown."""
    given: dict[str, Mapping[str, str]] = {}

    def run(arguments: list[str], environment: Mapping[str, str], _say: object) -> CommandResult:
        given[arguments[0]] = environment
        return CommandResult(exit_code=0, document={"outputs": _OUTPUTS, "image_version_id": "/v/1.0.0"}, seconds=1.0)

    monkeypatch.setattr(story, "run_product", run)
    origin = origin_of(folder, {})
    issuer = SimpleNamespace(environment=_ASKS, mint=Issuer(origin.claims, lambda: "https://board/issuer").mint)
    board: Any = SimpleNamespace(issuer=issuer, issuer_url="https://board/issuer")
    session: Any = None
    shown = io.StringIO()
    with Screen(Console(file=shown, width=200), lambda: "") as screen:
        story.run_steps(
            story.Stage(
                folder=folder,
                origin=origin,
                options=story.TrialOptions(
                    state=folder, cache=folder, logs=folder, via=story.Via.COMMAND, unsigned=unsigned
                ),
                environment={"AZURE_TENANT_ID": "tenant"},
                owner=_OWNER,
                outcome=Outcome(folder=str(folder)),
                screen=screen,
                board=board,
                session=session,
            )
        )
    return given, shown.getvalue()


@pytest.mark.parametrize("unsigned", [False, True])
def test_only_the_setup_runs_as_the_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unsigned: bool) -> None:
    """Build and verify log in as the identities that set-up made, without the owner's secret; each line says so."""
    given, shown = _tell(monkeypatch, tmp_path, unsigned=unsigned)

    assert {name: environment["AZURE_CLIENT_ID"] for name, environment in given.items()} == {
        "setup": "owner",
        "build": "builds",
        "verify": "verifies",
    }
    assert [name for name, environment in given.items() if "AZURE_CLIENT_SECRET" in environment] == ["setup"]
    assert "imagegate setup runs as the cloud's owner" in shown
    assert "imagegate build runs as imagegate-ci, with the rights that setup gave it." in shown
    assert "imagegate verify runs as imagegate-ci-verify, with the rights that setup gave it." in shown


def test_the_job_asks_for_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job asks the trial's issuer for what it logs in with and signs with; the set-up may not."""
    given, _ = _tell(monkeypatch, tmp_path, unsigned=False)

    assert [name for name, environment in given.items() if _ASKS.items() <= environment.items()] == ["build", "verify"]
    assert not any("AZURE_FEDERATED_TOKEN_FILE" in environment for environment in given.values())


def test_an_unsigned_job_has_a_token_to_log_in_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may ask for tokens; a file has one for Entra alone, which lives longer than a build."""
    given, _ = _tell(monkeypatch, tmp_path, unsigned=True)

    assert not any(_ASKS.keys() & environment.keys() for environment in given.values())
    file = Path(given["build"]["AZURE_FEDERATED_TOKEN_FILE"])
    claims = jwt.decode(file.read_text(), options={"verify_signature": False})
    assert (claims["aud"], claims["sub"]) == ("api://AzureADTokenExchange", f"repo:{PLACEHOLDER}:ref:{PLACEHOLDER_REF}")
    assert claims["exp"] - claims["iat"] >= 6 * 3600
    assert file.stat().st_mode & 0o077 == 0
