"""Recorded ARM traffic, played to a local cloud that listens: the same calls in the same order, answers compared.

What changes from day to day is normalised by rule: ids, times, hosts, etags, and how often a client had to ask before
an operation ended. Ids that the service made up (principals, operations) are learnt from the answers and put into the
calls that follow.
"""

from __future__ import annotations

import ast
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import requests
import yaml

from documents import Difference, differences, normalized
from localazure.assembly import LocalCloud
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID

ARM = "https://management.azure.com"
RUNNING = {"inprogress", "running", "accepted", "creating", "updating", "deleting", "started"}
_SUBSCRIPTION = re.compile(r"(?i)(?<![a-z])(/?subscriptions/)([^/?\"'<]+)")
_GROUP = re.compile(r"(?i)/subscriptions/[^/]+/resourcegroups/([^/?]+)")
_OPERATION_ID = re.compile(r"\b[0-9A-F]{16}\b")
_GUID = re.compile(r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_MADE_UP = re.compile(f"{_GUID.pattern}|{_OPERATION_ID.pattern}")
# Regions that only the service's own tests may use stand for one that everybody may.
_REGIONS = {"centraluseuap": "westus", "eastus2euap": "eastus2"}


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """One recorded call and its answer; header names in lower case."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    content: str  # the body as it was sent: what Azure reads is not always JSON
    status: int
    answer: Any
    headers: dict[str, str]

    @property
    def api_version(self) -> str:
        """The version that was asked for."""
        return self.query.get("api-version", "")

    @property
    def body(self) -> Any:  # noqa: ANN401 - any JSON
        """The body, parsed; a text where it is not JSON."""
        return _parsed(self.content)

    @property
    def is_running(self) -> bool:
        """Whether the answer says that an operation still goes on."""
        status = self.answer.get("status") if isinstance(self.answer, dict) else None
        return self.status == 202 or (isinstance(status, str) and status.lower() in RUNNING)


@dataclass(kw_only=True)
class Played:
    """What one interaction came to: its differences, or why it was not compared."""

    interaction: Interaction
    route: str  # method and path without names: what differences are listed by
    found: list[Difference] = field(default_factory=list)
    skipped: str = ""


def interactions(path: Path) -> Iterator[Interaction]:
    """The calls of a recording, in order."""
    for entry in yaml.load(path.read_text(), Loader=yaml.CSafeLoader)["interactions"]:
        request, response = entry["request"], entry["response"]
        host, _, rest = request["uri"].split("://", 1)[1].partition("/")
        uri, _, query = rest.partition("?")
        pairs = [pair.partition("=") for pair in query.split("&") if pair]
        yield Interaction(
            method=request["method"],
            host=host,
            path=f"/{uri}",
            query={unquote(name): unquote(value) for name, _, value in pairs},
            content=_text(request["body"]),
            status=response["status"]["code"],
            answer=_parsed(response["body"]["string"]),
            headers={name.lower(): values[0] for name, values in response["headers"].items()},
        )


def _text(body: object) -> str:
    """A body as text; the SDK's recordings keep the representation of bytes, once or twice."""
    text = body.decode() if isinstance(body, bytes) else str(body or "")
    while re.match(r"b['\"]", text):
        text = str(ast.literal_eval(text).decode())
    return text


def _parsed(body: object) -> Any:  # noqa: ANN401 - any JSON
    text = _text(body)
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


class Player:
    """Plays recordings to one local cloud."""

    def __init__(self, server: LocalCloud, call: Callable[..., requests.Response]) -> None:
        self._server = server
        self._call = call
        self._learnt: dict[str, str] = {}
        self._made: dict[str, int] = {}
        self._absent: list[str] = []
        self._renamed: dict[str, str] = {}
        self._urls: dict[str, str] = {}  # where a recorded operation is asked about: here
        self._gate = threading.Event()
        self._gate.set()
        self._hold()

    def _hold(self) -> None:
        """Let operations begin their work only while the gate is open, as a slow service does."""
        long_running = self._server.cloud.long_running
        run = long_running._run

        def held(*arguments: Any) -> None:  # noqa: ANN401 - passed on
            self._gate.wait()
            run(*arguments)

        long_running._run = held  # type: ignore[method-assign, assignment]  # time is replaced, not the work

    def play(self, recording: list[Interaction]) -> list[Played]:
        """Send every call to Resource Manager and compare what comes back."""
        played = []
        for place, interaction in enumerate(recording):
            route = f"{interaction.method} {route_of(interaction.path)}"
            if f"https://{interaction.host}" != ARM:
                played.append(Played(interaction=interaction, route=route, skipped=f"host {interaction.host}"))
                continue
            played.append(self._played(interaction, recording[place + 1 :], route))
        self._gate.set()
        return played

    def _played(self, interaction: Interaction, rest: list[Interaction], route: str) -> Played:
        url = self._urls.get(_operation(interaction.path, interaction.query))
        if url is not None:
            return self._polled(interaction, url, route)
        if _is_status(interaction.path):
            return Played(interaction=interaction, route=route, skipped="an operation that nothing here began")
        if any(interaction.path.lower().startswith(path) for path in self._absent):
            return Played(interaction=interaction, route=route, skipped="on what was not made here")
        if not interaction.path.endswith("/cancel"):
            self._gate.set()
        self._rename(interaction)
        if interaction.method != "GET" and _is_watched(interaction, rest):
            self._gate.clear()
        made = self._sent(interaction)
        result = Played(interaction=interaction, route=route, found=self._compared(interaction, made))
        self._follow(interaction, made)
        if not _is_watched(interaction, rest):
            self._settle(made)
        return result

    def _polled(self, interaction: Interaction, url: str, route: str) -> Played:
        if not interaction.is_running:
            self._gate.set()
            self._server.cloud.long_running.wait(url.split("?", maxsplit=1)[0].rsplit("/", 1)[-1])
        made = self._call("GET", url)
        return Played(interaction=interaction, route=route, found=self._compared(interaction, made))

    def _rename(self, interaction: Interaction) -> None:
        """A name that is made twice stands for two names: recordings are sanitised."""
        if interaction.method != "PUT" or interaction.status not in {200, 201}:
            return
        name = interaction.path.rsplit("/", 1)[-1]
        made = self._made.setdefault(interaction.path.lower(), 0)
        if made and interaction.status == 201:
            self._renamed[name] = f"{name}-{made}"
        self._made[interaction.path.lower()] += 1

    def _sent(self, interaction: Interaction) -> requests.Response:
        content = self.here(interaction.content).encode() if interaction.content else None
        query = {name: value for name, value in interaction.query.items() if name != "api-version"}
        path = self.here(interaction.path)
        return self._call(interaction.method, path, content, api_version=interaction.api_version, **query)

    def here(self, text: str) -> str:
        """A recorded text with this cloud's subscription, regions and ids."""
        for name, later in self._renamed.items():
            text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", later, text)
        for region, ours in _REGIONS.items():
            text = re.sub(rf"(?i){region}", ours, text)
        text = _MADE_UP.sub(lambda found: self._learnt.get(found[0].lower(), found[0]), text)
        return _SUBSCRIPTION.sub(rf"\g<1>{DEFAULT_SUBSCRIPTION_ID}", text)

    def _compared(self, interaction: Interaction, made: requests.Response) -> list[Difference]:
        answer = made.json() if made.content else None
        if made.status_code == interaction.status:
            self._learn(interaction.answer, answer)
        found = []
        if made.status_code != interaction.status:
            absent = made.status_code == 501
            if interaction.method == "PUT" or (absent and interaction.method == "POST"):
                self._absent.append(interaction.path.lower())
            found.append(
                Difference(
                    "absent" if absent else "status", "", interaction.status, f"{made.status_code} {made.text[:300]}"
                )
            )
        elif interaction.method != "HEAD":
            expected = json.loads(self.here(_unsanitised(interaction)))
            found.extend(differences(expected, answer, self._server.cloud.arm_endpoint))
        return [*found, *_header_differences(interaction, made, self.here)]

    def _learn(self, recorded: Any, ours: Any) -> None:  # noqa: ANN401 - any JSON
        """Remember which of our ids stands where a recorded one stood."""
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for name in recorded.keys() & ours.keys():
                self._learn(recorded[name], ours[name])
        elif isinstance(recorded, list) and isinstance(ours, list):
            for one, other in zip(recorded, ours, strict=False):
                self._learn(one, other)
        elif isinstance(recorded, str) and isinstance(ours, str):
            one, other = _MADE_UP.fullmatch(recorded), _MADE_UP.fullmatch(ours)
            if one and other and not recorded.startswith("00000000"):
                self._learnt[recorded.lower()] = ours

    def _follow(self, interaction: Interaction, made: requests.Response) -> None:
        names = ("azure-asyncoperation", "location")
        known = [made.headers[name] for name in names if name in made.headers]
        for name in names:
            recorded = interaction.headers.get(name, "")
            ours = made.headers.get(name) or (known[0] if known else "")
            if recorded.startswith(ARM) and ours and "api-version" in ours:
                path, _, query = recorded.removeprefix(ARM).partition("?")
                self._urls[_operation(path, dict(pair.partition("=")[::2] for pair in query.split("&")))] = ours

    def _settle(self, made: requests.Response) -> None:
        url = made.headers.get("Azure-AsyncOperation") or made.headers.get("Location") or ""
        if made.ok and "api-version" in url:
            self._gate.set()
            self._server.cloud.long_running.wait(url.split("?")[0].rsplit("/", 1)[-1])


def _unsanitised(interaction: Interaction) -> str:
    """The answer's text with the names of the call's path: a recording's paths are sanitised, its answers not all."""
    text = json.dumps(interaction.answer)
    own = interaction.answer.get("id") if isinstance(interaction.answer, dict) else None
    parts, wanted = f"/{str(own).removeprefix('/')}".split("/"), interaction.path.split("/")
    if len(wanted) == len(parts) + 1:
        wanted = wanted[:-1]  # an action on the resource
    if len(parts) != len(wanted):
        parts, wanted = _first_listed(interaction)
    for one, other in zip(parts, wanted, strict=True):
        if one.lower() != other.lower() and not _GUID.fullmatch(one):
            text = text.replace(one, other)
    return text


def _first_listed(interaction: Interaction) -> tuple[list[str], list[str]]:
    """The groups of a list's first entry and of its path."""
    entries = interaction.answer.get("value") if isinstance(interaction.answer, dict) else None
    first = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], dict) else {}
    groups = [_GROUP.match(text) for text in (str(first.get("id")), interaction.path)]
    return ([groups[0][1]], [groups[1][1]]) if groups[0] and groups[1] else ([], [])


def _is_watched(interaction: Interaction, rest: list[Interaction]) -> bool:
    """Whether the client asked about the operation while it went on, or went on without waiting for its end."""
    operation = interaction.headers.get("azure-asyncoperation") or interaction.headers.get("location") or ""
    path = operation.removeprefix(ARM).split("?")[0]
    if rest and rest[0].path == f"{interaction.path}/cancel":
        return True
    return any(later.path == path and later.is_running for later in rest[:2])


def _is_status(path: str) -> bool:
    lowered = path.lower()
    return bool(re.search(r"/(\w*operations|operationresults|operationstatuses)/[^/]+$", lowered)) and (
        "/locations/" in lowered or "/operationresults/" in lowered
    )


def _operation(path: str, query: dict[str, str]) -> str:
    """An operation's id, and which of its two kinds of URL this is."""
    extra = sorted(f"{name}={value}" for name, value in query.items() if name.lower() == "monitor")
    kind, name = path.lower().split("/")[-2:]
    return "?".join([f"{kind}/{name}", *extra])


def route_of(path: str) -> str:
    """A path with `*` for every name: `/subscriptions/*/resourceGroups/*/providers/Microsoft.Compute/galleries/*`."""
    path = re.sub(r"(?i)^/subscriptions/[^/]+", "", path)
    path = re.sub(r"(?i)^/resourcegroups/[^/]+(?=/providers)", "", path)
    head, found, tail = path.lower().rpartition("/providers/")
    parts = tail.split("/")
    names = "/".join(part if place % 2 or place == 0 else "*" for place, part in enumerate(parts))
    return f"{_GUID.sub('*', head) if '/providers/' in head else ''}{found}{names}" if found else _group_route(path)


def _group_route(path: str) -> str:
    parts = path.lower().strip("/").split("/")
    return "/" + "/".join("*" if place % 2 else part for place, part in enumerate(parts))


_HEADERS = (
    "azure-asyncoperation",
    "azure-asyncnotification",
    "location",
    "etag",
    "x-ms-failure-cause",
    "x-ms-ratelimit-remaining-subscription-writes",
    "x-ms-ratelimit-remaining-subscription-deletes",
    "cache-control",
    "pragma",
    "expires",
    "strict-transport-security",
    "x-content-type-options",
)


def _header_differences(
    interaction: Interaction, made: requests.Response, here: Callable[[str], str]
) -> list[Difference]:
    if made.status_code != interaction.status:
        return []
    found = []
    for name in _HEADERS:
        recorded, ours = interaction.headers.get(name), made.headers.get(name)
        if recorded is None and ours is not None and name in _HEADERS[:4]:
            found.append(Difference("extra header", name, None, ours))
        elif recorded is not None and ours is None:
            found.append(Difference("missing header", name, recorded, None))
        elif recorded is not None and ours is not None and name in ("azure-asyncoperation", "location"):
            shapes = [_url_shape(url) for url in (here(recorded), ours)]
            if shapes[0] != shapes[1]:
                found.append(Difference("header", name, *shapes))
    return found


def _url_shape(url: str) -> str:
    path = normalized(re.sub(r"https?://[^/]+", "", url).split("?")[0]).lower()
    path = re.sub(r"deployments/[^/]+", "deployments/<name>", path)
    return re.sub(r"(operations|operationresults|operationstatuses)/[^/?&]+", r"\1/<id>", path)
