"""The smoke part travels as tags and comes back the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegate.errors import InputError
from imagegate.model import HttpProbe, Promote, Reach, SmokeSpec, TcpProbe

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
_PROBES = st.one_of(
    st.builds(
        HttpProbe,
        port=st.integers(1, 65535),
        path=_TEXT.map(lambda text: f"/{text}"),
        status=st.integers(100, 599),
        contains=st.none() | _TEXT,
        scheme=st.sampled_from(["http", "https"]),
        host=st.none() | _TEXT,
    ),
    st.builds(TcpProbe, port=st.integers(1, 65535)),
)
_SPECS = st.builds(
    SmokeSpec,
    probes=st.lists(_PROBES, min_size=1, max_size=3).map(tuple),
    vm_sizes=st.lists(_TEXT, min_size=1, max_size=3).map(tuple),
    reach=st.sampled_from(Reach),
    reboot=st.booleans(),
    deadline_s=st.integers(1, 100_000),
    regions=st.lists(_TEXT, max_size=2).map(tuple),
    allow_from=st.none() | _TEXT,
    promote=st.sampled_from(Promote),
)


@given(_SPECS)
def test_there_and_back(spec: SmokeSpec) -> None:
    """What is written into tags is read back; no value is longer than Azure takes or has blanks at its ends."""
    tags = spec.to_tags()

    assert SmokeSpec.from_tags({name.upper(): value for name, value in tags.items()}) == spec
    assert all(0 < len(value) <= 256 and value == value.strip() for value in tags.values())


def test_an_ordinary_part_needs_one_tag() -> None:
    """A smoke part as people write it fits into one tag."""
    spec = SmokeSpec(probes=(HttpProbe(contains="Apache2 Debian Default Page"),))

    assert spec.to_tags() == {
        "imagegate-smoke-0": '{"probes":[{"http":{"port":80,"contains":"Apache2 Debian Default Page"}}],'
        '"vm-size":"Standard_D2s_v3","deadline":"20m"}'
    }


def test_what_does_not_fit_is_a_fault() -> None:
    """A smoke part beyond the room in the tags is refused, with its size and what to do."""
    spec = SmokeSpec(probes=(HttpProbe(contains="x" * 6000),))

    with pytest.raises(InputError, match=r"is 60\d\d characters as JSON; at most 5120 fit") as caught:
        spec.to_tags()

    assert caught.value.faults[0].path == "smoke"


def test_a_version_without_tags_has_no_smoke_part() -> None:
    """Versions that others made are told apart from ours."""
    assert SmokeSpec.from_tags({"os": "debian"}) is None
    assert SmokeSpec.from_tags(None) is None


@pytest.mark.parametrize("value", ["[1]", '{"probes":[{"ftp":{}}]}', "{"], ids=["list", "unknown probe", "cut"])
def test_damaged_tags_are_refused(value: str) -> None:
    """Tags that somebody edited into nonsense are an error, not a default."""
    with pytest.raises(ValueError):  # noqa: PT011 - whichever it is, the caller tells it with the version's id
        SmokeSpec.from_tags({"imagegate-smoke-0": value})
