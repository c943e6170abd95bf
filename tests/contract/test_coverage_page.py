"""docs/coverage.md says what the local cloud serves and what not: made by `localazure coverage`, and compared."""

from pathlib import Path

from click.testing import CliRunner

from localazure.cli import group


def test_page_is_what_the_routes_say(repository: Path) -> None:
    """The committed page is what the routes give now; `localazure coverage > docs/coverage.md` renews it."""
    printed = CliRunner().invoke(group, ["coverage"])

    assert printed.exit_code == 0
    assert (repository / "docs" / "coverage.md").read_text() == printed.output


def test_published_operations_are_the_specifications(repository: Path, corpus: Path) -> None:
    """The kept list is what the OpenAPI files say; `localazure coverage --published FOLDER` renews it."""
    printed = CliRunner().invoke(group, ["coverage", "--published", str(corpus / "rest-specs")])

    assert printed.exit_code == 0
    kept = repository / "src" / "localazure" / "http" / "published_operations.json"
    assert kept.read_text() == printed.output
