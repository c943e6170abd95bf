"""A local cloud for recordings: it listens, knows every base, and holds what a recording takes for granted."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import requests

from bench_clock import BenchClock
from localazure.assembly import LocalCloud
from localazure.engine_port import MachineRequest
from localazure.providers.resources.registrations import NAMESPACES
from recording_engine import RecordedMachine, RecordingEngine
from replay import Interaction, Played, Player


class ReportingEngine(RecordingEngine):
    """Boots machines whose guest reports at once, as a recording's do by the time that they are asked."""

    def boot(self, request: MachineRequest) -> RecordedMachine:
        """A machine that is provisioned."""
        machine = super().boot(request)
        machine.provisioned = True
        return machine


class Client:
    """The owner's calls over the wire."""

    def __init__(self, server: LocalCloud) -> None:
        self._endpoint = server.cloud.arm_endpoint
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(server.ca_bundle)
        token = server._tokens.mint(server.owner, self._endpoint)
        self.session.headers.update({"Authorization": f"Bearer {token}"})

    def __call__(
        self, method: str, path: str, body: object = None, *, api_version: str = "", **query: str
    ) -> requests.Response:
        """Call Resource Manager: a path, or a whole URL that it gave."""
        url = path if path.startswith("https://") else self._endpoint + path
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if content else {}
        parameters = {**({"api-version": api_version} if api_version else {}), **query}
        return self.session.request(method, url, data=content, headers=headers, params=parameters)


class SeededPlayer(Player):
    """Puts in place what a recording takes for granted, then plays it."""

    def play_seeded(self, recording: list[Interaction]) -> list[Played]:
        """Groups that are named, and documents that are read before anything in the recording makes them."""
        for namespace in NAMESPACES:
            self._call("POST", self.here(f"/subscriptions/x/providers/{namespace}/register"), api_version="2022-09-01")
        clock = self._server.cloud.clock
        assert isinstance(clock, BenchClock)
        clock.let_pass(seconds=1)
        for path, document in _groups(recording).items():
            self._put(path, document, "2022-09-01")
        for path, (document, api_version) in _assumed(recording).items():
            self._put(path, document, api_version)
        for identity in _identities(recording):
            self._put(identity, {"location": "westus"}, "2023-01-31")
        for principal in _principals(recording):
            self._server.cloud.directory.enroll(app_id=principal, object_id=principal, name="recorded")
        return self.play(recording)

    def _put(self, path: str, document: dict[str, Any], api_version: str) -> None:
        made = self._call("PUT", self.here(path), json.loads(self.here(json.dumps(document))), api_version=api_version)
        self._settle(made)


_GROUP = re.compile(r"(?i)^/subscriptions/[^/]+/resourcegroups/[^/]+")


def _groups(recording: list[Interaction]) -> dict[str, dict[str, Any]]:
    """Every group that a path names and nothing makes, as the recording reads it."""
    found: dict[str, dict[str, Any]] = {}
    made = {call.path.lower() for call in recording if call.method == "PUT"}
    for call in recording:
        path = _GROUP.match(call.path)
        if path is None or path[0].lower() in made or call.method == "HEAD" or call.host != "management.azure.com":
            continue
        known = found.setdefault(path[0].lower(), {"location": "westus"})
        if call.method == "GET" and call.path.lower() == path[0].lower() and call.status == 200:
            known.update({name: call.answer[name] for name in ("location", "tags") if name in call.answer})
    return found


def _assumed(recording: list[Interaction]) -> dict[str, tuple[dict[str, Any], str]]:
    """Documents that are read before anything was made that could have made them."""
    found: dict[str, tuple[dict[str, Any], str]] = {}
    for call in recording:
        if call.method in {"PUT", "POST"} and "/microsoft.resources/deployments/" in call.path.lower():
            break
        if call.method == "PUT":
            found.setdefault(call.path.lower(), ({}, ""))
        elif call.method == "GET" and _is_resource(call):
            body = {name: call.answer[name] for name in _WRITABLE if name in call.answer}
            found.setdefault(call.path.lower(), (body, call.api_version))
    return {path: document for path, document in found.items() if document[0]}


_WRITABLE = ("location", "tags", "sku", "identity", "properties", "zones", "kind")


def _is_resource(call: Interaction) -> bool:
    return (
        call.status == 200
        and isinstance(call.answer, dict)
        and "/resourcegroups/" in call.path.lower()
        and "/runoutputs/" not in call.path.lower()
        and str(call.answer.get("id", "")).lower() == call.path.lower()
        and "/providers/" in call.path
    )


def _identities(recording: list[Interaction]) -> list[str]:
    """Identities that a body names and nothing makes."""
    made = {call.path.lower() for call in recording if call.method == "PUT"}
    named: dict[str, None] = {}
    for call in recording:
        if isinstance(call.body, dict):
            for name in (call.body.get("identity") or {}).get("userAssignedIdentities") or {}:
                named.setdefault(str(name).lower())
    return [name for name in named if name not in made]


def _principals(recording: list[Interaction]) -> set[str]:
    """Principals that are given a role: those that nothing in the recording makes were there before."""
    bodies = [call.body for call in recording if "/roleassignments/" in call.path.lower() and call.method == "PUT"]
    found = [str((body.get("properties") or {}).get("principalId")) for body in bodies if isinstance(body, dict)]
    return {str(uuid.UUID(text)) for text in found}


@contextmanager
def playing(folder: Path) -> Iterator[SeededPlayer]:
    """A fresh cloud that is left with the block; every URL of a script answers with a script."""
    engine = ReportingEngine(folder / "engine")
    engine.knows_all = True
    answer = requests.Response()
    answer.status_code = 200
    answer._content = b"#!/bin/sh\n"
    with (
        mock.patch("requests.get", return_value=answer),
        LocalCloud(state=folder / "state", engine=engine, clock=BenchClock()) as server,
    ):
        client = Client(server)
        try:
            yield SeededPlayer(server, client)
        finally:
            client.session.close()
