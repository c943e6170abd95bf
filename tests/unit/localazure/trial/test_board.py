"""The trial's listener, asked over the wire as the Function and Event Grid do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from localazure.http.server import Authority
from localazure.trial.board import Board

_COMMIT = "0123456789abcdef0123456789abcdef01234567"
_VERSION = "/subscriptions/s/versions/1.0.0"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """The cloud's certificates."""
    return Authority(tmp_path)


@pytest.fixture
def board(authority: Authority) -> Iterator[Board]:
    """A board that listens."""
    with Board(authority.key_and_chain, {"repository": "acme/images"}) as found:
        yield found


@pytest.fixture
def wire(authority: Authority) -> Iterator[requests.Session]:
    """A client that trusts the cloud."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(authority.bundle)
        yield session


def _post(wire: requests.Session, board: Board, state: str) -> requests.Response:
    url = f"{board.github_url}/repos/acme/images/statuses/{_COMMIT}"
    return wire.post(url, json={"state": state, "context": "imagegate/verify", "description": "Booted."}, timeout=10)


def test_statuses_are_kept_and_listed_newest_first(board: Board, wire: requests.Session) -> None:
    """What was posted last is the first of the commit's list, as at GitHub; other commits have none."""
    assert _post(wire, board, "pending").status_code == 201
    assert _post(wire, board, "success").status_code == 201

    listed = wire.get(f"{board.github_url}/repos/acme/images/commits/{_COMMIT}/statuses?per_page=100", timeout=10)
    others = wire.get(f"{board.github_url}/repos/acme/images/commits/{_COMMIT[::-1]}/statuses", timeout=10)

    assert [one["state"] for one in listed.json()] == ["success", "pending"]
    assert [one["state"] for one in board.statuses] == ["pending", "success"]
    assert others.json() == []


def test_no_pull_request_is_open(board: Board, wire: requests.Session) -> None:
    """Lists that the Function looks through are empty; what GitHub does not have is not found."""
    assert wire.get(f"{board.github_url}/repos/acme/images/pulls", timeout=10).json() == []
    assert wire.get(f"{board.github_url}/nonsense", timeout=10).status_code == 404
    assert wire.post(f"{board.github_url}/nonsense", json={}, timeout=10).status_code == 404


def test_handshake_and_verdict(board: Board, wire: requests.Session) -> None:
    """The webhook agrees to Event Grid, and a verdict on the version that is waited for is handed over."""
    asked: Any = wire.options(board.verdicts_url, headers={"WebHook-Request-Origin": "eventgrid.azure.net"}, timeout=10)
    event = {"type": "ImageGate.ImageVersion.Passed", "id": "1", "subject": _VERSION.upper()}
    delivered = wire.post(board.verdicts_url, json=event, timeout=10)

    assert asked.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert delivered.status_code == 200
    assert board.await_verdict(_VERSION, timeout_s=10) == event
    assert board.await_verdict("/another", timeout_s=0) is None


def test_the_job_gets_tokens_that_its_issuer_signed(board: Board, wire: requests.Session) -> None:
    """The job's request token gets an identity token for the audience asked for, good by the published keys."""
    job = board.issuer.environment
    asked = f"{job['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience=a:b"
    good = {"Authorization": f"Bearer {job['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"}

    token = wire.get(asked, headers=good, timeout=10).json()["value"]
    keys = jwt.PyJWKSet.from_dict(wire.get(f"{board.issuer_url}/.well-known/jwks", timeout=10).json())

    claims = jwt.decode(token, keys.keys[0], algorithms=["RS256"], audience="a:b", issuer=board.issuer_url)
    assert claims["repository"] == "acme/images"
    assert wire.get(asked, timeout=10).status_code == 401
