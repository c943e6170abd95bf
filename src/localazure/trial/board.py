"""What the trial holds up to the Function from outside the cloud: a commit's statuses, and a listener for verdicts.

The statuses speak as much of GitHub's API as the Function asks for. Sources: GitHub REST, commit statuses; Event Grid
documentation, CloudEvents webhook delivery and its handshake.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localazure.http.server import Server
from localazure.trial.issuer import PATH as ISSUER_PATH
from localazure.trial.issuer import Issuer

_REPOSITORY = "/github/repos/{owner}/{name}"
_VERDICTS = "/verdicts"


class Board:
    """Listens on loopback while entered; everything that comes is kept, in its order.

    Args:
        certificate: key and chain, as a file in PEM; clients that trust the cloud trust it.
        claims: those of the trial's job, for the issuer of its tokens.
    """

    def __init__(self, certificate: Path, claims: Mapping[str, str]) -> None:
        self.statuses: list[dict[str, Any]] = []
        self.verdicts: list[dict[str, Any]] = []
        self._came = threading.Condition()
        self.issuer = Issuer(claims, lambda: self.issuer_url)
        self._server = Server(Starlette(routes=[*self._routes(), *self.issuer.routes]), certificate)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    @property
    def github_url(self) -> str:
        """The base of GitHub's API, as the Function is told it."""
        return f"{self._server.url}/github"

    @property
    def issuer_url(self) -> str:
        """The issuer of the trial's job tokens."""
        return f"{self._server.url}{ISSUER_PATH}"

    @property
    def verdicts_url(self) -> str:
        """The webhook of the verdicts' subscription."""
        return f"{self._server.url}{_VERDICTS}"

    def await_verdict(self, subject: str, timeout_s: float) -> dict[str, Any] | None:
        """The event of a verdict on that image version, once it has come; None when it does not come in time."""
        with self._came:
            self._came.wait_for(lambda: self._verdict_on(subject) is not None, timeout_s)
        return self._verdict_on(subject)

    def of_context(self, repository: str, commit: str) -> list[dict[str, Any]]:
        """The statuses of a commit as GitHub lists them: the newest first."""
        mine = [one for one in self.statuses if (one["repository"], one["commit"]) == (repository, commit)]
        return mine[::-1]

    def take_status(self, repository: str, commit: str, posted: dict[str, Any]) -> dict[str, Any]:
        """A status was posted."""
        moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        status = {"repository": repository, "commit": commit, **posted, "created_at": moment}
        with self._came:
            self.statuses.append(status)
            self._came.notify_all()
        return status

    def take_events(self, body: Any) -> None:  # noqa: ANN401 - any JSON
        """Event Grid delivered: one event, or several."""
        with self._came:
            self.verdicts += body if isinstance(body, list) else [body]
            self._came.notify_all()

    def _verdict_on(self, subject: str) -> dict[str, Any] | None:
        found = [one for one in self.verdicts if str(one.get("subject", "")).lower() == subject.lower()]
        return found[-1] if found else None

    # --- what is asked over the wire

    def _routes(self) -> list[Route]:
        return [
            Route(f"{_REPOSITORY}/commits/{{commit}}/statuses", self._list_statuses),
            Route(f"{_REPOSITORY}/statuses/{{commit}}", self._post_status, methods=["POST"]),
            Route(f"{_REPOSITORY}/{{rest:path}}", _nothing),
            Route(_VERDICTS, _agree, methods=["OPTIONS"]),
            Route(_VERDICTS, self._post_events, methods=["POST"]),
        ]

    async def _list_statuses(self, request: Request) -> Response:
        return JSONResponse(self.of_context(_repository(request), request.path_params["commit"]))

    async def _post_status(self, request: Request) -> Response:
        posted = json.loads(await request.body())
        return JSONResponse(self.take_status(_repository(request), request.path_params["commit"], posted), 201)

    async def _post_events(self, request: Request) -> Response:
        self.take_events(json.loads(await request.body()))
        return Response()


def _repository(request: Request) -> str:
    return "{owner}/{name}".format_map(request.path_params)


async def _nothing(_request: Request) -> Response:
    """No pull requests, no merge queue."""
    return JSONResponse([])


async def _agree(request: Request) -> Response:
    """The handshake of a webhook."""
    return Response(headers={"WebHook-Allowed-Origin": request.headers.get("WebHook-Request-Origin", "")})
