"""The post step: what it ends and closes after a killed step; after any other it costs nothing."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from azure_builds import template_body
from fake_wire import Answer, Wire, cloud_on
from imagegate.cli import action_post
from imagegate.cli.command import Surroundings
from imagegate.cli.job import Job
from imagegate.cli.leftovers import ENDED, Leftover
from imagegate.gateway.cloud import Cloud
from imagegate.model import ResourceId
from imagegate.model.job_key import new_job_key
from imagegate.model.status_record import subject_key
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.report.masking import Masks
from job_services import JobServices

COMMIT = "c" * 40
VERSION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"
GROUP = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.VirtualMachineImages/imageTemplates"
YAML = """\
name: web
azure: {subscription: 10ca1a2e-0000-4000-8000-000000000001, resource-group: rg, location: westeurope, gallery: golden,
  definition: web}
"""


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[JobServices]:
    """A job on a push, in a workspace with one image, and the GitHub that its statuses go to."""
    (tmp_path / "imagegate.yaml").write_text(YAML)
    (tmp_path / "template.json").write_text("{}")
    (tmp_path / "event.json").write_text(json.dumps({"after": COMMIT}))
    monkeypatch.chdir(tmp_path)
    with JobServices(host="127.0.0.1") as services:
        environment = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": services.url,
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_REPOSITORY": "acme/images",
            "GITHUB_RUN_ID": "77",
            "GITHUB_TOKEN": "ghs_" + "t" * 36,
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for name in ("STATE_leftover", "INPUT_COMMAND", "INPUT_STATUSES", "INPUT_FOLDER", "INPUT_IMAGE-VERSION-ID"):
            monkeypatch.delenv(name, raising=False)
        yield services


@pytest.fixture
def azure(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire below every connection to Azure; nothing is answered unless a test says so."""
    monkeypatch.setattr(Cloud, "connect", lambda *_, **__: cloud_on(wire))
    return wire


def end(left: Leftover | None, log: io.StringIO | None = None) -> int:
    """Run it as the container does."""
    masks = Masks()
    return action_post.end(left, Surroundings(masks=masks, job=Job.of(os.environ, log or io.StringIO(), masks)))


def shown(github: JobServices) -> dict[str, Any]:
    """The state of each context."""
    return {one["context"]: one["state"] for one in reversed(github.statuses.get(COMMIT, []))}


def post(github: JobServices, context: str, state: str, record: str) -> None:
    """A status that is there already."""
    entry = {"context": context, "state": state, "description": "x", "target_url": f"https://a/b#imagegate={record}"}
    github.statuses.setdefault(COMMIT, []).insert(0, entry)


def test_a_killed_build_without_any_state(github: JobServices, azure: Wire) -> None:
    """Where the runner hands over nothing, the run under the job's own key is cancelled, both statuses are closed."""
    tags = {"imagegate-job-key": new_job_key(os.environ), "imagegate-image": "web"}
    body = template_body("Running", template_id=f"{GROUP}/web-x", tags=tags, ended="0001-01-01T00:00:00Z")
    azure.on("GET", ".*/imageTemplates", Answer(body={"value": [body]}))
    azure.on("GET", ".*/web-x", Answer(body=body))
    azure.on("POST", ".*/web-x/cancel", Answer(status=202))

    assert end(None) == 0

    assert len(azure.calls("POST", ".*/web-x/cancel")) == 1
    assert shown(github) == {"imagegate/build (web)": "error", "imagegate/verify (web)": "error"}


def test_a_build_that_ended_without_any_state(github: JobServices, azure: Wire, tmp_path: Path) -> None:
    """A build that closed its status itself is left alone, and so is the verification that waits for others."""
    azure.on("GET", ".*/imageTemplates", Answer(body={"value": []}))
    post(github, "imagegate/build (web)", "success", f"77-1;{subject_key(str(tmp_path))}.s.1748772000")
    post(github, "imagegate/verify (web)", "pending", "77-1;00000000.p.1748772000")

    assert end(None) == 0

    assert shown(github) == {"imagegate/build (web)": "success", "imagegate/verify (web)": "pending"}


def test_a_build_that_was_killed_before_it_signed(github: JobServices, azure: Wire, tmp_path: Path) -> None:
    """The file of the main step says what was sent: the template is compared with it, and removed."""
    template = f"{GROUP}/web-x"
    definition = VERSION.rpartition("/versions/")[0]
    distributor = {"type": "SharedImage", "runOutputName": "web", "galleryImageId": definition}
    tags = {"imagegate-job-key": "k"}
    submitted = SubmittedTemplate(
        id=ResourceId.parse(template), body={"tags": tags, "properties": {"distribute": [distributor]}}
    )
    file = tmp_path / "submitted.json"
    file.write_text(json.dumps(submitted.to_json()))
    body = template_body(template_id=template, tags=tags)
    body["properties"]["distribute"] = [distributor | {"excludeFromLatest": True}]
    azure.on("GET", ".*/web-x", Answer(body=body))
    azure.on("DELETE", ".*/web-x", Answer(status=202))
    outputs = [{"name": "web", "properties": {"artifactId": VERSION}}]
    azure.on("GET", ".*/web-x/runOutputs", Answer(body={"value": outputs}))
    left = Leftover(
        kind="build",
        name=template,
        run="k",
        arm_endpoint="https://a",
        subscription_id="s",
        image="web",
        submitted=str(file),
    )

    log = io.StringIO()
    assert end(left, log) == 0

    assert "not as sent: properties.distribute[0].excludeFromLatest: sent nothing, found true" in log.getvalue()
    assert len(azure.calls("DELETE", ".*/web-x")) == 1


def test_open_statuses_alone_need_no_cloud(github: JobServices, azure: Wire, tmp_path: Path) -> None:
    """A build that was killed after its run had ended leaves statuses; Azure is not asked."""
    post(github, "imagegate/build (web)", "pending", f"77-1;{subject_key(str(tmp_path))}.p.1748772000")
    left = Leftover(kind="build", name="", run="77-1", arm_endpoint="https://a", subscription_id="s", image="web")

    assert end(left) == 0

    assert shown(github)["imagegate/build (web)"] == "error"
    assert azure.seen == []


def test_a_killed_verification(github: JobServices, azure: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own version's status is closed in the context that waits for it, and no other version's."""
    monkeypatch.setenv("INPUT_COMMAND", "verify")
    monkeypatch.setenv("INPUT_IMAGE-VERSION-ID", VERSION)
    post(github, "imagegate/verify (apache)", "pending", f"77-1;{subject_key(VERSION)}.p.1748772000")
    post(github, "imagegate/verify (db)", "pending", "77-1;00000000.p.1748772000")

    assert end(None) == 0

    assert shown(github) == {"imagegate/verify (apache)": "error", "imagegate/verify (db)": "pending"}
    assert azure.seen == []


def test_inputs_that_are_not_usable(github: JobServices, azure: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that its inputs stopped posted nothing: the post step does, so that no required check is missing."""
    monkeypatch.setenv("INPUT_FOLLOW", "perhaps")

    assert end(None) == 0

    assert shown(github) == {"imagegate/build (web)": "error", "imagegate/verify (web)": "error"}
    assert azure.seen == []


@pytest.mark.parametrize(("state", "command"), [(ENDED, "build"), (ENDED, "verify"), ("", "setup"), ("", "sweep")])
def test_where_nothing_can_be_left_it_costs_nothing(
    github: JobServices, azure: Wire, monkeypatch: pytest.MonkeyPatch, state: str, command: str
) -> None:
    """Neither Azure nor GitHub is asked after a command that ended what it began, or that begins nothing."""
    monkeypatch.setenv("STATE_leftover", state)
    monkeypatch.setenv("INPUT_COMMAND", command)

    with pytest.raises(SystemExit) as ended:
        action_post.main()

    assert (ended.value.code, azure.seen, github.statuses) == (0, [], {})
