"""Bringing scripts to where the service can fetch them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fake_image_builder import GROUP, ImageBuilder
from fake_wire import Answer, HandClock, Wire, cloud_on
from imagegate.errors import NotAuthorised
from imagegate.model.template_source import LocalScript, TemplateSource
from imagegate.steps.upload_scripts import upload_scripts
from imagegate.waiting import Deadline


def _source(*contents: bytes) -> TemplateSource:
    import hashlib

    steps = [{"type": "Shell", "scriptUri": f"{n}.sh"} for n in range(len(contents))]
    scripts = tuple(
        LocalScript(
            step=("properties", "customize", n),
            key="scriptUri",
            relative_path=f"{n}.sh",
            file=Path(f"{n}.sh"),
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for n, content in enumerate(contents)
    )
    return TemplateSource(file="t", body={"properties": {"customize": steps}}, scripts=scripts, lines={})


def _upload(wire: Wire, clock: HandClock, source: TemplateSource, notes: list[str] | None = None) -> Mapping[str, Any]:
    return upload_scripts(
        cloud_on(wire),
        source,
        resource_group="rg-images",
        deadline=Deadline.after(900, clock),
        note=(notes if notes is not None else []).append,
    )


def test_one_content_is_uploaded_once(wire: Wire, clock: HandClock) -> None:
    """Two steps with the same script share one blob; what is there already is not sent again."""
    ImageBuilder(wire, clock)
    notes: list[str] = []

    body = _upload(wire, clock, _source(b"a", b"a", b"b"), notes)
    _upload(wire, clock, _source(b"a"), notes)

    uris = [step["scriptUri"] for step in body["properties"]["customize"]]
    assert uris[0] == uris[1] != uris[2]
    assert [seen.body for seen in wire.calls("PUT", "/scripts/.*")] == [b"a", b"b"]
    assert notes[-1] == "0.sh is there already"


def test_without_scripts_nothing_is_asked(wire: Wire, clock: HandClock) -> None:
    """A template without local files needs no container."""
    source = _source()

    assert _upload(wire, clock, source) is source.body
    assert wire.seen == []


def test_a_missing_data_role_is_named(wire: Wire, clock: HandClock) -> None:
    """Owner of a storage account may still not write blobs: the error names the action and how to get it."""
    ImageBuilder(wire, clock)
    wire.on("HEAD", "/scripts/.+", Answer(status=403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"}))

    with pytest.raises(NotAuthorised, match="AuthorizationPermissionMismatch") as caught:
        _upload(wire, clock, _source(b"a"))

    assert caught.value.action == "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"
    assert caught.value.scope == "https://scripts.blob.core.windows.net/scripts"
    assert "--principal-id" in str(caught.value.hint)


def test_the_foundation_is_read_once(wire: Wire, clock: HandClock) -> None:
    """The container's address costs one request, whatever the number of scripts."""
    ImageBuilder(wire, clock)

    _upload(wire, clock, _source(b"a", b"b", b"c"))

    assert len(wire.calls("GET", f"{GROUP}/providers/Microsoft.Resources/deployments/.*")) == 1


@pytest.mark.parametrize(("minutes_ago", "waits"), [(1, True), (30, False)])
def test_rights_of_a_set_up_a_moment_ago(wire: Wire, clock: HandClock, minutes_ago: int, waits: bool) -> None:
    """Right after a set-up its role assignments are waited for, told once; later a refusal is final at once."""
    ImageBuilder(wire, clock)
    written = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    outputs = {"scriptContainerUrl": {"type": "String", "value": "https://scripts.blob.core.windows.net/scripts"}}
    properties = {"provisioningState": "Succeeded", "timestamp": written.isoformat(), "outputs": outputs}
    wire.on("GET", f"{GROUP}/.*/deployments/imagegate-foundation", Answer(body={"id": "d", "properties": properties}))
    refused = Answer(status=403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"})
    wire.on("HEAD", "/scripts/.+", refused, refused, Answer(status=404))
    notes: list[str] = []

    if waits:
        _upload(wire, clock, _source(b"a"), notes)
        assert notes[0] == "waiting for new role assignments to take effect, 10m at most"
        assert (len(notes), len(clock.slept)) == (2, 2)
    else:
        with pytest.raises(NotAuthorised):
            _upload(wire, clock, _source(b"a"), notes)
        assert (notes, clock.slept) == ([], [])
