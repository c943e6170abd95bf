"""Bringing scripts to where the service can fetch them."""

from pathlib import Path

import pytest

from fake_image_builder import GROUP, ImageBuilder
from fake_wire import Answer, HandClock, Wire, cloud_on
from imagegate.errors import NotAuthorised
from imagegate.model.template_source import LocalScript, TemplateSource
from imagegate.steps.upload_scripts import upload_scripts


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


def test_one_content_is_uploaded_once(wire: Wire, clock: HandClock) -> None:
    """Two steps with the same script share one blob; what is there already is not sent again."""
    ImageBuilder(wire, clock)
    notes: list[str] = []

    body = upload_scripts(cloud_on(wire), _source(b"a", b"a", b"b"), resource_group="rg-images", note=notes.append)
    upload_scripts(cloud_on(wire), _source(b"a"), resource_group="rg-images", note=notes.append)

    uris = [step["scriptUri"] for step in body["properties"]["customize"]]
    assert uris[0] == uris[1] != uris[2]
    assert [seen.body for seen in wire.calls("PUT", "/scripts/.*")] == [b"a", b"b"]
    assert notes[-1] == "0.sh is there already"


def test_without_scripts_nothing_is_asked(wire: Wire) -> None:
    """A template without local files needs no container."""
    source = _source()

    assert upload_scripts(cloud_on(wire), source, resource_group="rg", note=print) is source.body
    assert wire.seen == []


def test_a_missing_data_role_is_named(wire: Wire, clock: HandClock) -> None:
    """Owner of a storage account may still not write blobs: the error names the action and how to get it."""
    ImageBuilder(wire, clock)
    wire.on("HEAD", "/scripts/.+", Answer(status=403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"}))

    with pytest.raises(NotAuthorised, match="AuthorizationPermissionMismatch") as caught:
        upload_scripts(cloud_on(wire), _source(b"a"), resource_group="rg-images", note=print)

    assert caught.value.action == "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"
    assert caught.value.scope == "https://scripts.blob.core.windows.net/scripts"
    assert "--principal-id" in str(caught.value.hint)


def test_the_foundation_is_read_once(wire: Wire, clock: HandClock) -> None:
    """The container's address costs one request, whatever the number of scripts."""
    ImageBuilder(wire, clock)

    upload_scripts(cloud_on(wire), _source(b"a", b"b", b"c"), resource_group="rg-images", note=print)

    assert len(wire.calls("GET", f"{GROUP}/providers/Microsoft.Resources/deployments/.*")) == 1
