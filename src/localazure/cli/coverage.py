"""`localazure coverage`: what is served and what is not, as a page."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from localazure.cache_folder import default_cache_folder


@click.command()
@click.option(
    "--published",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of OpenAPI files: print the list of published operations that the page is made with.",
)
def coverage(published: Path | None) -> None:
    """Print the page that lists every operation: real, shape only, or absent; recorded, documented, or assumed."""
    from localazure.http import published_operations

    if published is not None:
        click.echo(published_operations.written(published_operations.read(published)), nl=False)
        return
    from localazure.assembly import all_operations, new_cloud
    from localazure.engine.engine import Engine
    from localazure.http.coverage import page, recorded_operations

    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        engine = Engine(cache_dir=default_cache_folder(), work_dir=state / "work")
        cloud = new_cloud(state, engine)
        click.echo(page(all_operations(cloud), published_operations.load(), recorded_operations()), nl=False)
        cloud.store.close()
