"""What a job keeps of its image template."""

from datetime import UTC, datetime

from build_events import TEMPLATE
from imagegate.model import ResourceId
from imagegate.model.submitted_template import SubmittedTemplate


def test_there_and_back() -> None:
    """What is kept for the post step is what comes back, with times that are not known yet."""
    one = SubmittedTemplate(
        id=ResourceId.parse(TEMPLATE),
        body={"tags": {"imagegate-job-key": "k"}, "properties": {"distribute": [{"runOutputName": "web"}]}},
        created_at=datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC),
    )

    back = SubmittedTemplate.from_json(one.to_json())

    assert back == one
    assert (back.stamp.job_key, back.distribute) == ("k", [{"runOutputName": "web"}])
