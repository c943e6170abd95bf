"""A GitHub on loopback that takes nothing which GitHub's own description does not allow."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jsonschema import Draft4Validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess

REPOSITORY = "octo-org/octo-repo"
COMMIT = "a" * 40
JOB_TOKEN = "ghs_" + "jobT0ken" * 5
INSTALLATION_TOKEN = "ghs_" + "instaLL8" * 5
PREFIX = "/api/v3"
_LEAST = (
    {"statuses": "write"},
    {"statuses": "read", "pull_requests": "read", "contents": "read"},
    {"metadata": "read"},
)


@dataclass(kw_only=True)
class FakeGitHub:
    """Commits and their statuses, and what was asked of it.

    `faults` are answers to give instead, first come first served: (status, headers, body). `on_post` is called after a
    status was taken, and may play the part of another writer.
    """

    description: dict[str, Any]
    public_key: str
    api_url: str = ""
    tokens: set[str] = field(default_factory=lambda: {JOB_TOKEN})
    commits: set[str] = field(default_factory=lambda: {COMMIT})
    statuses: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    on_post: Callable[["FakeGitHub"], None] | None = None
    pulls: list[dict[str, Any]] = field(default_factory=list)
    queue: list[str] = field(default_factory=list)
    requests_left: int = 5000
    default_branch: object = "main"

    def add(self, context: str, state: str, description: str | None, target_url: str | None = None) -> None:
        """A status from somebody, newest first."""
        example = self.description["components"]["examples"]["status"]["value"]
        given = {"context": context, "state": state, "description": description, "target_url": target_url}
        self.statuses.insert(0, {**example, **given, "id": len(self.statuses) + 1})

    def shown(self, context: str) -> dict[str, Any] | None:
        """What the pull request shows for a context."""
        return next((one for one in self.statuses if one["context"] == context), None)

    async def answer(self, request: Request) -> Response:
        """Any request."""
        path = request.url.path.removeprefix(PREFIX)
        self.requests.append((request.method, path))
        body = await request.body()
        if self.faults:
            status, headers, content = self.faults.pop(0)
            return JSONResponse(content, status, headers)
        if path.startswith("/app/") or path.endswith("/installation"):
            return self._answer_app(request, path, body)
        if path in (f"/repos/{REPOSITORY}/pulls", f"/repos/{REPOSITORY}/git/matching-refs/heads/gh-readonly-queue/"):
            return self._list(request, path)
        if path.lower() == f"/repos/{REPOSITORY}".lower():  # not part of the corpus
            return JSONResponse({"full_name": REPOSITORY, "id": 42, "default_branch": self.default_branch})
        self._hold_against_description(request.method, path, body)
        if request.headers.get("authorization", "").removeprefix("token ").removeprefix("Bearer ") not in self.tokens:
            return JSONResponse({"message": "Bad credentials"}, 401)
        commit = path.split("/")[5 if "/commits/" in path else -1]
        if commit not in self.commits:
            return JSONResponse({"message": f"No commit found for SHA: {commit}"}, 422)
        if request.method == "POST":
            return self._take(json.loads(body))
        if path.endswith("/status"):
            return self._combined(commit)
        size, page = int(request.query_params.get("per_page", 30)), int(request.query_params.get("page", 1))
        return JSONResponse(self.statuses[(page - 1) * size : page * size])

    def _combined(self, commit: str) -> Response:
        """What a commit shows: of each context the newest."""
        shown = {one["context"]: one for one in reversed(self.statuses)}
        left = {"x-ratelimit-remaining": str(self.requests_left)}
        return JSONResponse({"sha": commit, "state": "pending", "statuses": list(shown.values())}, headers=left)

    def _list(self, request: Request, path: str) -> Response:
        """Open pull requests, the last touched first, and the merge queue's branches; not part of the corpus either."""
        if not path.endswith("/pulls"):
            return JSONResponse([{"ref": f"refs/heads/{commit}", "object": {"sha": commit}} for commit in self.queue])
        asked = request.query_params
        if (asked["state"], asked["sort"], asked["direction"]) != ("open", "updated", "desc"):
            self.violations.append(f"pull requests were asked for in another order: {asked}")
        size, page = int(asked["per_page"]), int(asked["page"])
        return JSONResponse(self.pulls[(page - 1) * size : page * size])

    def _take(self, body: dict[str, Any]) -> Response:
        if len(body.get("description") or "") > 140:
            errors = [{"message": "description is too long (maximum is 140 characters)"}]
            return JSONResponse({"message": "Validation Failed", "errors": errors}, 422)
        self.add(body["context"], body["state"], body.get("description"), body.get("target_url"))
        taken = self.statuses[0]
        schema = self.description["components"]["schemas"]["status"]
        self.violations += [f"answer: {error.message}" for error in self._errors(schema, taken)]
        if self.on_post is not None:
            self.on_post(self)
        return JSONResponse(taken, 201)

    def _answer_app(self, request: Request, path: str, body: bytes) -> Response:
        """The two calls of a GitHub App; their description is not part of the corpus."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        claims = jwt.decode(token, self.public_key, algorithms=["RS256"])
        if claims["iss"] != "4711":
            return JSONResponse({"message": "Integration not found"}, 401)
        if request.method == "GET" and path == f"/repos/{REPOSITORY}/installation":
            return JSONResponse({"id": 12, "app_id": 4711})
        if request.method == "POST" and path == "/app/installations/12/access_tokens":
            if json.loads(body)["permissions"] not in _LEAST:
                self.violations.append(f"more was asked for than is needed: {body!r}")
            if json.loads(body).get("repositories") != [REPOSITORY.partition("/")[2]]:
                self.violations.append(f"a token for more than one repository was asked for: {body!r}")
            self.tokens.add(INSTALLATION_TOKEN)
            expires = datetime.now(UTC) + timedelta(hours=1)
            return JSONResponse({"token": INSTALLATION_TOKEN, "expires_at": f"{expires:%Y-%m-%dT%H:%M:%SZ}"}, 201)
        return JSONResponse({"message": "Not Found"}, 404)

    def _hold_against_description(self, method: str, path: str, body: bytes) -> None:
        for template, operations in self.description["paths"].items():
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) and method.lower() in operations:
                content = operations[method.lower()].get("requestBody", {}).get("content", {})
                if content:
                    schema = content["application/json"]["schema"]
                    given = json.loads(body)
                    unknown = set(given) - set(schema["properties"])
                    self.violations += [f"unknown member {name}" for name in unknown]
                    self.violations += [error.message for error in self._errors(schema, given)]
                return
        self.violations.append(f"{method} {path} is not in GitHub's description")

    def _errors(self, schema: dict[str, Any], value: object) -> list[Any]:
        return list(
            Draft4Validator(_nullable({**schema, "components": self.description["components"]})).iter_errors(value)
        )


def _nullable(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """OpenAPI 3.0 says `nullable` where JSON Schema says that null is a type, too."""
    if isinstance(schema, list):
        return [_nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    read = {key: _nullable(value) for key, value in schema.items()}
    return {"anyOf": [read, {"type": "null"}]} if read.pop("nullable", False) is True else read


@pytest.fixture(scope="session")
def github_description(corpus: Path) -> dict[str, Any]:
    """GitHub's OpenAPI description of what we call."""
    text = (corpus / "github-api" / "openapi-status-checks.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture(scope="session")
def app_key() -> rsa.RSAPrivateKey:
    """The private key of a GitHub App."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def github(github_description: dict[str, Any], app_key: rsa.RSAPrivateKey) -> Iterator[FakeGitHub]:
    """A GitHub of its own for each test; whatever breaks GitHub's description fails the test."""
    public = app_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    fake = FakeGitHub(description=github_description, public_key=public.decode())
    app = Starlette(routes=[Route("/{path:path}", fake.answer, methods=["GET", "POST", "PATCH", "PUT", "DELETE"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    ready = threading.Event()
    while not server.started and thread.is_alive():
        ready.wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    fake.api_url = f"http://127.0.0.1:{port}{PREFIX}"
    yield fake
    server.should_exit = True
    thread.join()
    assert fake.violations == []


@pytest.fixture
def pem(app_key: rsa.RSAPrivateKey) -> str:
    """The app's key as GitHub hands it out."""
    return app_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def statuses(github: FakeGitHub) -> GitHubStatuses:
    """Our side, as a job has it."""
    environment = {
        "GITHUB_API_URL": github.api_url,
        "GITHUB_TOKEN": JOB_TOKEN,
        "GITHUB_REPOSITORY": "Octo-Org/octo-repo",
    }
    return GitHubStatuses(GitHubAccess.from_environment(environment))


@pytest.fixture
def job() -> Callable[..., dict[str, Any]]:
    """A job for the activity; what is given wins."""

    def make(**more: object) -> dict[str, Any]:
        return {
            "repository": REPOSITORY,
            "commit": COMMIT,
            "context": "imagegate/verify (web)",
            "state": "success",
            "description": "passed in westeurope",
            "target_url": "https://github.com/octo-org/octo-repo/actions/runs/1",
            "at": "2025-06-01T10:00:00+00:00",
            **more,
        }

    return make
