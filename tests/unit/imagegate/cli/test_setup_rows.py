"""What the set-up lists at its end."""

import pytest

from imagegate.cli.setup_rows import function_rows, rows_of
from imagegate.flows.setup import SetupResult
from imagegate.flows.setup_function import FunctionSetup
from imagegate.model import ResourceId
from imagegate.steps.deploy_function import FunctionOptions


def test_rows() -> None:
    """A list is shown as its members, and what the side of pull requests does not have is left out."""
    result = SetupResult(
        registered=("Microsoft.Compute",),
        made=("rg-images",),
        outputs={"stagingResourceGroups": ["rg-images-staging-1", "rg-images-staging-2"], "galleryId": "/g"},
        pull_requests={"galleryId": "/g", "recordsContainerUrl": ""},
        resources=(),
        timings={},
    )

    assert rows_of(result) == [
        ("made", "rg-images"),
        ("registered", "Microsoft.Compute"),
        ("stagingResourceGroups", "rg-images-staging-1, rg-images-staging-2"),
        ("galleryId", "/g"),
        ("pull requests: galleryId", "/g"),
    ]


@pytest.mark.parametrize(
    ("refs", "parameters", "said"),
    [
        (("refs/heads/a", "refs/heads/b"), {}, "what is built from refs/heads/a, refs/heads/b"),
        ((), {"githubToken": "x"}, "default branch, as GitHub says (--promoted-ref names others)"),
        ((), {}, "the Function has no credential for GitHub yet, and promotes nothing until it has one"),
    ],
)
def test_which_default_holds(refs: tuple[str, ...], parameters: dict[str, str], said: str) -> None:
    """The set-up of the Function says from which refs versions may become latest, and what the default needs."""
    options = FunctionOptions(
        resource_group="rg", repositories=("a/b",), workflows=("*",), promoted_refs=refs, parameters=parameters
    )

    made = FunctionSetup(
        site_id=ResourceId.of("s", "rg", "Microsoft.Web/sites", "gate"),
        package_sha256="",
        registered=(),
        made=(),
        outputs={"identityPrincipalId": "p-1"},
    )

    rows = dict(function_rows(made, options))

    assert rows["function identity"] == "p-1"
    assert rows["may become latest"].endswith(said)
