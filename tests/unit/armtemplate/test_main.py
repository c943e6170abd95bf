"""`python -m armtemplate`."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from armtemplate.__main__ import main

type Make = Callable[..., dict[str, Any]]


@pytest.fixture
def file(tmp_path: Path, template: Make) -> Path:
    """A template with a secret, a reference and an output."""
    path = tmp_path / "template.json"
    given = template(
        parameters={"secret": {"type": "securestring"}},
        resources=[
            {
                "type": "A.B/c",
                "apiVersion": "1",
                "name": "n",
                "location": "[resourceGroup().location]",
                "properties": {"password": "[concat('x', parameters('secret'))]", "y": "[reference('/b', '1').y]"},
            }
        ],
        outputs={"o": {"type": "string", "value": "[resourceGroup().name]"}},
    )
    path.write_text(json.dumps(given), encoding="utf-8")
    (tmp_path / "parameters.json").write_text('{"secret": "hunter2"}', encoding="utf-8")
    return path


def test_json_is_one_object_without_secrets(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Resources, outputs and unknowns; the secret is masked wherever it went."""
    arguments = [str(file), "--parameters", str(file.with_name("parameters.json")), "--json", "--resource-group", "g"]
    assert main([*arguments, "--location", "westeurope"]) == 0
    printed = capsys.readouterr().out
    assert "hunter2" not in printed
    described = json.loads(printed)
    assert described["outputs"] == {"o": {"type": "string", "value": "g"}}
    assert described["resources"][0]["body"] == {
        "location": "westeurope",
        "properties": {"password": "x***", "y": "[reference('/b', '1').y]"},
    }
    assert described["unknowns"] == [{"expression": "[reference('/b', '1').y]", "reason": "the state of '/b'"}]


def test_the_readable_form_names_everything(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Type, name, id and counts stand in the text."""
    assert main([str(file), "--parameters", str(file.with_name("parameters.json"))]) == 0
    printed = capsys.readouterr().out
    assert "A.B/c n (1)" in printed
    assert "1 resources, 1 outputs, 1 unknowns" in printed
    assert "hunter2" not in printed


def test_faults_go_to_standard_error_with_exit_code_2(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is printed on standard output."""
    assert main([str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"{file}:1:" in captured.err
    assert "'secret' has no value" in captured.err


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is named."""
    assert main([str(tmp_path / "nosuch.json")]) == 2
    assert "nosuch.json: the file cannot be read" in capsys.readouterr().err


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """And says what exit code 2 means."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    assert "python -m armtemplate template.json --parameters" in printed
    assert "Exit code 2" in printed


def test_a_dash_reads_standard_input(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What another program wrote needs no file; faults name it."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    assert main(["-", "--parameters", str(file.with_name("parameters.json"))]) == 0
    assert "1 resources, 1 outputs" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["-"]) == 2
    assert capsys.readouterr().err == "<stdin>:1:1: the file is empty\n"


def test_half_a_character_is_printed_as_an_escape(tmp_path: Path, template: Make) -> None:
    """The first code unit of an emoji is no text; the JSON that holds it stays JSON that reads back equal."""
    path = tmp_path / "template.json"
    outputs = {"o": {"type": "string", "value": "[first('😀')]"}, "p": {"type": "string", "value": "😀"}}
    path.write_text(json.dumps(template(outputs=outputs)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "armtemplate", str(path), "--json"], capture_output=True, check=True, timeout=60
    )
    printed = json.loads(done.stdout.decode())["outputs"]
    assert (printed["o"]["value"], printed["p"]["value"]) == ("\ud83d", "😀")


def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path: Path, template: Make) -> None:
    """A closed pipe ends the program in silence, whatever is left to print."""
    path = tmp_path / "template.json"
    outputs = {f"o{number}": {"type": "string", "value": "x" * 10_000} for number in range(50)}
    path.write_text(json.dumps(template(outputs=outputs)), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "armtemplate", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0
