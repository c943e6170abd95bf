"""The nouns: frozen dataclasses that parse and print themselves; no I/O."""

from imagegate.model.duration import format_duration, parse_duration
from imagegate.model.image_definition import ImageDefinition
from imagegate.model.image_template import DEFAULT_BUILD_TIMEOUT_MINUTES, ImageTemplate, RunOutput
from imagegate.model.image_version import ImageVersion, TargetRegion, normalise_region
from imagegate.model.probe import Attempt, HttpProbe, Probe, TcpProbe, parse_probe
from imagegate.model.resource_id import ResourceId
from imagegate.model.run import Run, RunState, RunSubState, parse_time
from imagegate.model.smoke_spec import Promote, Reach, SmokeSpec
from imagegate.model.stamp import EXPIRES_AT_TAG, OWNER, OWNER_TAG, TAG_VALUE_LIMIT, VERDICT_TAG, Stamp
from imagegate.model.verdict import TeardownResult, Verdict

__all__ = [
    "DEFAULT_BUILD_TIMEOUT_MINUTES",
    "EXPIRES_AT_TAG",
    "OWNER",
    "OWNER_TAG",
    "TAG_VALUE_LIMIT",
    "VERDICT_TAG",
    "Attempt",
    "HttpProbe",
    "ImageDefinition",
    "ImageTemplate",
    "ImageVersion",
    "Probe",
    "Promote",
    "Reach",
    "ResourceId",
    "Run",
    "RunOutput",
    "RunState",
    "RunSubState",
    "SmokeSpec",
    "Stamp",
    "TargetRegion",
    "TcpProbe",
    "TeardownResult",
    "Verdict",
    "format_duration",
    "normalise_region",
    "parse_duration",
    "parse_probe",
    "parse_time",
]
