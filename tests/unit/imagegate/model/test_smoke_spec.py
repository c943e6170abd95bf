"""The smoke part travels as tags and comes back the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegate.errors import InputError
from imagegate.model import HttpProbe, Promote, Reach, SmokeSpec, TcpProbe

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
_PATH = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60).map(lambda text: f"/{text}")
_HOST = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,40}[a-z0-9])?", fullmatch=True)
_SIZE = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,30}", fullmatch=True)
_REGION = st.from_regex(r"[A-Za-z][A-Za-z0-9 ]{0,20}", fullmatch=True)
_SOURCE = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.:/]{0,30}", fullmatch=True)
_PROBES = st.one_of(
    st.builds(
        HttpProbe,
        port=st.integers(1, 65535),
        path=_PATH,
        status=st.integers(100, 599),
        contains=st.none() | _TEXT,
        scheme=st.sampled_from(["http", "https"]),
        host=st.none() | _HOST,
    ),
    st.builds(TcpProbe, port=st.integers(1, 65535)),
)
_SPECS = st.builds(
    SmokeSpec,
    probes=st.lists(_PROBES, min_size=1, max_size=3).map(tuple),
    vm_sizes=st.lists(_SIZE, min_size=1, max_size=3).map(tuple),
    reach=st.sampled_from(Reach),
    reboot=st.booleans(),
    deadline_s=st.integers(1, 7200),
    regions=st.lists(_REGION, max_size=2).map(tuple),
    allow_from=st.none() | _SOURCE,
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
        "imagegate-smoke-0": '{"probes":[{"http":{"scheme":"http","port":80,"path":"/","status":200,'
        '"contains":"Apache2 Debian Default Page"}}],"vm-size":["Standard_D2s_v5","Standard_D2as_v5"],"deadline":"20m",'
        '"reach":"public-ip","reboot":false,"promote":"on-pass"}'
    }


def test_what_does_not_fit_is_a_fault() -> None:
    """A smoke part beyond the room in the tags is refused, with its size and what to do."""
    spec = SmokeSpec(probes=(HttpProbe(contains="x" * 6000),))

    with pytest.raises(InputError, match=r"is 6\d\d\d characters as JSON; at most 5120 fit") as caught:
        spec.to_tags()

    assert caught.value.faults[0].path == "smoke"


def test_a_version_without_tags_has_no_smoke_part() -> None:
    """Versions that others made are told apart from ours."""
    assert SmokeSpec.from_tags({"os": "debian"}) is None
    assert SmokeSpec.from_tags(None) is None


def _http(**probe: object) -> dict[str, object]:
    return {"probes": [{"http": {"port": 80, **probe}}]}


@pytest.mark.parametrize(
    "body",
    [
        [1],
        {},
        {"probes": []},
        {"probes": [{"ftp": {}}]},
        {"probes": [{"http": {}, "tcp": {"port": 1}}]},
        {"probes": [{"tcp": {"port": 80}}] * 21},
        _http(path="@169.254.169.254/x"),
        _http(path="/ HTTP/1.1\r\nX: y"),
        _http(port=0),
        _http(port="80"),
        _http(host="a b"),
        _http(contains="x" * 1001),
        {**_http(), "deadline": -5},
        {**_http(), "deadline": "0s"},
        {**_http(), "deadline": "3h"},
        {**_http(), "regions": "westeurope"},
        {**_http(), "reboot": "no"},
        {**_http(), "vm-size": {}},
        {**_http(), "vm-size": []},
        {**_http(), "vm-size": ["Standard_D2s_v3"] * 11},
        {**_http(), "allow-from": "*"},
        {**_http(), "promote": "always"},
        {**_http(), "reach": "anywhere"},
        {**_http(), "extra": 1},
    ],
    ids=str,
)
def test_tags_are_input(body: object) -> None:
    """Tags pass the schema of imagegate.yaml and its limits: what the file may not say, a tag may not say."""
    tags = {f"imagegate-smoke-{index}": part for index, part in enumerate(_parts(json.dumps(body)))}

    with pytest.raises(ValueError):  # noqa: PT011 - the texts are the schema library's
        SmokeSpec.from_tags(tags)


def _parts(text: str) -> list[str]:
    return [text[start : start + 256] for start in range(0, len(text), 256)]


@pytest.mark.parametrize("value", ["{", "[" * 5000, '{"probes":' * 500], ids=["cut", "deep", "deep maps"])
def test_damaged_tags_are_refused(value: str) -> None:
    """Tags that hold no JSON, or JSON too deep to read, are an error, not a default."""
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        SmokeSpec.from_tags({f"imagegate-smoke-{index}": part for index, part in enumerate(_parts(value))})
