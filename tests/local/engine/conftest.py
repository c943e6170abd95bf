"""A real engine with a cache that outlives the run, and images that several tests look at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from image_builder import Builder
from localazure.engine.engine import Engine
from localazure.engine.model import BuiltImage

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def engine_cache() -> Path:
    """The cache that runs share: bases take most of a minute."""
    return Path(os.environ.get("IMAGEGATE_TEST_CACHE", REPOSITORY / ".cache" / "test"))


@pytest.fixture(scope="session")
def make_engine(engine_cache: Path) -> Callable[[Path], Engine]:
    """Makes an engine in a work directory; skips, counted, where the machine cannot run one."""

    def make(work_dir: Path) -> Engine:
        engine = Engine(cache_dir=engine_cache, work_dir=work_dir)
        if missing := engine.missing():
            pytest.skip("the engine cannot run here: " + ", ".join(one.what for one in missing))
        return engine

    return make


@pytest.fixture
def engine(make_engine: Callable[[Path], Engine], tmp_path: Path) -> Iterator[Engine]:
    """An engine of the test's own."""
    made = make_engine(tmp_path / "work")
    yield made
    made.close()


@pytest.fixture
def build(engine: Engine) -> Builder:
    """Builds with the test's own engine."""
    return Builder(engine)


@pytest.fixture(scope="session")
def web_image(make_engine: Callable[[Path], Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltImage]:
    """An image whose web server answers `it works` on port 80; small, and made once."""
    made = make_engine(tmp_path_factory.mktemp("web") / "work")
    server = "/usr/bin/python3 -m http.server 80 --directory /srv"
    unit = f"[Service]\\nExecStart={server}\\n[Install]\\nWantedBy=multi-user.target"
    build = Builder(made)
    yield build(
        build.shell(
            "echo it works | sudo tee /srv/index.html",
            f"printf '{unit}\\n' | sudo tee /etc/systemd/system/web.service",
            "sudo systemctl enable --now web",
        )
    )
    made.close()
