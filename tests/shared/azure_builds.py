"""A template, its outputs and a version on the wire, as Resource Manager answers them."""

from typing import Any

from build_events import TEMPLATE, VERSION
from fake_wire import Answer, Wire

STAMP = {
    "imagegate-repository": "acme/images",
    "imagegate-commit": "0123456789abcdef0123456789abcdef01234567",
    "imagegate-ref": "refs/heads/main",
    "imagegate-run": "4711",
    "imagegate-content-hash": "0123456789ab",
}


def template_body(
    state: str | None = "Succeeded",
    *,
    template_id: str = TEMPLATE,
    tags: dict[str, str] | None = None,
    message: str = "",
    started: str = "2026-11-21T11:00:00Z",
    ended: str = "2026-11-21T12:00:00Z",
) -> dict[str, Any]:
    """An image template whose last run stands so; None: it was never run."""
    run = {"runState": state, "startTime": started, "endTime": ended, "message": message}
    return {
        "id": template_id,
        "tags": STAMP if tags is None else tags,
        "properties": {
            "provisioningState": "Succeeded",
            "exactStagingResourceGroup": "/subscriptions/s/resourceGroups/IT_x",
            **({"lastRunStatus": run} if state else {}),
        },
    }


def version_body(
    state: str = "Succeeded",
    *,
    version_id: str = VERSION,
    tags: dict[str, str] | None = None,
    published: str = "2026-11-21T12:00:00Z",
) -> dict[str, Any]:
    """An image version."""
    return {
        "id": version_id,
        "location": "westeurope",
        "tags": STAMP if tags is None else tags,
        "properties": {"provisioningState": state, "publishingProfile": {"publishedDate": published}},
    }


def put_build(wire: Wire, *, template: dict[str, Any] | None = None, version: dict[str, Any] | None = None) -> None:
    """A template with one output, and the version of it."""
    template, version = template or template_body(), version or version_body()
    output = {"name": "gallery", "properties": {"artifactId": version["id"], "provisioningState": "Succeeded"}}
    vhd = {"name": "vhd", "properties": {"artifactUri": "https://a.blob.example/vhd", "provisioningState": "Succeeded"}}
    wire.on("GET", template["id"], Answer(body=template))
    wire.on("GET", f"{template['id']}/runOutputs", Answer(body={"value": [output, vhd]}))
    wire.on("GET", version["id"], Answer(body=version))
