"""Probes a smoke VM over the network: one HTTP request or one TCP connection, and what came of it in words.

What answers is an image that nobody trusts yet. So an answer is read up to a limit of bytes and seconds, a redirect is
followed only to the probed port of the smoke VM itself, and what is quoted of a body is stripped of control characters.
"""

import errno
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from imagegate.model import HttpProbe

if TYPE_CHECKING:
    import requests

CONNECT_TIMEOUT_S = 2.0
"""Short, since attempts are many: a system that lets connections time out repeats its request ever more rarely, and a
machine that came up meanwhile would be noticed late."""

ANSWER_TIMEOUT_S = 15.0
BODY_LIMIT_BYTES = 1024 * 1024
EXCERPT_LIMIT = 200
REDIRECT_LIMIT = 5

_REASONS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.EPIPE: "connection reset",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETUNREACH: "network unreachable",
    errno.ETIMEDOUT: "connection timed out",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one question brought: `detail` is a few words, `status` None where no HTTP answer came."""

    passed: bool
    detail: str
    seconds: float
    status: int | None = None
    body_excerpt: str = ""


@dataclass(frozen=True, kw_only=True)
class _Page:
    """An HTTP answer as far as it was read; `cut` says why the rest was not."""

    status: int
    text: str
    location: str | None
    cut: str = ""


class _Refused(Exception):  # noqa: N818 - not an error of ours: the answer to the question
    """The request came to no answer that could count; the message is the detail."""


def ask_http(address: str, probe: HttpProbe) -> Answer:
    """Ask once, and compare the answer with what the probe wants.

    Certificates are not checked, proxies and .netrc of the environment not used: what is proved is that this machine
    answers on this port. At most 1 MiB of the body is read, for at most 15 s.
    """
    begun = time.monotonic()
    try:
        page = _follow(address, probe)
    except _Refused as refusal:
        return Answer(passed=False, detail=str(refusal), seconds=time.monotonic() - begun)
    passed, detail = _compare(page, probe)
    return Answer(
        passed=passed,
        detail=detail,
        seconds=time.monotonic() - begun,
        status=page.status,
        body_excerpt="" if passed else excerpt(page.text),
    )


def ask_tcp(address: str, port: int) -> Answer:
    """Connect once and hang up."""
    begun = time.monotonic()
    try:
        with socket.create_connection((address, port), timeout=CONNECT_TIMEOUT_S):
            passed, detail = True, "connected"
    except OSError as error:
        passed, detail = False, _reason(error)
    return Answer(passed=passed, detail=detail, seconds=time.monotonic() - begun)


def excerpt(text: str, limit: int = EXCERPT_LIMIT) -> str:
    """The beginning of foreign text on one line, printable characters only."""
    printable = "".join(mark if mark.isprintable() else " " for mark in text[: limit * 4])
    line = " ".join(printable.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _compare(page: _Page, probe: HttpProbe) -> tuple[bool, str]:
    if page.status != probe.status:
        where = f" to {excerpt(page.location)}" if page.location else ""
        return False, f"status {page.status}{where}, expected {probe.status}"
    if probe.contains is not None and probe.contains not in page.text:
        return False, f'status {page.status}, and the body does not contain "{probe.contains}"{page.cut}'
    return True, f"status {page.status}"


def _follow(address: str, probe: HttpProbe) -> _Page:
    """Request, and follow redirects unless the probe wants one, as long as they stay on the smoke VM."""
    import requests

    url = _url(probe.scheme, address, probe.port, probe.path)
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(REDIRECT_LIMIT + 1):
            page = _request(session, url, probe)
            if not 300 <= page.status < 400 or page.status == probe.status or page.location is None:
                return page
            url = _redirect(url, page.location, address, probe)
    raise _Refused(f"more than {REDIRECT_LIMIT} redirects")


def _redirect(url: str, location: str, address: str, probe: HttpProbe) -> str:
    """Where a redirect leads, if that is the smoke VM: the prober's own metadata service must stay out of reach."""
    target = urljoin(url, location)
    try:
        parts = urlsplit(target)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise _Refused(f"redirects to {excerpt(location)}, which is not a URL") from None
    names = {address.lower(), (probe.host or address).lower()}
    if (parts.scheme, port) != (probe.scheme, probe.port) or parts.hostname not in names or "@" in parts.netloc:
        raise _Refused(f"redirects to {excerpt(target)}, which is not what the probe asks: not followed")
    return _url(probe.scheme, address, probe.port, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")


def _url(scheme: str, address: str, port: int, path: str) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"{scheme}://{host}:{port}{path}"


def _request(session: "requests.Session", url: str, probe: HttpProbe) -> _Page:
    import requests
    import urllib3

    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    try:
        with session.get(
            url,
            headers={"User-Agent": "imagegate-probe", **({"Host": probe.host} if probe.host else {})},
            timeout=(CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S),
            allow_redirects=False,
            stream=True,
            verify=False,  # a smoke VM has no name that a certificate could be for
        ) as response:
            body, cut = _body(response)
            return _Page(
                status=response.status_code,
                text=body.decode(_charset(response), errors="replace"),
                location=response.headers.get("Location"),
                cut=cut,
            )
    except requests.RequestException as error:
        raise _Refused(_reason(error)) from error


def _body(response: "requests.Response") -> tuple[bytes, str]:
    """The body up to the limits, and why it was cut, if it was."""
    from urllib3.exceptions import HTTPError

    until = time.monotonic() + ANSWER_TIMEOUT_S
    body = bytearray()
    try:
        for piece in _pieces(response):
            body += piece
            if len(body) >= BODY_LIMIT_BYTES:
                return bytes(body[:BODY_LIMIT_BYTES]), f" (read {BODY_LIMIT_BYTES} bytes of it)"
            if time.monotonic() > until:
                return bytes(body), f" (stopped reading after {ANSWER_TIMEOUT_S:.0f} s)"
    except (HTTPError, OSError) as error:
        return bytes(body), f" (it broke off: {_reason(error)})"
    return bytes(body), ""


def _pieces(response: "requests.Response") -> Iterator[bytes]:
    """What arrives, as it arrives: waiting for whole blocks would let a slow body hold the prober for ever."""
    while piece := response.raw.read1(65536, decode_content=True):
        yield piece


def _charset(response: "requests.Response") -> str:
    import codecs

    try:
        return codecs.lookup(response.encoding or "utf-8").name
    except LookupError:
        return "utf-8"


def _reason(error: BaseException) -> str:
    """The innermost cause in a few words, without addresses of objects and the like."""
    chain = list(_causes(error))
    for cause in chain:
        if isinstance(cause, OSError) and cause.errno in _REASONS:
            return _REASONS[cause.errno]
    names = {type(cause).__name__ for cause in chain}
    if names & {"ConnectTimeout", "ConnectTimeoutError"}:
        return f"connection timed out after {CONNECT_TIMEOUT_S:.0f} s"
    if names & {"ReadTimeout", "ReadTimeoutError"}:
        return f"no answer within {ANSWER_TIMEOUT_S:.0f} s"
    if names & {"TimeoutError", "timeout"}:
        return "connection timed out"
    if names & {"SSLError"}:
        return f"TLS handshake failed: {excerpt(str(chain[-1]))}"
    if names & {"RemoteDisconnected", "IncompleteRead"}:
        return "connection closed before the answer was complete"
    return excerpt(f"{type(chain[-1]).__name__}: {chain[-1]}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what is behind it; urllib3 keeps causes in `reason` and in arguments, too."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        behind = (getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__)
        waiting += [one for one in behind if isinstance(one, BaseException)]
