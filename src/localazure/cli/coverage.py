"""`localazure coverage`: what is served, as a page."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from localazure.cache_folder import default_cache_folder


@click.command()
def coverage() -> None:
    """Print the page that lists every operation that is served."""
    from localazure.assembly import all_operations, new_cloud
    from localazure.engine.engine import Engine
    from localazure.http.coverage import page

    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        engine = Engine(cache_dir=default_cache_folder(), work_dir=state / "work")
        cloud = new_cloud(state, engine)
        click.echo(page(all_operations(cloud)), nl=False)
        cloud.store.close()
