"""What a person gets wrong is told at once, with its place, before anything is built."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from trial_story import Trial

pytestmark = [pytest.mark.privileged, pytest.mark.slow]


def _unparsable(image: Path) -> None:
    template = image / "template.json"
    template.write_text(template.read_text().replace('"parameters": {', '"parameters": {{', 1))


def _unknown_key(image: Path) -> None:
    yaml = image / "imagegate.yaml"
    yaml.write_text(yaml.read_text().replace("vm-size:", "vm-sice:"))


def _missing_parameter(image: Path) -> None:
    template = image / "template.json"
    body = json.loads(template.read_text())
    body["parameters"]["costCentre"] = {"type": "string"}
    body["parameters"]["department"] = {"type": "string"}
    template.write_text(json.dumps(body, indent=2))


def _windows(image: Path) -> None:
    template = image / "template.json"
    text = (
        template.read_text().replace('"Debian"', '"MicrosoftWindowsServer"').replace('"debian-12"', '"WindowsServer"')
    )
    template.write_text(text.replace('"12-gen2"', '"2022-datacenter-g2"'))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_unparsable, ["template.json:7:"]),
        (_unknown_key, ["imagegate.yaml:", "vm-sice", "vm-size"]),
        (_missing_parameter, ["costCentre", "department", "template.json:"]),
        (_windows, ["Windows cannot be run here"]),
    ],
    ids=["unparsable template", "unknown key", "missing parameters", "Windows"],
)
def test_bad_input(trial: Trial, image: Path, spoil: Callable[[Path], None], words: list[str]) -> None:
    """Input that cannot be used ends with exit 2 and says what is wrong and where."""
    spoil(image)

    ended = trial.run(image)

    assert ended.exit_code == 2, ended.stderr
    for word in words:
        assert word in ended.stderr


_WITHOUT = ("unshare", "--mount", "--", "sh", "-c", 'mount --bind /dev/null "$0" && exec "$@"')


@pytest.mark.parametrize(
    ("within", "words"),
    [
        ((*_WITHOUT, "/usr/bin/mmdebstrap"), ["mmdebstrap: It makes base images.", "apt-get install mmdebstrap"]),
        ((*_WITHOUT, "/usr/bin/qemu-system-x86_64"), ["It boots smoke VMs.", "apt-get install qemu-system-x86"]),
        (("unshare", "--user", "--"), ["root: Mounts, namespaces and taps need it.", "with sudo"]),
    ],
    ids=["no mmdebstrap", "no qemu", "no root"],
)
def test_a_machine_that_lacks_something(
    trial: Trial, image: Path, within: tuple[str, ...], words: list[str], tmp_path: Path
) -> None:
    """On a machine that cannot run images the command says what is missing and what to install, and makes nothing."""
    ended = dataclasses.replace(trial, within=within).run(image)

    assert ended.exit_code == 2, ended.stderr
    message = ended.document["error"]["message"]
    for word in words:
        assert word in message
    assert list((tmp_path / "tmp").iterdir()) == []
