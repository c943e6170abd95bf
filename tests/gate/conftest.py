"""The gate as an attacker finds it, and each attack once more against a gate that lacks the check it is about."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from fake_wire import Wire
from gate_checks import CHECKS, without
from gate_world import GateWorld
from job_issuer import JobIssuer


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`@pytest.mark.stopped_by(CHECK, …)`: without any one of them the test has to fail.

    Where two checks stop the same attack, `both=True` takes them out together.
    """
    marker = metafunc.definition.get_closest_marker("stopped_by")
    if marker is None:
        return
    gaps = [tuple(marker.args)] if marker.kwargs.get("both") else [(name,) for name in marker.args]
    assert {name for gap in gaps for name in gap} <= CHECKS.keys(), marker.args
    cases = [pytest.param(gap, id=f"without {' and '.join(gap)}") for gap in gaps]
    metafunc.parametrize("_gap", [pytest.param((), id="whole"), *cases], indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A test whose check is taken out passes when it fails."""
    gap: Any = pyfuncitem.callspec.params.get("_gap") if hasattr(pyfuncitem, "callspec") else None
    try:
        result = yield
    except AssertionError:
        if gap:
            return True
        raise
    if gap:
        pytest.fail(f"The attack is stopped although the gate lacks {' and '.join(gap)}: the test shows nothing of it.")
    return result


@pytest.fixture(scope="session")
def issuer() -> JobIssuer:
    """The issuer of the jobs' tokens; its keys take a second to make."""
    return JobIssuer()


@pytest.fixture
def _gap(request: pytest.FixtureRequest) -> Iterator[None]:
    """The gate lacks the checks of the parameter."""
    with without(*getattr(request, "param", ())):
        yield


@pytest.fixture
def gate(issuer: JobIssuer, _gap: None) -> GateWorld:
    """A version that passed, and that nobody has signed yet."""
    return GateWorld(Wire(), issuer)
