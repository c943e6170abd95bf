"""How an image is proved: the smoke part of imagegate.yaml, which travels with the version as tags."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from imagegate.errors import InputError
from imagegate.model.duration import format_duration, parse_duration
from imagegate.model.probe import HttpProbe, Probe, parse_probe
from imagegate.model.published_schema import smoke_fault
from imagegate.model.stamp import TAG_VALUE_LIMIT

SMOKE_TAG_PREFIX = "imagegate-smoke-"
SMOKE_TAG_COUNT_LIMIT = 20
"""Of the 50 tags a resource takes (Azure Resource Manager, tag limits); stamp, verdict and the user's own need room."""

DEADLINE_LIMIT_S = 7200


class Reach(StrEnum):
    """How a probe reaches the smoke VM: over a public address, or by a command run inside."""

    PUBLIC_IP = "public-ip"
    RUN_COMMAND = "run-command"


class Promote(StrEnum):
    """Whether a version that passed may become `latest`."""

    ON_PASS = "on-pass"  # noqa: S105 - not a password
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class SmokeSpec:
    """What a smoke test does.

    Each of `regions` gets a smoke VM of its own (none: the version's own region). Where capacity is short, `vm_sizes`
    are tried in order, and then the version's other regions.
    `allow_from` (address, CIDR or service tag) is who may reach the probed ports; None lets the prober decide.
    """

    probes: tuple[Probe, ...] = (HttpProbe(),)
    vm_sizes: tuple[str, ...] = ("Standard_D2s_v5", "Standard_D2as_v5")
    reach: Reach = Reach.PUBLIC_IP
    reboot: bool = False
    deadline_s: int = 1200
    regions: tuple[str, ...] = ()
    allow_from: str | None = None
    promote: Promote = Promote.ON_PASS

    @classmethod
    def from_mapping(cls, body: Mapping[str, Any], *, promote: str | None = None) -> Self:
        """From the part under `smoke:` in imagegate.yaml, already checked against the schema.

        Raises:
            ValueError: a value has the wrong shape (only for mappings that were not checked).
        """
        default = cls()
        sizes = body.get("vm-size", default.vm_sizes)
        return cls(
            probes=tuple(parse_probe(probe) for probe in body["probes"]) if "probes" in body else default.probes,
            vm_sizes=(sizes,) if isinstance(sizes, str) else tuple(sizes),
            reach=Reach(body.get("reach", default.reach)),
            reboot=bool(body.get("reboot", default.reboot)),
            deadline_s=_deadline(body.get("deadline", default.deadline_s)),
            regions=tuple(body.get("regions", ())),
            allow_from=body.get("allow-from"),
            promote=Promote(promote or body.get("promote", default.promote)),
        )

    def to_mapping(self) -> dict[str, Any]:
        """The form of imagegate.yaml (with `promote` inside).

        Defaults are written out: the release that builds and the one that verifies may have different ones.
        """
        body: dict[str, Any] = {
            "probes": [probe.to_mapping() for probe in self.probes],
            "vm-size": self.vm_sizes[0] if len(self.vm_sizes) == 1 else list(self.vm_sizes),
            "deadline": format_duration(self.deadline_s),
            "reach": str(self.reach),
            "reboot": self.reboot,
            "promote": str(self.promote),
        }
        if self.regions:
            body["regions"] = list(self.regions)
        if self.allow_from:
            body["allow-from"] = self.allow_from
        return body

    def to_tags(self) -> dict[str, str]:
        """Compact JSON over `imagegate-smoke-0`, `imagegate-smoke-1` …, at most 256 characters each.

        Raises:
            InputError: it does not fit into the tags that a resource can spare.
        """
        text = json.dumps(self.to_mapping(), separators=(",", ":"), ensure_ascii=True)
        values = _split(text)
        if len(values) > SMOKE_TAG_COUNT_LIMIT:
            limit = SMOKE_TAG_COUNT_LIMIT * TAG_VALUE_LIMIT
            raise InputError.of(
                f"the smoke part is {len(text)} characters as JSON; at most {limit} fit into an image version's tags",
                path="smoke",
                hint="Shorten the texts under `contains`, or ask fewer probes.",
            )
        return {f"{SMOKE_TAG_PREFIX}{index}": value for index, value in enumerate(values)}

    @classmethod
    def from_tags(cls, tags: Mapping[str, str] | None) -> Self | None:
        """Join the numbered tags again; None when the version carries none.

        Raises:
            ValueError: tags of that name are there, and do not join to a smoke part that the schema accepts. Every
                principal that may write tags can have written them.
        """
        if not (text := smoke_text_of(tags)):
            return None
        try:
            body = json.loads(text)
        except RecursionError:
            raise ValueError(f"the {SMOKE_TAG_PREFIX}… tags are nested too deeply") from None
        if fault := smoke_fault(body):
            raise ValueError(fault)
        return cls.from_mapping(body)


def smoke_text_of(tags: Mapping[str, str] | None) -> str:
    """The text of the numbered smoke tags, joined; tag names compare without case."""
    found = {name.lower(): value for name, value in (tags or {}).items()}
    parts: list[str] = []
    while (name := f"{SMOKE_TAG_PREFIX}{len(parts)}") in found:
        parts.append(found[name])
    return "".join(parts)


def _deadline(text: str | int) -> int:
    seconds = parse_duration(text)
    if not 1 <= seconds <= DEADLINE_LIMIT_S:
        raise ValueError(f"deadline: {text} is out of range: expected 1s to {format_duration(DEADLINE_LIMIT_S)}")
    return seconds


def _split(text: str) -> list[str]:
    """Cut into tag values; no value begins or ends with a blank, which a service might trim."""
    values = []
    while text:
        end = TAG_VALUE_LIMIT
        while end < len(text) and end > 1 and " " in (text[end - 1], text[end]):
            end -= 1
        values.append(text[:end])
        text = text[end:]
    return values
