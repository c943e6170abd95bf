"""The error of a build that failed."""

from pathlib import Path

import pytest

from fake_image_builder import TEMPLATES
from imagegate.errors import BuildFailed
from imagegate.model import ImageTemplate, Run, RunState
from imagegate.model.template_source import LocalScript, TemplateSource
from imagegate.steps.explain_failure import explain_failure
from imagegate.steps.fetch_build_log import BuildLog

LOG = "\n".join(
    f"[8f0c793b-1111-2222-3333-444455556666] PACKER 2026/11/01 12:00:0{second} {text}"
    for second, text in enumerate(
        (
            "[INFO] (telemetry) Starting provisioner shell",
            "ui: ==> azure-arm: Provisioning with shell script: /tmp/packer-shell1",
            "ui:     azure-arm: E: Unable to locate package apache22",
            "[INFO] (telemetry) ending shell",
            "ui: ==> azure-arm: Provisioning step had errors: Running the cleanup provisioner, if present...",
            (
                "ui error: Build 'azure-arm' errored after 4 seconds: Script exited with non-zero exit status: 100."
                " Allowed exit codes are: [0]"
            ),
        )
    )
)


def _explain(state: RunState, *, log: str = "", message: str = "") -> BuildFailed:
    steps = [{"type": "Shell", "name": "install", "scriptUri": "scripts/install.sh"}]
    script = LocalScript(
        step=("properties", "customize", 0),
        key="scriptUri",
        relative_path="scripts/install.sh",
        file=Path("scripts/install.sh"),
        content=b"apt-get install apache22\n",
        sha256="0",
    )
    source = TemplateSource(
        file="web/template.json", body={"properties": {"customize": steps}}, scripts=(script,), lines={script.step: 9}
    )
    template = ImageTemplate.from_arm({"id": f"{TEMPLATES}/t", "properties": {}})
    run = Run(state=state, message=message)
    return explain_failure(source, template, run, log=BuildLog(file=Path("/logs/customization.log"), text=log))


def test_customizer_cause_and_script() -> None:
    """The error names the customizer, the cause, the script in the repository and the whole log."""
    error = _explain(RunState.FAILED, log=LOG)

    text = str(error)
    assert "install" in text
    assert "apache22" in text
    assert "Its script: web/scripts/install.sh" in text
    assert "The whole log: /logs/customization.log" in text
    diagnosis = error.details["diagnosis"]
    assert isinstance(diagnosis, dict)
    assert diagnosis["customizer"]["name"] == "install"


@pytest.mark.parametrize(
    ("state", "word"), [(RunState.CANCELED, "cancelled"), (RunState.PARTIALLY_SUCCEEDED, "in part")]
)
def test_other_ends_have_their_own_sentence(state: RunState, word: str) -> None:
    """Cancelled and half successful are not called failed."""
    assert word in str(_explain(state)).splitlines()[0]


def test_a_message_that_only_names_the_log_is_not_repeated() -> None:
    """The service's long sentence about where its log lies is left out: the log is here."""
    message = (
        "Packer build logs are at location /subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/x/a"
        "/blobServices/default/containers/packerlogs/f/customization.log. Please navigate to this location"
    )

    assert "The service says" not in str(_explain(RunState.FAILED, log=LOG, message=message))
    assert "The service says: quota" in str(_explain(RunState.FAILED, message="quota"))


def test_secrets_in_the_message_do_not_show() -> None:
    """A signature in the service's message is taken out of text and details."""
    error = _explain(
        RunState.FAILED, message="GET https://x.blob.core.windows.net/a?sig=c2VjcmV0c2VjcmV0c2VjcmV0 failed"
    )

    assert "c2VjcmV0" not in str(error)
    assert "c2VjcmV0" not in str(error.to_json())
