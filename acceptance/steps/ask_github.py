"""Asks GitHub what a status and its limits look like; only with a repository and a token."""

from __future__ import annotations

import requests

from acceptance.exchange import Exchange
from acceptance.places import value_at
from acceptance.world import World

_CONTEXT = "imagegate/acceptance"
_TIMEOUT_S = 30


def ask_github(world: World) -> None:
    """Post a status on the newest commit of the default branch and read it back; read the subject of its tokens."""
    options = world.options
    if not options.repository:
        world.recorder.skip("github", "needs --repository and a token")
        return
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {options.github_token}"
        session.hooks["response"].append(world.recorder.hear)
        base = f"{options.github_url}/repos/{options.repository}"
        repository = _ask(world, session, "github/repository", "GET", base)
        branch = value_at(repository.body, "default_branch")
        commit = _ask(world, session, "github/commit", "GET", f"{base}/commits/{branch}")
        sha = str(value_at(commit.body, "sha") or "")
        world.notes["commit"] = sha
        status = {"state": "pending", "context": _CONTEXT, "description": "Acceptance run"}
        _ask(world, session, "github/post-status", "POST", f"{base}/statuses/{sha}", status)
        closed = {**status, "state": "success"}
        _ask(world, session, "github/close-status", "POST", f"{base}/statuses/{sha}", closed)
        _ask(world, session, "github/statuses", "GET", f"{base}/commits/{sha}/statuses")
        _ask(world, session, "github/oidc-subject", "GET", f"{base}/actions/oidc/customization/sub")


def _ask(world: World, session: requests.Session, label: str, method: str, url: str, body: object = None) -> Exchange:
    with world.recorder.labelled(label) as heard:
        session.request(method, url, json=body, timeout=_TIMEOUT_S)
    return heard[-1]
