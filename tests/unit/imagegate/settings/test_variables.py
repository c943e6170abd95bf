"""Which environment variables imagegate.yaml may name, and where."""

import pytest

from imagegate.settings.variables import why_not


@pytest.mark.parametrize("place", ["azure", "tags"])
@pytest.mark.parametrize(
    "name", ["AZURE_SUBSCRIPTION_ID", "AZURE_TENANT_ID", "GITHUB_REF_NAME", "GITHUB_RUN_ID", "IMAGEGATE_VAR_REGION"]
)
def test_what_holds_no_secret_is_read(place: str, name: str) -> None:
    """Ids of Azure, names of the job, and what is meant for the file."""
    assert why_not(place, name) is None


@pytest.mark.parametrize(
    "name",
    [
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_SECRET_ID_X",
        "GITHUB_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "ACTIONS_RUNTIME_TOKEN",
        "IMAGEGATE_GITHUB_TOKEN",
        "INPUT_CLIENT-SECRET",
        "AWS_SECRET_ACCESS_KEY",
        "HOME",
        "IMAGEGATE_VAR_",
        "azure_subscription_id",
    ],
)
def test_what_may_hold_a_secret_is_refused(name: str) -> None:
    """Everything that is not listed, and the hint says what is."""
    found = why_not("azure", name)

    assert found is not None
    assert name in found[0]
    assert "IMAGEGATE_VAR_" in found[1]


@pytest.mark.parametrize("place", ["smoke", "name", "template", ""])
def test_other_places_take_none(place: str) -> None:
    """A probe would send the value to the image under test."""
    found = why_not(place, "AZURE_SUBSCRIPTION_ID")

    assert found is not None
    assert "below `azure` and `tags` only" in found[0]
