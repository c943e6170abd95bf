"""What the owner has to say first, and where a run does not start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from acceptance.api_versions import RESOURCES
from acceptance.command import verify_azure
from acceptance.options import Options
from acceptance.refusal import Refused
from acceptance.run import run
from acceptance_world import acceptance_world

_GIVEN = Options(
    subscription="11111111-2222-3333-4444-555555555555",
    location="westeurope",
    prefix="acceptance",
    yes=True,
    output=Path("out"),
    work=Path("work"),
)


def test_everything_that_is_missing_is_said_at_once() -> None:
    """Without arguments nothing starts, and each precondition has its line."""
    ended = CliRunner().invoke(verify_azure, env={"AZURE_SUBSCRIPTION_ID": ""})

    assert ended.exit_code == 2
    for option in ("--subscription", "--location", "--prefix", "--yes"):
        assert option in ended.output


def test_a_flip_is_for_the_local_cloud_alone() -> None:
    """Azure cannot be asked to answer otherwise."""
    given = ["--subscription", _GIVEN.subscription, "--location", "x", "--prefix", "abc", "--yes", "--flip", "V5"]

    ended = CliRunner().invoke(verify_azure, given)

    assert ended.exit_code == 2
    assert "--flip goes with --local only" in ended.output


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subscription": "production"}, "--subscription"),
        ({"prefix": "A"}, "--prefix"),
        ({"repository": "acme", "github_token": "x"}, "--repository"),
        ({"repository": "acme/images"}, "GITHUB_TOKEN"),
        ({"least_client_id": "x"}, "LEAST_CLIENT_SECRET"),
        ({"yes": False}, "--yes"),
    ],
)
def test_each_precondition_is_asked_for(changes: dict[str, object], said: str) -> None:
    """What is wrong or missing has one sentence that names it; what is complete has none."""
    (found,) = [line for line in replace(_GIVEN, **changes).missing() if said in line]  # type: ignore[arg-type]

    assert found.endswith(".")
    assert _GIVEN.missing() == []


def test_it_does_not_start_where_a_group_of_its_name_is(tmp_path: Path) -> None:
    """A group that begins with the prefix is named, nothing is asked of the product, and the group is still there."""
    with acceptance_world(tmp_path) as world:
        path = f"{world.subscription}/resourcegroups/acceptance-of-somebody"
        world.ask("test/make", "PUT", path, api_version=RESOURCES, body={"location": "westeurope"})

        with pytest.raises(Refused, match="acceptance-of-somebody"):
            run(world)

        assert world.ask("test/look", "GET", path, api_version=RESOURCES).status == 200
        assert not world.recorder.recording().all("*/product")
