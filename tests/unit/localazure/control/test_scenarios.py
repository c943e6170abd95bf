"""Scenario files: read whole, and every problem told with its line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.control import scenarios
from localazure.control.scenarios import InvalidScenario

_TEXT = """\
name: a bad day
seed: 7
settings:
  regional_cores: 5
faults:
  - kind: unavailable
    operation: VirtualMachineImageTemplates_Run
    moment: after
  - kind: throttled
    path: /imageTemplates/
    times: always
    probability: 0.2
"""


def test_a_scenario_is_read_whole() -> None:
    """Settings and faults, in order."""
    scenario = scenarios.read(_TEXT)
    assert (scenario.name, scenario.seed) == ("a bad day", 7)
    assert scenario.settings == {"regional_cores": 5}
    assert [fault.kind for fault in scenario.faults] == ["unavailable", "throttled"]
    assert scenario.faults[0].moment == "after"
    assert scenario.faults[1].times is None


def test_every_problem_is_told_with_its_line() -> None:
    """Of settings and faults alike: file, line, column, place, what is wrong."""
    text = (
        _TEXT.replace("cores: 5", "coers: 5")
        .replace("moment: after", "momnet: after")
        .replace("times: always", "times: often")
        .replace("seed: 7", "sede: 7")
    )
    with pytest.raises(InvalidScenario) as raised:
        scenarios.read(text, file="day.yaml")
    assert raised.value.message.splitlines() == [
        "day.yaml:2:1: sede: a scenario has no 'sede': did you mean 'seed'?",
        "day.yaml:4:3: settings.regional_coers: there is no setting 'regional_coers': did you mean 'regional_cores'?",
        "day.yaml:8:5: faults[0].momnet: this kind of fault takes no `momnet`: did you mean 'moment'?",
        "day.yaml:11:5: faults[1].times: 'often' is neither a count nor `always`.",
    ]


def test_what_is_missing_is_told_where_it_is_missing() -> None:
    """A fault without any aim is told by the line where it begins."""
    with pytest.raises(InvalidScenario, match=r"day.yaml:2:5: faults\[0\]: a fault needs `operation`"):
        scenarios.read("faults:\n  - kind: slow\n", file="day.yaml")


@pytest.mark.parametrize("text", ["faults: [", "a: b: c", "\t- x", "&a [*b]"])
def test_what_is_no_yaml_is_told_with_its_line(text: str) -> None:
    """The parser's own words, at its place."""
    with pytest.raises(InvalidScenario, match=r"day.yaml:1:\d+: the document: no YAML"):
        scenarios.read(text, file="day.yaml")


@pytest.mark.parametrize("text", ["", "[]", "text", "faults: {a: 1}", "seed: 1.5", "settings: [1]"])
def test_what_is_no_scenario_is_told(text: str) -> None:
    """Of the wrong shape."""
    with pytest.raises(InvalidScenario, match="<scenario>"):
        scenarios.read(text)


@given(st.text(alphabet="abc:-[]{}#'\"\n &*!|>%@\t0", max_size=40))
def test_any_text_is_a_scenario_or_told(text: str) -> None:
    """Nothing but InvalidScenario comes out of reading."""
    with contextlib.suppress(InvalidScenario):
        scenarios.read(text)
