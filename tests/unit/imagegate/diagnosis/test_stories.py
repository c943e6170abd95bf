"""Whole courses of a build: what is cause, what is symptom, what is noise, and where it stands in the repository."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from imagegate.diagnosis import diagnose
from imagegate.model.diagnosis import Category, Confidence
from imagegate.model.template_source import LocalScript, TemplateSource

_AT = "[1-2-3-4] PACKER 2025/06/01 10:00:00 "


def _log(*lines: str) -> str:
    return "".join(f"{_AT}{line}\n" for line in lines)


def _started(kind: str) -> str:
    return f"[INFO] (telemetry) Starting provisioner {kind}"


def _ended(kind: str) -> str:
    return f"[INFO] (telemetry) ending {kind}"


def _failed(status: int, kind: str = "shell") -> tuple[str, ...]:
    reason = f"Script exited with non-zero exit status: {status}. Allowed exit codes are: [0]"
    return (
        _ended(kind),
        "ui: ==> azure-arm: Provisioning step had errors: Running the cleanup provisioner, if present...",
        f"ui error: Build 'azure-arm' errored after 2 minutes: {reason}",
    )


_FINISHED = (
    "ui: ==> azure-arm: Querying the machine's properties ...",
    "ui: ==> azure-arm: Skipping image creation...",
    "ui: ==> azure-arm: Deleting individual resources ...",
    "ui error: ==> azure-arm: Error deleting resource. Will retry.",
    "ui: Build 'azure-arm' finished after 3 minutes 13 seconds.",
    "ui: ==> Builds finished but no artifacts were created.",
    "[INFO] (telemetry) Finalizing.",
)


def test_a_build_that_finished_did_not_fail() -> None:
    """Errors that a script got over, and the clean-up's noise, are no failure."""
    log = _log(
        _started("shell"),
        "ui:     azure-arm: E: Unable to locate package optional-thing",
        "ui:     azure-arm: curl: (6) Could not resolve host: nowhere.example",
        _ended("shell"),
        *_FINISHED,
    )
    found = diagnose(log)
    assert found.category is Category.NONE
    assert not found.failed


def test_a_run_can_fail_after_the_customizers() -> None:
    """When Packer finished and the run failed, the message tells the cause, not what the customizers printed."""
    log = _log(_started("shell"), "ui:     azure-arm: E: Unable to locate package x", _ended("shell"), *_FINISHED)
    message = (
        "Failed in distributing 1 images out of total 1: {[Error 0] [Distribute 0] "
        "AuthorizationFailed: The client 'a' with object id 'a' does not have authorization to perform action "
        "'Microsoft.Compute/galleries/images/versions/write' over scope '/subscriptions/s'}"
    )
    found = diagnose(log, message=message)
    assert found.category is Category.PERMISSION
    assert found.customizer is None
    silent = diagnose(log, message="Something went wrong afterwards.")
    assert silent.category is Category.UNKNOWN


def test_the_root_comes_before_what_it_brought_about() -> None:
    """A name that cannot be resolved makes packages unknown; the disk that is full makes dpkg fail."""
    said = """\
Err:1 http://deb.debian.org/debian bookworm InRelease
  Temporary failure resolving 'deb.debian.org'
E: Unable to locate package apache2"""
    found = diagnose(
        _log(_started("shell"), *(f"ui:     azure-arm: {line}" for line in said.splitlines()), *_failed(100))
    )
    assert found.category is Category.NETWORK
    said = """\
dpkg: error processing archive /var/cache/apt/archives/linux-image.deb (--unpack):
 cannot copy extracted data for './boot/vmlinuz' to '/boot/vmlinuz.dpkg-new': failed to write (No space left on device)
E: Sub-process /usr/bin/dpkg returned an error code (1)"""
    found = diagnose(
        _log(_started("shell"), *(f"ui:     azure-arm: {line}" for line in said.splitlines()), *_failed(100))
    )
    assert found.category is Category.DISK_FULL


def test_an_error_that_was_got_over_long_before_is_not_the_cause() -> None:
    """An error far up in the step, or in a step that ended well, yields to what stands at the end."""
    log = _log(
        _started("shell"),
        "ui:     azure-arm: curl: (6) Could not resolve host: optional.example",
        _ended("shell"),
        _started("shell"),
        "ui:     azure-arm: E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1 (apt)",
        *(f"ui:     azure-arm: Setting up package-{number} (1.0) ..." for number in range(700)),
        "ui:     azure-arm: /tmp/script_77.sh: 9: a2enmodd: not found",
        *_failed(127),
    )
    found = diagnose(log)
    assert (found.category, found.cause) == (Category.COMMAND_MISSING, "command-not-found")
    assert found.customizer is not None
    assert found.customizer.index == 1


def _failing_step(*said: str, status: int = 1) -> str:
    return _log(_started("shell"), *(f"ui error: ==> azure-arm: {line}" for line in said), *_failed(status))


def test_a_warning_is_not_the_cause_of_another_end() -> None:
    """What a program itself calls a warning gives way to words that no rule knows, at the end of the step."""
    found = diagnose(
        _failing_step(
            "W: Failed to fetch http://ppa.example/x/InRelease  Temporary failure resolving 'ppa.example'",
            "ok",
            "FATAL: schema version 12 is not supported by this installer",
        )
    )
    assert found.cause == "script-exit"
    assert found.signal == "FATAL: schema version 12 is not supported by this installer"


def test_an_error_after_which_the_script_goes_on_is_not_the_cause() -> None:
    """The script says itself that it continues; what ends it stands at its end."""
    found = diagnose(
        _failing_step(
            "curl: (6) Could not resolve host: metrics.example",
            "could not send telemetry, continuing",
            *(f"step {number} done" for number in range(30)),
            "ERROR: the license file /opt/app/license.dat has an invalid signature",
        )
    )
    assert found.cause == "script-exit"
    assert "invalid signature" in found.signal


def test_a_warning_is_the_cause_where_nothing_else_tells_more() -> None:
    """Two words that only say that it failed do not outweigh what was warned of before."""
    found = diagnose(
        _failing_step(
            "W: Failed to fetch http://mirror.example/x  Temporary failure resolving 'mirror.example'",
            "ERROR: setup failed",
        )
    )
    assert (found.category, found.cause) == (Category.NETWORK, "dns")


def test_what_does_not_fit_while_distributing_is_the_gallery() -> None:
    """The same words speak of the build VM's size before the build, and of the definition after it."""
    words = (
        'Code="InvalidParameter" Message="The Hypervisor generation \'V2\' of the source image does not match the '
        "Hypervisor generation 'V1' of the gallery image\""
    )
    message = f"Failed in distributing 1 images out of total 1: {{[Error 0] [Distribute 0] {words}}}"
    assert diagnose("", message=message).cause == "gallery-mismatch"


def test_a_command_whose_winrm_connection_broke() -> None:
    """16001 is no status of the script's: it is what the WinRM library makes of a connection that broke."""
    log = _log(
        _started("powershell"),
        "ui:     azure-arm: Enabling the firewall's public profile",
        *_failed(16001, "powershell"),
    )
    assert diagnose(log).category is Category.CONNECTION


def test_a_message_that_nobody_knows_is_quoted() -> None:
    """Without a log there is only the service's message, and it is not guessed at."""
    found = diagnose("", message="The flux capacitor is out of phase.")
    assert found.category is Category.UNKNOWN
    assert found.root_cause.startswith("Cannot tell: ")
    assert "The flux capacitor is out of phase." in found.root_cause


def test_a_step_that_hangs_until_the_time_is_over() -> None:
    """The message says that time was up, the log which step ran."""
    log = _log(
        _started("file"), _ended("file"), _started("shell"), "ui:     azure-arm: Waiting for the database to answer ..."
    )
    message = (
        "Failed while waiting for packerizer: Timeout waiting for microservice to complete: 'context deadline exceeded'"
    )
    found = diagnose(log, message=message)
    assert (found.category, found.cause) == (Category.TIMEOUT, "build-timeout")
    assert found.customizer is not None
    assert found.customizer.index == 1
    assert "customize[1]" in found.root_cause.lower()


def test_a_firewall_in_a_script_cuts_the_connection() -> None:
    """Cancelling because the connection went is told as the lost connection, not as somebody's wish."""
    log = """\
PACKER ERR 2021/03/26 22:11:20 [INFO] (telemetry) Starting provisioner shell
PACKER OUT     azure-arm: Firewall is active and enabled on system startup
PACKER ERR 2021/03/26 22:11:23 Cancelling builder after context cancellation context canceled
PACKER OUT Cancelling build after receiving terminated
PACKER ERR 2021/03/26 22:11:23 plugin: Cancelling hook after context cancellation context canceled
PACKER ERR 2021/03/26 22:11:25 plugin: [ERROR] Remote command exited without exit status or exit signal.
PACKER ERR 2021/03/26 22:11:25 packer-builder-azure-arm plugin: [INFO] RPC endpoint: Communicator ended with: 2300218
"""
    found = diagnose(log)
    assert found.category is Category.CONNECTION
    assert found.customizer is not None


def test_a_windows_machine_too_small_for_its_updates() -> None:
    """An unexpected end of the connection during Windows Update is want of resources."""
    log = """\
PACKER ERR 2021/04/30 23:30:58 [INFO] (telemetry) Starting provisioner windows-update
PACKER OUT     azure-arm: Waiting for operation to complete (system performance: 90% cpu; 32% memory)...
PACKER OUT     azure-arm: Waiting for the Windows Modules Installer to exit...
PACKER OUT ==> azure-arm: Restarting the machine...
PACKER OUT ==> azure-arm: Waiting for machine to become available...
PACKER OUT ==> azure-arm: A system shutdown is in progress.(1115)
PACKER ERR 2021/04/30 23:38:59 update: Retryable error: Machine not yet available (exit status 1115)
PACKER OUT Build 'azure-arm' errored: unexpected EOF
"""
    found = diagnose(log)
    assert found.category is Category.RESOURCES
    assert found.customizer is not None
    assert found.customizer.type == "WindowsUpdate"


def test_sysprep_that_waits_for_an_agent_that_is_not_there() -> None:
    """Of the agent that is missing and the image that does not become general, the first is the cause."""
    waiting = "PACKER OUT     azure-arm: IMAGE_STATE_UNDEPLOYABLE\n" * 40
    log = f"""\
PACKER ERR 2021/05/05 22:20:00 [INFO] (telemetry) Starting provisioner powershell
PACKER OUT     azure-arm: Write-Output '>>> Sysprepping VM ...'
PACKER OUT     azure-arm: IMAGE_STATE_COMPLETE
PACKER OUT ==> azure-arm: Get-Service : Cannot find any service with service name 'WindowsAzureGuestAgent'.
PACKER OUT ==> azure-arm: At C:\\DeprovisioningScript.ps1:6 char:9
PACKER OUT ==> azure-arm:     + FullyQualifiedErrorId : NoServiceFoundForGivenName
{waiting}PACKER ERR 2021/05/05 22:26:17 Cancelling builder after context cancellation context canceled
PACKER OUT Cancelling build after receiving terminated
"""
    found = diagnose(log)
    assert (found.category, found.cause) == (Category.DEPROVISION, "guest-agent-missing")
    only = diagnose(log.replace("Cannot find any service", "Found the service"))
    assert (only.category, only.cause) == (Category.DEPROVISION, "sysprep")


def test_a_restart_that_takes_too_long() -> None:
    """That another restart was on its way already is a circumstance; the cause is the time that was given."""
    log = """\
PACKER ERR 2021/06/13 08:28:58 [INFO] (telemetry) Starting provisioner windows-restart
PACKER OUT ==> azure-arm: A system shutdown has already been scheduled.(1190)
PACKER OUT ==> Some builds didn't complete successfully and had errors:
PACKER ERR 2021/06/13 08:46:26 machine readable: azure-arm,error []string{"Timeout waiting for machine to restart."}
PACKER OUT --> azure-arm: Timeout waiting for machine to restart.
PACKER ERR ==> Builds finished but no artifacts were created.
"""
    found = diagnose(log)
    assert (found.category, found.cause) == (Category.WINDOWS_RESTART, "windows-restart")
    assert "restartTimeout" in found.next_step


def test_a_bare_message_points_to_the_log() -> None:
    """That Packer failed is no cause; where the log lies is what helps."""
    message = (
        "During the image build a failure has occurred. Packer build logs are at location "
        "/subscriptions/s/resourceGroups/IT_x/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/"
        "packerlogs/1/customization.log. Please navigate to this location"
    )
    found = diagnose("", message=message)
    assert found.category is Category.UNKNOWN
    assert "packerlogs/1/customization.log" in found.next_step


def test_an_unknown_verdict_is_quoted_and_not_guessed_at() -> None:
    """What no rule knows is told as it is, with low confidence."""
    found = diagnose(_log("ui error: --> azure-arm: the flux capacitor went away"))
    assert found.category is Category.UNKNOWN
    assert found.confidence is Confidence.LOW
    assert "flux capacitor" in found.root_cause


def test_secrets_in_the_log_do_not_reach_the_diagnosis() -> None:
    """Lines that matter are redacted."""
    log = _log(
        _started("shell"),
        "ui:     azure-arm: curl: (22) The requested URL returned error: 403 https://a/b?sig=AbCdEfGhIjKlMnOpQrStUvWx%3D",
        *_failed(22),
    )
    found = diagnose(log)
    assert found.category is Category.DOWNLOAD
    assert "AbCdEf" not in str(found)
    assert "AbCdEf" not in str(found.to_json())


def _source() -> TemplateSource:
    content = b"#!/bin/bash\nset -e\n# install jq\nsudo apt-get update\nsudo apt-get install -y jqq\n"
    body = {
        "location": "westeurope",
        "properties": {
            "customize": [
                {"type": "File", "name": "site", "sourceUri": "site.conf", "destination": "/srv/site.conf"},
                {
                    "type": "Shell",
                    "name": "install",
                    "inline": ["sudo apt-get update", "sudo apt-get install -y apach2"],
                },
                {"type": "Shell", "name": "tools", "scriptUri": "scripts/tools.sh"},
            ],
            "validate": {"inVMValidations": [{"type": "Shell", "name": "answers", "inline": ["curl -fs localhost"]}]},
        },
    }
    customize = ("properties", "customize")
    return TemplateSource(
        file="images/web/template.json",
        body=body,
        scripts=(
            LocalScript(
                step=(*customize, 2),
                key="scriptUri",
                relative_path="scripts/tools.sh",
                file=Path("scripts/tools.sh"),
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
            ),
        ),
        lines={
            (*customize, 0): 20,
            (*customize, 1): 26,
            (*customize, 1, "inline", 0): 30,
            (*customize, 1, "inline", 1): 31,
            (*customize, 2): 35,
            ("properties", "validate", "inVMValidations", 0): 44,
        },
    )


def test_points_at_the_inline_command_in_the_template() -> None:
    """The package's name leads to the command, and the command to its own line of the template."""
    log = _log(
        _started("file"), _ended("file"),
        _started("shell"), "ui:     azure-arm: E: Unable to locate package apach2", *_failed(100),
    )  # fmt: skip
    found = diagnose(log, template=_source())
    assert found.customizer is not None
    assert (found.customizer.index, found.customizer.name, found.customizer.type) == (1, "install", "Shell")
    assert str(found.customizer.place) == "images/web/template.json:26"
    assert str(found.place) == "images/web/template.json:31"


def test_points_at_the_line_that_the_shell_names() -> None:
    """Inline commands stand below `#!/bin/sh -e`, so that the shell's line 3 is the second command."""
    log = _log(
        _started("file"), _ended("file"),
        _started("shell"), "ui:     azure-arm: /tmp/script_12.sh: 3: apt-gett: not found", *_failed(127),
    )  # fmt: skip
    assert str(diagnose(log, template=_source()).place) == "images/web/template.json:31"


def test_points_into_the_script_file() -> None:
    """A script file has its own line numbers; by the shell's word, or by the name that went wrong."""
    before = (_started("file"), _ended("file"), _started("shell"), _ended("shell"), _started("shell"))
    named = _log(*before, "ui:     azure-arm: /tmp/script_12.sh: line 4: oops: command not found", *_failed(127))
    assert str(diagnose(named, template=_source()).place) == "images/web/scripts/tools.sh:4"
    guessed = _log(*before, "ui:     azure-arm: E: Unable to locate package jqq", *_failed(100))
    assert str(diagnose(guessed, template=_source()).place) == "images/web/scripts/tools.sh:5"


def test_a_validator_that_says_no() -> None:
    """After the customizers come the validators; their plain failure is a category of its own."""
    before = (_started("file"), _ended("file"), *([_started("shell"), _ended("shell")] * 2), _started("shell"))
    found = diagnose(_log(*before, "ui:     azure-arm: page is wrong", *_failed(1)), template=_source())
    assert found.category is Category.VALIDATION
    assert found.customizer is not None
    assert (found.customizer.section, found.customizer.index) == ("validate", 0)


def test_the_service_s_own_last_step() -> None:
    """What the template does not have is the step that makes the image general."""
    before = (_started("file"), _ended("file"), *([_started("shell"), _ended("shell")] * 3), _started("shell"))
    log = _log(
        *before, "ui:     azure-arm: /tmp/DeprovisioningScript.sh: 1: /usr/sbin/waagent: not found", *_failed(127)
    )
    found = diagnose(log, template=_source())
    assert found.category is Category.DEPROVISION
    assert found.customizer is not None
    assert found.customizer.section == "service"


def test_takes_a_deployment_template_too(render_log: Callable[..., str]) -> None:
    """A plain body names the step, without a place."""
    body = {"properties": {"customize": [{"type": "Shell", "name": "only", "inline": ["sudo apt-get install apach2"]}]}}
    deployment = {"resources": [{"type": "Microsoft.VirtualMachineImages/imageTemplates", **body}]}
    for template in (body, deployment):
        found = diagnose(render_log("E: Unable to locate package apach2", 100), template=template)
        assert found.customizer is not None
        assert found.customizer.name == "only"
        assert found.place is None


def test_the_status_of_a_remote_command_is_enough() -> None:
    """An excerpt that ends before Packer's verdict still has the status, in its debug output."""
    log = """\
PACKER ERR 2021/03/08 00:37:32 packer: 2021/03/08 00:37:32 [ERROR] Remote command exited with '1': chmod +x /tmp/s.sh
PACKER OUT     azure-arm: touch: cannot touch '/buildArtifacts/a.md': Permission denied
PACKER ERR 2021/03/08 00:37:32 packer: 2021/03/08 00:37:32 [INFO] RPC endpoint: Communicator ended with: 1
"""
    found = diagnose(log)
    assert (found.category, found.exit_status) == (Category.GUEST_PERMISSION, 1)


def test_the_list_of_what_was_made_is_no_verdict() -> None:
    """Where a build makes artifacts, the arrow stands before each of them."""
    found = diagnose(
        "2021/02/06 08:53:07 ui: Build 'azure-arm' finished.\n"
        "==> Builds finished. The artifacts of successful builds are:\n"
        "2021/02/06 08:53:07 ui: --> azure-arm: {}\n"
    )
    assert found.category is Category.NONE


def test_the_service_s_script_that_is_shown_is_not_heard() -> None:
    """Packer shows the step that looks for the service's script; what it would say is not what it said."""
    log = """\
PACKER ERR 2021/03/04 23:05:04 [INFO] (telemetry) Starting provisioner powershell
PACKER ERR 2021/03/04 23:05:04 packer: Found command: if( TEST-PATH c:\\DeprovisioningScript.ps1 ){cat x} else {echo \
"Deprovisioning script [c:\\DeprovisioningScript.ps1] could not be found. Image build may fail"}
PACKER ERR 2021/03/04 23:05:40 [INFO] (telemetry) ending powershell
PACKER ERR 2021/03/04 23:05:40 [INFO] (telemetry) Finalizing.
"""
    assert diagnose(log).category is Category.NONE
