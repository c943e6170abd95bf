"""docs/coverage.md says what the local cloud serves: made by `localazure coverage`, and compared."""

from pathlib import Path

from click.testing import CliRunner

from localazure.cli import main


def test_page_is_what_the_routes_say(repository: Path) -> None:
    """The committed page is what the routes give now; `localazure coverage > docs/coverage.md` renews it."""
    printed = CliRunner().invoke(main, ["coverage"])

    assert printed.exit_code == 0
    assert (repository / "docs" / "coverage.md").read_text() == printed.output
