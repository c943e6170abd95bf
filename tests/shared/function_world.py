"""What the real Function meets in a local cloud: a GitHub, images that answer, builds, its own deployment."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from azure.core.pipeline.transport import RequestsTransport

from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.origin_store import write_proof
from imagegate.model import ImageVersion, SmokeSpec
from imagegate.model.origin_statement import OriginStatement
from imagegate.settings import CloudSettings
from localazure.assembly import LocalCloud
from localazure.engine_port import MachineRequest
from localazure.trial.issuer import Issuer
from recording_engine import RecordedMachine, RecordingEngine

REPOSITORY = Path(__file__).resolve().parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
STAMP = {
    "imagegate-repository": "acme/images",
    "imagegate-commit": COMMIT,
    "imagegate-ref": "refs/heads/main",
    "imagegate-run": "4711-1",
    "imagegate-image": "web",
    "imagegate-content-hash": "0123456789ab",
}
WORKFLOW = "acme/images/.github/workflows/image.yml"
CLAIMS = {
    "sub": "repo:acme/images:ref:refs/heads/main",
    "repository": "acme/images",
    "ref": "refs/heads/main",
    "sha": COMMIT,
    "event_name": "push",
    "job_workflow_ref": f"{WORKFLOW}@refs/heads/main",
    "run_id": "4711",
    "run_number": "7",
    "run_attempt": "1",
}
IMAGES, SMOKE, FUNCTION = "~/resourceGroups/rg-images", "~/resourceGroups/rg-images-smoke", "~/resourceGroups/rg-fn"
TEMPLATE = f"{IMAGES}/providers/Microsoft.VirtualMachineImages/imageTemplates/web-0123456789ab"
SITE = f"{FUNCTION}/providers/Microsoft.Web/sites/gate"
NAMESPACES = (
    "Microsoft.Compute",
    "Microsoft.ContainerInstance",
    "Microsoft.EventGrid",
    "Microsoft.Insights",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.Storage",
    "Microsoft.VirtualMachineImages",
    "Microsoft.Web",
)


@dataclass
class GitHub:
    """Takes statuses, and tells when one of a context has come."""

    posted: list[dict[str, Any]] = field(default_factory=list)
    came: dict[str, threading.Event] = field(default_factory=dict)
    url: str = ""

    def take(self, status: dict[str, Any]) -> None:
        """A status was posted."""
        self.posted.insert(0, status)
        self.awaited(str(status["context"])).set()

    def awaited(self, context: str) -> threading.Event:
        """Set once a status of the context was posted."""
        return self.came.setdefault(context, threading.Event())

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """The requests of GitHub's statuses API."""
        github = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                named = re.fullmatch(r"/repos/[^/]+/[^/]+", self.path)
                self._answer(200, {"default_branch": "main"} if named else github.posted)

            def do_POST(self) -> None:
                status = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                github.take({**status, "commit": self.path.rsplit("/", 1)[-1]})
                self._answer(201, status)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _answer(self, code: int, body: object) -> None:
                content = json.dumps(body).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        return Handler


def _page_of(machine: RecordedMachine) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """What Debian's Apache shows, as long as the machine runs."""
            if not machine.running:
                self.close_connection = True
                return
            content = b"<title>Apache2 Debian Default Page</title>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Page


class ServingEngine(RecordingEngine):
    """Its machines answer on `port` of their public address, unless `silent`."""

    def __init__(self, folder: Path, servers: ExitStack) -> None:
        super().__init__(folder)
        self._servers = servers
        self.silent = False
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]

    def boot(self, request: MachineRequest) -> RecordedMachine:
        """Boot a machine whose web server is up at once."""
        machine = super().boot(request)
        if not self.silent and request.public_ip:
            serve(self._servers, (request.public_ip, self.port), _page_of(machine))
        return machine


def serve(stack: ExitStack, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> int:
    """Serve on an address until the stack is left; the port."""
    server = ThreadingHTTPServer(address, handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    stack.callback(stop)
    return int(server.server_address[1])


def deploy(client: Any, group: str, name: str, **parameters: Any) -> None:  # noqa: ANN401 - see above
    """Deploy one of templates/azure."""
    template = json.loads((REPOSITORY / "templates" / "azure" / f"{name}.json").read_text())
    given = {key: {"value": value} for key, value in parameters.items()}
    path = f"{group}/providers/Microsoft.Resources/deployments/{name}"
    client.settled("PUT", path, {"properties": {"mode": "Incremental", "template": template, "parameters": given}})
    found = client("GET", path).json()["properties"]
    assert found["provisioningState"] == "Succeeded", found.get("error")


def subscribe(client: Any) -> None:  # noqa: ANN401 - see above
    """Make the event subscriptions, as the second deployment of the template does."""
    path = f"{FUNCTION}/providers/Microsoft.Resources/deployments/function"
    found = client("GET", path).json()["properties"]["parameters"]
    values = {name: entry["value"] for name, entry in found.items() if "value" in entry}
    deploy(client, FUNCTION, "function", **{**values, "withSubscriptions": True})
    give_token(client)


def give_token(client: Any) -> None:  # noqa: ANN401 - see above
    """Let the Function speak to GitHub; a deployment sets its own settings only."""
    change_settings(client, IMAGEGATE_GITHUB_TOKEN="a-token-of-no-app")


def sign(client: Any, issuer: Issuer, server: LocalCloud) -> None:  # noqa: ANN401 - see above
    """Leave the build job's proof of every version that there is, as the job does after its run."""
    container, cloud = foundation_output(client, "originContainerUrl"), owners_cloud(server)
    versions = f"{IMAGES}/providers/Microsoft.Compute/galleries/golden/images/web/versions"
    for body in client("GET", versions, api_version="2023-07-03").json()["value"]:
        statement = OriginStatement.of_version(ImageVersion.from_arm(body))
        assert statement is not None
        write_proof(Container(cloud, container), statement.digest, issuer.mint(statement.audience))


def owners_cloud(server: LocalCloud) -> Cloud:
    """A connection of the principal that builds."""
    settings = CloudSettings(
        arm_endpoint=server.cloud.arm_endpoint, subscription_id=server.environment["AZURE_SUBSCRIPTION_ID"]
    )
    return Cloud.connect(settings, server.environment, transport=trusting_transport(server))


def trusting_transport(server: LocalCloud) -> RequestsTransport:
    """A transport for the SDK that trusts the cloud's certificate."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(server.ca_bundle)
    return RequestsTransport(session=session, session_owner=False, connection_verify=str(server.ca_bundle))


def foundation_output(client: Any, name: str) -> str:  # noqa: ANN401 - see above
    """An output of the foundation's deployment."""
    path = f"{IMAGES}/providers/Microsoft.Resources/deployments/foundation"
    return str(client("GET", path).json()["properties"]["outputs"][name]["value"])


def change_settings(client: Any, **values: str) -> None:  # noqa: ANN401 - see above
    """Set application settings beside those that there are."""
    settings = client("POST", f"{SITE}/config/appsettings/list", api_version="2024-04-01").json()["properties"]
    client("PUT", f"{SITE}/config/appsettings", {"properties": {**settings, **values}}, api_version="2024-04-01")


def build(client: Any, port: int, **smoke: Any) -> None:  # noqa: ANN401 - see above
    """Submit an image template that carries our stamp, and run it to its end, however that is.

    `smoke` is more of what its version's tags ask for.
    """
    images = client("GET", IMAGES).json()["id"]
    spec = SmokeSpec.from_mapping(
        {"probes": [{"http": {"port": port, "contains": "Apache2 Debian"}}], "deadline": "5s", **smoke}
    )
    identity = f"{images}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/imagegate-builder"
    distributor = {
        "type": "SharedImage",
        "runOutputName": "gallery",
        "galleryImageId": f"{images}/providers/Microsoft.Compute/galleries/golden/images/web",
        "excludeFromLatest": True,
        "artifactTags": {**STAMP, **spec.to_tags()},
        "targetRegions": [{"name": "westeurope"}],
    }
    source = {
        "type": "PlatformImage",
        "publisher": "Debian",
        "offer": "debian-12",
        "sku": "12-gen2",
        "version": "latest",
    }
    customize = [{"type": "Shell", "name": "install", "inline": ["sudo true"]}]
    body = {
        "location": "westeurope",
        "tags": STAMP,
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {"source": source, "customize": customize, "distribute": [distributor]},
    }
    answer = client.settled("PUT", TEMPLATE, body, api_version="2024-02-01")
    assert answer.ok, answer.text
    assert client.settled("POST", f"{TEMPLATE}/run", api_version="2024-02-01").ok
