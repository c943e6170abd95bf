"""What each command of a trial is given."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from localazure.trial import story
from localazure.trial.origin import origin_of
from localazure.trial.outcome import Outcome
from localazure.trial.processes import CommandResult
from localazure.trial.screen import Screen

_SIGNING = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://board/issuer/token", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}


@pytest.mark.parametrize("unsigned", [False, True])
def test_the_right_to_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unsigned: bool) -> None:
    """Only the build may ask the trial's issuer for tokens, and in an unsigned trial nobody may."""
    given: dict[str, Mapping[str, str]] = {}

    def run(arguments: list[str], environment: Mapping[str, str], _say: object) -> CommandResult:
        given[arguments[0]] = environment
        return CommandResult(exit_code=0, document={"image_version_id": "/v/1.0.0"}, seconds=1.0)

    monkeypatch.setattr(story, "run_product", run)
    board: Any = SimpleNamespace(issuer=SimpleNamespace(environment=_SIGNING), issuer_url="https://board/issuer")
    session: Any = None
    options = story.TrialOptions(
        state=tmp_path, cache=tmp_path, logs=tmp_path, via=story.Via.COMMAND, unsigned=unsigned
    )
    with Screen(Console(file=io.StringIO()), lambda: "") as screen:
        stage = story._Stage(
            folder=tmp_path,
            origin=origin_of(tmp_path, {}),
            options=options,
            environment={},
            outcome=Outcome(folder=str(tmp_path)),
            screen=screen,
            board=board,
            session=session,
        )
        for step in (story._set_up, story._build, story._verify_by_command):
            step(stage)

    signing = {name for name, environment in given.items() if _SIGNING.items() <= environment.items()}
    assert list(given) == ["setup", "build", "verify"]
    assert signing == (set() if unsigned else {"build"})
