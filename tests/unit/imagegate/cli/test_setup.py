"""`imagegate setup`: what it refuses before anything is asked of Azure."""

import json
import shutil
from pathlib import Path

import pytest

from image_settings import image_settings
from imagegate.cli.program import run_program
from imagegate.cli.setup import _function_options
from imagegate.errors import InputError

IMAGE = Path(__file__).resolve().parents[4] / "templates" / "apache-debian12"


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An image's folder; nothing here may reach a cloud."""
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "11111111-2222-3333-4444-555555555555")
    monkeypatch.setenv("IMAGEGATE_ARM_ENDPOINT", "https://127.0.0.1:9")
    return str(shutil.copytree(IMAGE, tmp_path / "image"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--function"], ["--function needs one"]),
        (["--workflow", "*"], ["without --function: --workflow"]),
        (["--pull-requests", "--promoted-ref", "refs/heads/x"], ["or --pull-requests-principal-id", "--promoted-ref"]),
        (
            ["--pull-requests-principal-id", "p", "--principal-id", "p"],
            ["without --pull-requests", "principal of its own"],
        ),
        (["--environment", "production", "--principal-id", "p"], ["needs --repository", "not for the principal"]),
        (
            ["--function", "--repository", "nobody", "--promoted-ref", "main", "--function-parameter", "x"],
            ['"nobody"', '"main"', '"x"'],
        ),
    ],
    ids=["no repository", "no --function", "a side for nobody", "one principal", "environment", "all faults"],
)
def test_function_options(
    image: str, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    """Options of the Function and of the sides that do not fit are told all at once, with exit 2."""
    code = run_program(["setup", image, *arguments, "--json"])

    assert code == 2
    printed = json.dumps(json.loads(capsys.readouterr().out), ensure_ascii=False).replace('\\"', '"')
    for word in words:
        assert word in printed


def test_issuer_without_the_function(tmp_path: Path) -> None:
    """Jobs log in by their server's issuer, with a Function or without; its keys are for the Function alone."""
    settings = image_settings(tmp_path, subscription_id="s")
    given = {"issuer": "https://github.example/token", "issuer_keys": None, "function_parameters": ()}

    assert _function_options(settings, given, wanted=False, faults=[]) is None
    with pytest.raises(InputError, match="given without --function: --issuer-keys"):
        _function_options(settings, {**given, "issuer_keys": tmp_path}, wanted=False, faults=[])
