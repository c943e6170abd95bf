"""`imagegate cache`: what the trials of this user keep between runs, and how to remove it."""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click

from localazure.cache_folder import default_cache_folder
from localazure.engine.cache import KINDS, Cache, size_bytes
from localazure.trial.log_folders import FOLDER as LOGS
from localazure.trial.log_folders import log_folders, remove_logs

_UNITS_S = {"m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_DEFAULT_AGE = "30d"
_EXAMPLES = """\b
Examples:
  imagegate cache
  imagegate cache --json
  imagegate cache clean --older-than 7d --dry-run
  imagegate cache clean --all
"""


class Remove(Protocol):
    """Removes something, unless it is in use; whether it is gone, or with `dry_run` would be."""

    def __call__(self, *, dry_run: bool) -> bool: ...  # noqa: D102 - as the class says


class Age(click.ParamType[float]):
    """A number and a unit, as `12h` or `7d`; becomes seconds."""

    name = "age"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """As click wants it."""
        found = re.fullmatch(r"(\d{1,6})([mhdw])", str(value))
        if found is None:
            self.fail(f"{value!r} is not an age: write a number and one of m, h, d, w, such as 7d.", param, ctx)
        return float(found[1]) * _UNITS_S[found[2]]


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something in the cache that can be removed."""

    kind: str
    path: Path
    size_bytes: int
    used_at: float
    remove: Remove


@click.group(
    "cache",
    invoke_without_command=True,
    short_help="Show or clean what trials keep between runs.",
    epilog=_EXAMPLES,
)
@click.option("--cache", "folder", type=click.Path(path_type=Path), help="The cache. Default: ~/.cache/imagegate.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_context
def cache_command(context: click.Context, *, folder: Path | None, as_json: bool) -> None:
    """Show where the cache is, how large it is, and how large it may become.

    `imagegate try` keeps base images, what each customizer left, disks, and the logs of the last trials. What was used
    longest ago goes when the limit is reached.
    """
    cache = Cache((folder or default_cache_folder()).absolute())
    context.obj = cache
    if context.invoked_subcommand is None:
        items = list(_items(cache))
        click.echo(json.dumps(_document(cache, items), indent=2) if as_json else _table(cache, items))


@cache_command.command(epilog=_EXAMPLES)
@click.option(
    "--older-than", "age_s", type=Age(), default=_DEFAULT_AGE, show_default=True, help="Not used for so long."
)
@click.option("--all", "everything", is_flag=True, help="However lately it was used.")
@click.option("--dry-run", is_flag=True, help="Remove nothing; show what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_obj
def clean(cache: Cache, *, age_s: float, everything: bool, dry_run: bool, as_json: bool) -> None:
    """Remove what was not used for a while. What a trial is using stays."""
    before = time.time() - (0 if everything else age_s)
    old = [item for item in _items(cache) if item.used_at <= before]
    removed = [item for item in old if item.remove(dry_run=dry_run)]
    if not dry_run:
        cache.remove_abandoned()
    kept = [item for item in old if item not in removed]
    freed_bytes = sum(item.size_bytes for item in removed)
    if as_json:
        paths = {"removed": [str(item.path) for item in removed], "in_use": [str(item.path) for item in kept]}
        click.echo(json.dumps({**paths, "freed_bytes": freed_bytes, "dry_run": dry_run}, indent=2))
        return
    for item in removed:
        click.echo(f"{item.kind}/{item.path.name}  {_readable(item.size_bytes)}")
    click.echo(f"{'Would free' if dry_run else 'Freed'} {_readable(freed_bytes)} in {cache.root}.")
    for item in kept:
        click.echo(f"Stays, because it is in use or belongs to another user: {item.path}")


def _items(cache: Cache) -> Iterator[Item]:
    for one in cache.stored():
        remove = functools.partial(cache.remove, one)
        yield Item(kind=one.kind, path=one.path, size_bytes=one.size_bytes, used_at=one.used_at, remove=remove)
    for folder in log_folders(cache.root):
        remove = functools.partial(remove_logs, folder)
        used_at = folder.stat().st_mtime
        yield Item(kind=LOGS, path=folder, size_bytes=size_bytes(folder), used_at=used_at, remove=remove)


def _sizes(items: Sequence[Item]) -> dict[str, tuple[int, int]]:
    """How many there are of each kind, and what they take."""
    of_kind = {kind: [item.size_bytes for item in items if item.kind == kind] for kind in (*KINDS, LOGS)}
    return {kind: (len(sizes), sum(sizes)) for kind, sizes in of_kind.items()}


def _document(cache: Cache, items: Sequence[Item]) -> dict[str, object]:
    sizes = _sizes(items).items()
    return {
        "path": str(cache.root),
        "size_bytes": sum(item.size_bytes for item in items),
        "limit_bytes": cache.limit_bytes(),
        "kinds": {kind: {"entries": count, "size_bytes": size} for kind, (count, size) in sizes},
    }


def _table(cache: Cache, items: Sequence[Item]) -> str:
    total, limit = sum(item.size_bytes for item in items), cache.limit_bytes()
    rows = [f"  {kind:<12}{count:>5}{_readable(size):>12}" for kind, (count, size) in _sizes(items).items()]
    return "\n".join([str(cache.root), *rows, f"  {'total':<17}{_readable(total):>12} of {_readable(limit)}"])


def _readable(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
