"""What a story shows without an action. Where nothing is said here, it ends with exit code 9 and names the action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imagegate.errors import BuildFailed, NotAuthorised, TeardownIncomplete


@dataclass(frozen=True, kw_only=True)
class Claim:
    """How the story `story` ends: what it then `says`, by default the action, and what it then `lacks`."""

    story: str
    exit_code: int = NotAuthorised.exit_code
    says: str = ""
    lacks: str = ""


def claims_of(role: str, action: str) -> Sequence[Claim]:
    """The claims about an action of a role, by the role's name; those of the first story that asks for it hold."""
    family = role.partition(" (")[0]
    return _CLAIMS.get((family, action), ())


_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_COMPUTE, _NETWORK, _RESOURCES = "Microsoft.Compute", "Microsoft.Network", "Microsoft.Resources"
_GROUPS = f"{_RESOURCES}/subscriptions/resourceGroups"
_CONTAINERS = "Microsoft.ContainerInstance/containerGroups"
_TEMPLATES = "Microsoft.VirtualMachineImages/imageTemplates"
_VERSIONS = f"{_COMPUTE}/galleries/images/versions"

_BY_THE_SERVICE = "Not authorized to access the resource: /subscriptions/"
"""The service names what the builder may not read, and not the action."""

_NO_NOTE = Claim(story="base unlike its definition", exit_code=0, lacks="Image Builder supports a base")
_NOT_SIGNED = Claim(story="build", exit_code=0, says="not signed: ", lacks="signed: /subscriptions/")
_NOT_REMOVED = Claim(story="refused template")
_NOT_CANCELLED = Claim(story="cancelled build", exit_code=TeardownIncomplete.exit_code)
_NOT_SWEPT = Claim(story="sweep", exit_code=TeardownIncomplete.exit_code)
_NOT_TORN_DOWN = Claim(story="verification", exit_code=TeardownIncomplete.exit_code)

_BUILDS: Mapping[tuple[str, str], Sequence[Claim]] = {
    ("build", f"{_COMPUTE}/galleries/images/read"): [_NO_NOTE],
    ("reader", f"{_COMPUTE}/galleries/images/read"): [_NO_NOTE],
    ("build", f"{_VERSIONS}/read"): [_NOT_SIGNED],
    ("reader", f"{_VERSIONS}/read"): [_NOT_SIGNED],
    ("signer", f"{_BLOBS}/write"): [_NOT_SIGNED],
    ("build", f"{_TEMPLATES}/delete"): [_NOT_REMOVED],
    ("build", f"{_TEMPLATES}/cancel/action"): [_NOT_CANCELLED],
}

_IMAGE_BUILDER: Mapping[tuple[str, str], Sequence[Claim]] = {
    ("builder", f"{_COMPUTE}/galleries/read"): [Claim(story="build", says=_BY_THE_SERVICE)],
    ("builder", f"{_COMPUTE}/galleries/images/read"): [Claim(story="build", says=_BY_THE_SERVICE)],
    ("builder", f"{_VERSIONS}/read"): [Claim(story="build", exit_code=BuildFailed.exit_code)],
    ("builder", f"{_VERSIONS}/write"): [Claim(story="build", exit_code=BuildFailed.exit_code)],
    ("builder", f"{_COMPUTE}/images/read"): [Claim(story="images as base and target", says=_BY_THE_SERVICE)],
    ("builder", f"{_COMPUTE}/images/write"): [
        Claim(story="images as base and target", exit_code=BuildFailed.exit_code)
    ],
    ("builder", f"{_COMPUTE}/images/delete"): [
        Claim(story="images as base and target", exit_code=BuildFailed.exit_code)
    ],
}

_NO_LOG = Claim(story="closing a failed build", exit_code=0, lacks="nginx9")
_FETCHED = "\ncustomization.log: /"
_LOGS: Mapping[tuple[str, str], Sequence[Claim]] = {
    ("logs", f"{_GROUPS}/read"): [Claim(story="build", exit_code=0)],
    ("logs", f"{_GROUPS}/resources/read"): [Claim(story="build", exit_code=0), _NO_LOG],
    ("logs", f"{_CONTAINERS}/read"): [Claim(story="build", exit_code=0)],
    ("logs", f"{_CONTAINERS}/containers/logs/read"): [Claim(story="build", exit_code=0)],
    # A list leaves out what may not be read, so that nobody is refused.
    ("logs", "Microsoft.Storage/storageAccounts/read"): [
        Claim(story="build", exit_code=0, says="there is no customization.log in", lacks=_FETCHED),
        _NO_LOG,
    ],
    # Blob storage does not name the action.
    ("logs", f"{_BLOBS}/read"): [
        Claim(story="build", exit_code=0, says="customization.log could not be fetched: Listing", lacks=_FETCHED),
        _NO_LOG,
    ],
}

_LOOKED_AT_TO_PROVE_IT_GONE = (
    f"{_RESOURCES}/deployments/read",
    f"{_COMPUTE}/virtualMachines/read",
    f"{_COMPUTE}/disks/read",
    f"{_NETWORK}/networkInterfaces/read",
    f"{_NETWORK}/networkSecurityGroups/read",
    f"{_NETWORK}/publicIPAddresses/read",
    f"{_NETWORK}/virtualNetworks/read",
)
_TAKEN_AWAY = (
    f"{_RESOURCES}/deployments/delete",
    f"{_COMPUTE}/virtualMachines/delete",
    f"{_NETWORK}/networkSecurityGroups/delete",
    f"{_NETWORK}/virtualNetworks/delete",
)
_GO_WITH_THE_VM = (
    f"{_COMPUTE}/disks/delete",
    f"{_NETWORK}/networkInterfaces/delete",
    f"{_NETWORK}/publicIPAddresses/delete",
)
_SMOKE: Mapping[str, Sequence[Claim]] = {
    **{action: [_NOT_TORN_DOWN] for action in (*_LOOKED_AT_TO_PROVE_IT_GONE, *_TAKEN_AWAY)},
    **{action: [_NOT_SWEPT] for action in _GO_WITH_THE_VM},
    f"{_GROUPS}/resources/read": [Claim(story="sweep")],
    f"{_RESOURCES}/deployments/cancel/action": [
        Claim(story="interrupted verification", exit_code=TeardownIncomplete.exit_code)
    ],
    f"{_COMPUTE}/virtualMachines/retrieveBootDiagnosticsData/action": [
        Claim(story="verification", exit_code=0, says="no serial log: ", lacks="Debian GNU/Linux 12 ttyS0")
    ],
}

_VERIFIERS: Mapping[tuple[str, str], Sequence[Claim]] = {
    ("verify", f"{_VERSIONS}/write"): [Claim(story="promotion by a person")],
    ("verify", f"{_TEMPLATES}/delete"): [_NOT_SWEPT],
    ("function, templates", f"{_TEMPLATES}/delete"): [_NOT_SWEPT],
    ("function, pull-requests", f"{_TEMPLATES}/delete"): [_NOT_SWEPT],
    ("function, gallery", f"{_VERSIONS}/write"): [Claim(story="guard", exit_code=0)],
    ("function, gallery", "Microsoft.Insights/eventtypes/values/read"): [
        Claim(story="guard", exit_code=0, says="Written last by caller unknown")
    ],
    **{(family, action): claims for family in ("verify", "function, smoke") for action, claims in _SMOKE.items()},
}

_CLAIMS: Mapping[tuple[str, str], Sequence[Claim]] = {**_BUILDS, **_IMAGE_BUILDER, **_LOGS, **_VERIFIERS}
