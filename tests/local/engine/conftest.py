"""A real engine with a cache that outlives the run, and images that several tests look at."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from localazure.engine.engine import Engine
from localazure.engine.model import Base, BuiltImage
from localazure.engine_port import BuildRequest, Customization

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass
class Told:
    """What a build told: its log and its phases."""

    lines: list[str] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The log."""
        return "\n".join(self.lines)


class Builder:
    """Builds with one engine, and remembers what the last build told."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.told = Told()
        self.cancelled = threading.Event()

    @property
    def base(self) -> Base:
        """Debian 12."""
        return self.engine.resolve_base(publisher="Debian", offer="debian-12", sku="12-gen2", version="latest")

    def __call__(self, *customize: Customization, validate: tuple[Customization, ...] = ()) -> BuiltImage:
        """Build from Debian 12."""
        self.told = Told()
        request = BuildRequest(operation_id="7111a125", base=self.base, customize=customize, validate=validate)
        return self.engine.build(
            request, log=self.told.lines.append, on_phase=self.told.phases.append, cancelled=self.cancelled
        )

    def shell(self, *lines: str) -> Customization:
        """An inline Shell customizer."""
        return Customization(kind="Shell", inline=lines)


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
