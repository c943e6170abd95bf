"""Builds for real: what customizers can do, what they cannot, what is kept, and what the log says."""

from __future__ import annotations

import hashlib
import re
import socket
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from image_builder import Builder
from localazure.engine_port import BuildCancelled, BuildFailed, Customization

pytestmark = [pytest.mark.privileged, pytest.mark.boots_vm]

_LINE = re.compile(r"\[7111a125\] PACKER (\d{4}/\d\d/\d\d \d\d:\d\d:\d\d |==> |Done )")


def _fresh() -> str:
    """A line that no build before had, so that nothing is answered from the cache."""
    return f": {uuid.uuid4()}"


def _in_disk(disk: Path, path: str) -> str:
    """A file of a disk, or nothing; read without mounting."""
    shown = subprocess.run(["debugfs", "-R", f"cat {path}", str(disk)], capture_output=True, text=True, check=True)
    return shown.stdout


def test_customizers_run_as_a_user_with_sudo_on_a_booted_system(build: Builder) -> None:
    """Shell lines run as a user that is not root, in its home, with sudo, where services can be started."""
    build(
        build.shell(_fresh(), "id -un", "pwd", "sudo id -un", "sudo systemctl restart ssh", "systemctl is-active ssh")
    )

    output = [line.partition("azure-arm: ")[2] for line in build.told.lines if " ui:     azure-arm:" in line]
    assert output[:4] == ["packer", "/home/packer", "root", "active"]
    assert build.told.phases == ["Building", "Customizing"]


def test_every_line_is_in_the_services_format(build: Builder) -> None:
    """Each line stands behind the operation's id and PACKER; telemetry brackets each step."""
    build(build.shell(_fresh(), "echo out", "echo err >&2"))

    assert [line for line in build.told.lines if not _LINE.match(line)] == []
    assert "ui:     azure-arm: out" in build.told.text
    assert "ui error: ==> azure-arm: err" in build.told.text
    assert "[INFO] (telemetry) Starting provisioner shell" in build.told.text
    assert "[INFO] (telemetry) ending shell" in build.told.text
    assert build.told.lines[-1] == "[7111a125] PACKER Done exporting Packer logs to Azure Storage."


def test_inline_lines_are_one_dash_script_that_stops_at_the_first_error(build: Builder) -> None:
    """A failing line ends the build with the script's exit code, the customizer's index and the service's words."""
    with pytest.raises(BuildFailed) as caught:
        build(build.shell("true"), build.shell(_fresh(), "a=kept", "echo $a", "sh -c 'exit 7'", "echo never"))

    assert (caught.value.customizer_index, caught.value.exit_code) == (1, 7)
    assert caught.value.message == "Script exited with non-zero exit status: 7. Allowed exit codes are: [0]"
    assert "azure-arm: kept" in build.told.text
    assert "never" not in build.told.text
    assert "==> Some builds didn't complete successfully and had errors:" in build.told.text
    assert f"ui error: --> azure-arm: {caught.value.message}" in build.told.text


def test_a_script_brings_its_own_first_line_and_is_held_against_its_checksum(build: Builder) -> None:
    """A fetched script runs under its own shebang, also with Windows line ends; a wrong checksum ends the build."""
    script = f"#!/bin/bash\r\n{_fresh()}\r\n[[ x == x ]] && echo bash ${{BASH_VERSION:0:1}}\r\n".encode()
    good = Customization(
        kind="Shell", content=script, sha256=hashlib.sha256(script).hexdigest(), source_uri="https://x/a.sh"
    )
    build(good)
    assert re.search(r"azure-arm: bash \d", build.told.text)

    with pytest.raises(BuildFailed, match=r"checksum of https://x/a\.sh"):
        build(Customization(kind="Shell", content=script, sha256="0" * 64, source_uri="https://x/a.sh"))


def test_files_go_where_the_user_may_write_and_reach_the_next_customizer(build: Builder) -> None:
    """A File customizer writes to /tmp, the next customizer finds it; /etc is refused."""
    content = f"{uuid.uuid4()}\n".encode()
    build(
        Customization(kind="File", content=content, destination="/tmp/brought", source_uri="https://x/brought"),  # noqa: S108
        build.shell("cat /tmp/brought"),
    )
    assert content.decode().strip() in build.told.text

    with pytest.raises(BuildFailed, match="Permission denied"):
        build(Customization(kind="File", content=content, destination="/etc/brought", source_uri="https://x/brought"))


def test_windows_steps_are_refused(build: Builder) -> None:
    """A PowerShell customizer on a Linux source ends the build with a sentence that says why."""
    with pytest.raises(BuildFailed, match="needs a Windows source image"):
        build(Customization(kind="PowerShell", inline=("Get-Date",)))


def test_an_unchanged_build_is_answered_from_the_cache(build: Builder) -> None:
    """The second build of the same steps runs nothing, gives the same disk and says so in the log."""
    steps = (build.shell(_fresh(), "echo ran"),)
    first = build(*steps)
    second = build(*steps)

    assert (first.cached, second.cached) == (False, True)
    assert second.content_digest == first.content_digest
    assert "using cached result" in build.told.text
    assert "azure-arm: ran" not in build.told.text


def test_a_changed_step_resumes_after_the_last_unchanged_one(build: Builder) -> None:
    """What came before the change is not run again, and its files and services are there."""
    before = build.shell(_fresh(), "echo before", "echo kept > /tmp/kept", "sudo systemctl stop ssh")
    build(before, build.shell(_fresh()))
    build(before, build.shell(_fresh(), "cat /tmp/kept", "systemctl is-active ssh || true"))

    assert "azure-arm: before" not in build.told.text
    assert "azure-arm: kept" in build.told.text
    assert "azure-arm: inactive" in build.told.text


def test_what_a_script_left_running_is_not_cached(build: Builder) -> None:
    """A process that no boot would bring back keeps the layer from being made; the log says so."""
    before = build.shell(_fresh(), "nohup sleep 1234 > /dev/null 2>&1 &", "echo started")
    build(before, build.shell(_fresh()))
    assert "a boot would not bring back process sleep" in build.told.text

    build(before, build.shell(_fresh(), "pgrep -x sleep"))
    assert "azure-arm: started" in build.told.text


def test_validators_run_on_a_copy_of_the_finished_image(build: Builder) -> None:
    """Validators see the generalized image, change nothing of it, and a failing one fails the build."""
    steps = (build.shell(_fresh(), "echo content | sudo tee /srv/content"),)
    image = build(*steps, validate=(build.shell("cat /srv/content", "echo spoilt | sudo tee /srv/content"),))
    assert build.told.phases == ["Building", "Customizing", "Validating"]
    assert _in_disk(image.disk, "/srv/content") == "content\n"

    with pytest.raises(BuildFailed) as caught:
        build(*steps, validate=(build.shell("grep spoilt /srv/content"),))
    assert caught.value.customizer_index is None


def test_the_image_is_generalized(build: Builder) -> None:
    """No build user, machine id or host keys, nothing in /tmp, and nothing that the machine lent is in the image."""
    image = build(build.shell(_fresh(), "touch /tmp/litter ~/litter", "sudo ssh-keygen -A"))

    passwd = _in_disk(image.disk, "/etc/passwd")
    listings = subprocess.run(
        ["debugfs", "-f", "-", str(image.disk)],
        input="ls /etc/ssh\nls /tmp\nls /home\nls /etc/sudoers.d\nls /etc/apt/apt.conf.d\nls /run\n",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "root:" in passwd
    assert "packer" not in passwd
    assert _in_disk(image.disk, "/etc/machine-id") == ""
    assert [word for word in ("ssh_host", "litter", "packer", "build-machine") if word in listings] == []


def test_the_deprovisioning_script_can_be_replaced(build: Builder) -> None:
    """A customizer that writes /tmp/DeprovisioningScript.sh decides what runs last."""
    build(build.shell(_fresh(), "echo 'echo replaced' > /tmp/DeprovisioningScript.sh"))

    assert "azure-arm: replaced" in build.told.text
    assert "waagent" not in build.told.text


@pytest.fixture
def service_of_the_machine() -> Iterator[int]:
    """A port on which this machine listens, on all its addresses."""
    with socket.socket() as listening:
        listening.bind(("", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_hostile_customizers_reach_neither_the_machine_nor_its_disks(
    build: Builder, service_of_the_machine: int, tmp_path: Path
) -> None:
    """Root in a customizer reaches no service and no device of the machine, and sees none of its files or processes."""
    (tmp_path / "secret").write_text("secret")
    addresses = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()
    ipv4 = [one for one in addresses if ":" not in one]
    tries = " ".join([f"{one}:{service_of_the_machine}" for one in ipv4] + ["169.254.169.254:80", "168.63.129.16:80"])
    build(
        build.shell(
            _fresh(),
            "gateway=$(ip route | sed -n 's/default via \\([0-9.]*\\).*/\\1/p')",
            f"for one in $gateway:{service_of_the_machine} {tries}; do",
            "  code=0; curl -s -m 1 http://$one/ || code=$?; echo reached $one $code; done",
            "sudo mknod /tmp/disk b 254 0 && echo made a device || true",
            "sudo sh -c 'echo 1 > /proc/sys/kernel/panic' || true",
            f"sudo ls {tmp_path} || true",
            "sudo cat /proc/*/cmdline | tr '\\0' ' '",
        )
    )

    reached = re.findall(r"reached (\S+) (\d+)", build.told.text)
    assert len(reached) >= 3
    assert [address for address, code in reached if code != "28"] == []
    assert "made a device" not in build.told.text
    assert "secret" not in build.told.text
    assert "bin/pytest" not in build.told.text


def test_two_builds_at_once_may_bind_the_same_port(build: Builder) -> None:
    """Each build has a network of its own."""
    script = (
        "sudo timeout 8 python3 -m http.server 80 & sleep 3",
        "curl -s -o /dev/null -w 'code %{http_code}' localhost",
    )
    told: list[str] = []

    def run(number: int) -> None:
        other = type(build)(build.engine)
        other(build.shell(_fresh(), f"mkdir own && cd own && echo {number} > index.html", *script, "wait || true"))
        told.append(other.told.text)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told) == 2
    assert all("code 200" in text for text in told)
    assert not any("Address already in use" in text for text in told)


def test_a_cancelled_build_stops_at_once(build: Builder) -> None:
    """Cancelling in the middle of a customizer raises BuildCancelled; nothing of the build is kept."""
    cancelled = build.cancelled
    original = build.told.lines

    class Listening(list[str]):
        def append(self, line: str) -> None:
            original.append(line)
            if "azure-arm: under way" in line:
                cancelled.set()

    request_lines = Listening()
    from localazure.engine_port import BuildRequest

    request = BuildRequest(
        operation_id="7111a125", base=build.base, customize=(build.shell(_fresh(), "echo under way", "sleep 3600"),)
    )
    with pytest.raises(BuildCancelled):
        build.engine.build(request, log=request_lines.append, on_phase=lambda _: None, cancelled=cancelled)


def test_a_script_that_reboots_loses_its_connection(build: Builder) -> None:
    """As with the service, a customizer that reboots the build machine ends the build with code 2300218."""
    with pytest.raises(BuildFailed) as caught:
        build(build.shell(_fresh(), "sudo reboot", "sleep 60"))

    assert caught.value.exit_code == 2300218
