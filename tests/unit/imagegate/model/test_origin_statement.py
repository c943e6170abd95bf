"""What a proof speaks of."""

from typing import Any

import pytest

from imagegate.model import ImageVersion
from imagegate.model.origin_statement import AUDIENCE_PREFIX, OriginStatement

TAGS = {
    "imagegate-image": "web",
    "imagegate-repository": "acme/images",
    "imagegate-commit": "c" * 40,
    "imagegate-ref": "refs/heads/main",
    "imagegate-run": "4711-1",
    "imagegate-content-hash": "h",
    "imagegate-smoke-0": '{"probes":[]}',
}
VERSION = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/web/versions/1.0.0"


def _statement(
    version_id: str = VERSION, *, published: str = "2026-11-21T12:00:00.1234567+00:00", **tags: str
) -> OriginStatement:
    changed = {name.replace("_", "-"): value for name, value in tags.items()}
    profile: dict[str, Any] = {"publishedDate": published}
    body = {"id": version_id, "tags": {**TAGS, **changed}, "properties": {"publishingProfile": profile}}
    found = OriginStatement.of_version(ImageVersion.from_arm(body))
    assert found is not None
    return found


def test_signer_and_verifier_agree() -> None:
    """Case of the id and parts of a second do not count: two readings of one version make one audience."""
    audience = _statement().audience

    assert audience.startswith(AUDIENCE_PREFIX)
    assert _statement(VERSION.upper(), published="2026-11-21T13:00:00.9+01:00").audience == audience


@pytest.mark.parametrize(
    "other",
    [
        {"version_id": VERSION.replace("1.0.0", "1.0.1")},
        {"published": "2026-11-21T12:00:01Z"},
        {"imagegate_image": "db"},
        {"imagegate_repository": "acme/other"},
        {"imagegate_commit": "d" * 40},
        {"imagegate_ref": "refs/heads/topic"},
        {"imagegate_run": "4711-2"},
        {"imagegate_content_hash": "i"},
        {"imagegate_dirty": "true"},
        {"imagegate_smoke_0": '{"probes":[1]}'},
        {"imagegate_smoke_1": " "},
    ],
    ids=str,
)
def test_every_part_is_bound(other: dict[str, str]) -> None:
    """A version made again, another version, and each changed tag make another audience."""
    assert _statement(**other).audience != _statement().audience


def test_a_version_without_a_date() -> None:
    """What is not published yet has no statement."""
    assert OriginStatement.of_version(ImageVersion.from_arm({"id": VERSION, "properties": {}})) is None
