"""What a build ends with on the command line."""

import io
from dataclasses import replace

from imagegate.cli.build import outcome_of
from imagegate.model import ResourceId, Run, RunState, Stamp
from imagegate.model.build_result import BuildResult
from imagegate.report.outcome import write_outcome

VERSION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"
RESULT = BuildResult(
    image_version_id=ResourceId.parse(VERSION),
    image_versions={"web": VERSION},
    template_id=ResourceId.parse("/subscriptions/s/resourceGroups/g/providers/Microsoft.X/imageTemplates/web"),
    content_hash="h",
    base_version="1",
    stamp=Stamp(),
    run=Run(state=RunState.SUCCEEDED),
    substates={},
    staging_resource_group="",
    customization_log=None,
    timings={"total": 1.0},
    resources=(),
)


def test_the_last_line_without_a_signature() -> None:
    """It says why, what that means, and the command that a person has."""
    shown = io.StringIO()

    write_outcome(shown, outcome_of(replace(RESULT, unsigned={VERSION: "GitHub is away."})), color=False)

    assert shown.getvalue().splitlines()[-1] == (
        f"Not signed: GitHub is away. It is verified and stays hidden; `imagegate promote {VERSION} --reason …`."
    )


def test_a_signed_version_has_no_warning() -> None:
    """Where all is signed nothing is said."""
    assert list(outcome_of(replace(RESULT, signed=(VERSION,))).warnings) == []
