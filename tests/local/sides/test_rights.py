"""What each identity may do: everything on its own side, and nothing on the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from imagegate.errors import LoginFailed, NotAuthorised
from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.origin_store import read_proofs, write_proof
from imagegate.gateway.translation import told_as
from sides_world import MAIN, PULL_REQUEST, Installation, template_body

_GROUPS = {"main": "rg-images", "pull requests": "rg-images-pull-requests"}
_LOGINS = {
    "build": ("ciClientId", MAIN),
    "verify": ("ciVerifyClientId", MAIN),
    "pull request": ("ciPullRequestsClientId", PULL_REQUEST),
}
_TEMPLATES, _BUILD = "Microsoft.VirtualMachineImages/imageTemplates", "2025-10-01"
_IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"
_CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_READ_BLOB = f"{_CONTAINERS}/blobs/read"
_GALLERY = "Microsoft.Compute/galleries/golden/images/apache-debian12/versions/9.9.9"


class Attempts:
    """Calls of one identity, each named by what it would do."""

    def __init__(self, installation: Installation, who: str) -> None:
        self.installation = installation
        self.cloud: Cloud = installation.connect(installation.job(*_LOGINS[who]))
        self.owner = installation.connect()

    def __call__(self, call: str, side: str) -> Any:  # noqa: ANN401 - whatever is answered
        """Do it, on that side."""
        group = f"/subscriptions/{self.cloud.subscription_id}/resourceGroups/{_GROUPS[side]}"
        return getattr(self, call.replace(" ", "_"))(group, side)

    def write_template(self, group: str, side: str) -> None:
        """Submit one, with the builder of the side."""
        self._send("PUT", f"{group}/providers/{_TEMPLATES}/attempt", template_body(group))

    def take_other_builder(self, group: str, side: str) -> None:
        """Submit one to the caller's own group, with the builder of `side`."""
        own = group.replace(_GROUPS[side], next(name for key, name in _GROUPS.items() if key != side))
        self._send("PUT", f"{own}/providers/{_TEMPLATES}/attempt", template_body(group))

    def start_run(self, group: str, side: str) -> None:
        """Start the run of a template that is there."""
        self._send("POST", f"{group}/providers/{_TEMPLATES}/there/run")

    def delete_template(self, group: str, side: str) -> None:
        """Delete a template that is not there: the right is asked for first."""
        self._send("DELETE", f"{group}/providers/{_TEMPLATES}/gone")

    def write_version(self, group: str, side: str) -> None:
        """Write a gallery version by hand."""
        gallery = group.replace(_GROUPS["pull requests"], _GROUPS["main"])
        body = {"location": "westeurope", "tags": {"imagegate-verdict": "passed"}}
        self._send("PATCH", f"{gallery}/providers/{_GALLERY}", body, api_version="2023-07-03")

    def federate(self, group: str, side: str) -> None:
        """Let another subject log in as the side's builder."""
        path = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/imagegate-builder"
        properties = {"issuer": "https://evil.example", "subject": "me", "audiences": ["x"]}
        body = {"properties": properties}
        self._send("PUT", f"{path}/federatedIdentityCredentials/evil", body, api_version="2023-01-31")

    def give_role(self, group: str, side: str) -> None:
        """Make somebody an owner."""
        name = "11111111-1111-4111-8111-111111111111"
        properties = {"roleDefinitionId": "/x/8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "principalId": name}
        path = f"{group}/providers/Microsoft.Authorization/roleAssignments/{name}"
        self._send("PUT", path, {"properties": properties}, api_version="2022-04-01")

    def read_keys(self, group: str, side: str) -> None:
        """Read the keys of the side's storage account."""
        account = self._output(side, "scriptStorageAccountName")
        path = f"{group}/providers/Microsoft.Storage/storageAccounts/{account}/listKeys"
        self._send("POST", path, api_version="2023-05-01")

    def write_scripts(self, group: str, side: str) -> None:
        """Upload a script."""
        self._container(side, "script").upload_once("attempt.sh", b"true")

    def write_proof(self, group: str, side: str) -> None:
        """Leave a proof of origin."""
        write_proof(self._container(side, "origin"), "digest", f"token of {side}")

    def read_proofs(self, group: str, side: str) -> None:
        """List and read proofs of origin."""
        list(read_proofs(self._container(side, "origin"), "digest"))

    def read_proof(self, group: str, side: str) -> None:
        """Read one proof whose name is known."""
        with told_as("reading"):
            self._container(side, "origin").client.download_blob("digest/known").readall()

    def delete_proof(self, group: str, side: str) -> None:
        """Delete one proof whose name is known."""
        with told_as("deleting"):
            self._container(side, "origin").client.delete_blob("digest/known")

    def write_record(self, group: str, side: str) -> None:
        """Write a record."""
        with told_as("writing"):
            self._container("main", "records").client.upload_blob("attempt.json", b"{}", overwrite=True)

    def _container(self, side: str, kind: str) -> Container:
        return Container(self.cloud, self._output(side, f"{kind}ContainerUrl"))

    def _output(self, side: str, name: str) -> str:
        return str(self.installation.document["outputs" if side == "main" else "pull_requests"][name])

    def _send(self, method: str, path: str, body: object = None, *, api_version: str = _BUILD) -> None:
        with told_as("attempting it"):
            self.cloud.send(method, path, api_version=api_version, body=body)


type Attempting = Callable[[str], Attempts]


@pytest.fixture(scope="module")
def as_identity(two_sides: Installation) -> Attempting:
    """Log in as one of the identities; a template and a proof are there on each side."""
    owner = two_sides.connect()
    for name in _GROUPS.values():
        group = f"/subscriptions/{owner.subscription_id}/resourceGroups/{name}"
        owner.send("PUT", f"{group}/providers/{_TEMPLATES}/there", api_version=_BUILD, body=template_body(group))
    made: dict[str, Attempts] = {}
    return lambda who: made.setdefault(who, Attempts(two_sides, who))


@pytest.mark.parametrize(
    "call",
    [
        "write template",
        "start run",
        "delete template",
        "take other builder",
        "write version",
        "write scripts",
        "write proof",
        "read proofs",
        "read proof",
        "delete proof",
        "write record",
        "federate",
        "give role",
        "read keys",
    ],
)
def test_a_pull_request_may_nothing_on_the_main_side(as_identity: Attempting, call: str) -> None:
    """Each call of a pull request's identity on main's side is refused."""
    with pytest.raises(NotAuthorised):
        as_identity("pull request")(call, "main")


@pytest.mark.parametrize(
    "call",
    [
        "write template",
        "start run",
        "delete template",
        "take other builder",
        "write scripts",
        "write proof",
        "read proofs",
    ],
)
def test_the_main_build_may_nothing_on_the_side_of_pull_requests(as_identity: Attempting, call: str) -> None:
    """Each call of main's build identity on the other side is refused as well."""
    with pytest.raises(NotAuthorised):
        as_identity("build")(call, "pull requests")


@pytest.mark.parametrize(
    "call",
    [
        "read proofs",
        "read proof",
        "delete proof",
        "write version",
        "write record",
        "federate",
        "give role",
        "read keys",
    ],
)
@pytest.mark.parametrize(("who", "side"), [("build", "main"), ("pull request", "pull requests")])
def test_who_builds_does_no_more_than_build(as_identity: Attempting, who: str, side: str, call: str) -> None:
    """On its own side, too, a build identity reads, lists and deletes no proof, and writes no version and no record."""
    with pytest.raises(NotAuthorised):
        as_identity(who)(call, side)


@pytest.mark.parametrize("call", ["write template", "start run", "delete template", "write scripts", "write proof"])
@pytest.mark.parametrize(("who", "side"), [("build", "main"), ("pull request", "pull requests")])
def test_who_builds_may_build(as_identity: Attempting, who: str, side: str, call: str) -> None:
    """On its own side a build identity submits, runs and deletes templates, and leaves scripts and proofs."""
    as_identity(who)(call, side)


@pytest.mark.parametrize(
    "call", ["write template", "start run", "write scripts", "write proof", "delete proof", "federate"]
)
def test_who_verifies_does_not_build(as_identity: Attempting, call: str) -> None:
    """The identity that verifies submits and runs nothing, and leaves no proof of its own making."""
    with pytest.raises(NotAuthorised):
        as_identity("verify")(call, "main")


@pytest.mark.parametrize("call", ["read proofs", "write record"])
def test_who_verifies_reads_proofs_and_writes_records(as_identity: Attempting, call: str) -> None:
    """That is what its decision needs."""
    as_identity("verify")(call, "main")


@pytest.mark.parametrize("output", ["ciClientId", "ciVerifyClientId"])
def test_a_pull_request_does_not_log_in_on_the_main_side(two_sides: Installation, output: str) -> None:
    """A pull request's token is taken by the identity of pull requests alone."""
    cloud = two_sides.connect(two_sides.job(output, PULL_REQUEST))

    with pytest.raises(LoginFailed), told_as("asking for a token"):
        cloud.credential.get_token(cloud.endpoints.scope)


@pytest.mark.parametrize("side", ["outputs", "pull_requests"])
def test_a_builder_attaches_no_identity(two_sides: Installation, side: str) -> None:
    """Neither builder may assign any identity, itself included: no template can give the build VM one through it."""
    decisions = two_sides.cloud.cloud.decisions
    builder = str(two_sides.document[side]["identityPrincipalId"])
    identities = [one.id for one in two_sides.cloud.cloud.store.of_type(_IDENTITIES)]

    assert len(identities) == 5
    assert [one for one in identities if decisions.allows(builder, f"{_IDENTITIES}/assign/action", str(one))] == []


@pytest.mark.parametrize(("side", "other"), [("outputs", "pull_requests"), ("pull_requests", "outputs")])
def test_a_builder_reads_the_scripts_of_its_side(two_sides: Installation, side: str, other: str) -> None:
    """And no blob else: neither proofs nor records, nor the scripts of the other side."""
    decisions = two_sides.cloud.cloud.decisions
    builder = str(two_sides.document[side]["identityPrincipalId"])
    containers = [str(one.id) for one in two_sides.cloud.cloud.store.of_type(_CONTAINERS)]
    account = str(two_sides.document[side]["scriptStorageAccountName"])

    readable = [one for one in containers if decisions.allows(builder, _READ_BLOB, one, data=True)]

    assert str(two_sides.document[other]["scriptStorageAccountName"]) != account
    assert [one.split("/")[8:] for one in readable] == [[account, "blobServices", "default", "containers", "scripts"]]
