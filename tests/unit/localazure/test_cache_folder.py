"""Where base images and layers are kept."""

from pathlib import Path

import pytest

from localazure.cache_folder import default_cache_folder


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"IMAGEGATE_CACHE_DIR": "/big/disk"}, "/big/disk"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/imagegate"),
        ({"HOME": "/home/me"}, "/home/me/.cache/imagegate"),
    ],
    ids=["named", "XDG", "home"],
)
def test_default(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str) -> None:
    """A folder that was named wins over the user's cache folder."""
    for name in ("IMAGEGATE_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert default_cache_folder() == Path(expected)
