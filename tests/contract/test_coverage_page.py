"""docs/coverage.md says what the local cloud serves and what not: made by `localazure coverage`, and compared."""

import json
from pathlib import Path

from click.testing import CliRunner

from localazure.cli import group
from localazure.http.coverage import recorded_operations


def test_page_is_what_the_routes_say(repository: Path) -> None:
    """The committed page is what the routes give now; `localazure coverage > docs/coverage.md` renews it."""
    printed = CliRunner().invoke(group, ["coverage"])

    assert printed.exit_code == 0
    assert (repository / "docs" / "coverage.md").read_text() == printed.output


def test_recorded_operations_are_those_of_the_facts(repository: Path) -> None:
    """What the page calls recorded is what answers are held to: the operations of tests/local/recorded_facts.json."""
    facts = json.loads((repository / "tests" / "local" / "recorded_facts.json").read_text())["operations"]

    assert recorded_operations() == facts.keys()


def test_published_operations_are_the_specifications(repository: Path, corpus: Path) -> None:
    """The kept list is what the OpenAPI files say; `localazure coverage --published FOLDER` renews it."""
    printed = CliRunner().invoke(group, ["coverage", "--published", str(corpus / "rest-specs")])

    assert printed.exit_code == 0
    kept = repository / "src" / "localazure" / "http" / "published_operations.json"
    assert kept.read_text() == printed.output
