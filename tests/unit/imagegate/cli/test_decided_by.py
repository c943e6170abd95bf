"""Who decides, in words."""

import pytest

from imagegate.cli.decided_by import decided_by
from imagegate.gateway.principal import OwnPrincipal

JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "ada",
    "GITHUB_RUN_ID": "42",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_REPOSITORY": "acme/images",
}


@pytest.mark.parametrize(
    ("principal", "said"),
    [
        (OwnPrincipal(object_id="1-2", kind="User", name="ada@acme.example"), "user ada@acme.example 1-2"),
        (OwnPrincipal(object_id="1-2", kind="ServicePrincipal"), "service principal 1-2"),
        (None, "a principal that its token does not name"),
    ],
)
def test_a_person(principal: OwnPrincipal | None, said: str) -> None:
    """Outside of a job Azure's principal decides, whatever else the environment says."""
    assert decided_by(principal, {"GITHUB_ACTOR": "mallory"}) == said


def test_a_job() -> None:
    """In a job who started the run stands there, with the run and Azure's principal."""
    principal = OwnPrincipal(object_id="1-2", kind="ServicePrincipal")

    assert decided_by(principal, JOB) == "ada in run 42-2 of acme/images (service principal 1-2)"
    assert decided_by(principal, {**JOB, "GITHUB_TRIGGERING_ACTOR": "bob"}).startswith("bob in run 42-2")
