"""The network probe against servers on loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegate.gateway import probe as probe_module
from imagegate.gateway.probe import ask_http, ask_tcp, excerpt
from imagegate.model import HttpProbe

ADDRESS = "127.0.0.1"
Reply = Callable[[BaseHTTPRequestHandler], None]
Serve = Callable[[Reply], AbstractContextManager[int]]


@pytest.fixture
def serve() -> Serve:
    """Serve one reply on a port of loopback for the length of a block."""

    @contextmanager
    def served(reply: Reply) -> Iterator[int]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                reply(self)

            def log_message(self, *_: object) -> None:
                pass

        server: HTTPServer = ThreadingHTTPServer((ADDRESS, 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    return served


def page(status: int, body: bytes = b"", **headers: str) -> Reply:
    """A reply with that status and body."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


@pytest.fixture
def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind((ADDRESS, 0))
        return int(one.getsockname()[1])


def test_http_passes(serve: Serve) -> None:
    """The wanted status and text pass, and nothing of the body is quoted."""
    with serve(page(200, b"<h1>Apache2 Debian Default Page</h1>")) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port, contains="Apache2 Debian"))

    assert (answer.passed, answer.status, answer.detail, answer.body_excerpt) == (True, 200, "status 200", "")


def test_http_wrong_status(serve: Serve) -> None:
    """Another status fails, with both numbers and the beginning of the body."""
    with serve(page(503, b"try\x1b[31m later\n")) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port))

    assert not answer.passed
    assert answer.detail == "status 503, expected 200"
    assert answer.body_excerpt == "try [31m later"


def test_http_wrong_text(serve: Serve) -> None:
    """A body without the wanted text fails and is quoted."""
    with serve(page(200, b"It works!")) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port, contains="Apache2"))

    assert answer.detail == 'status 200, and the body does not contain "Apache2"'
    assert answer.body_excerpt == "It works!"


def test_http_refused(closed_port: int) -> None:
    """A closed port is told as refused."""
    answer = ask_http(ADDRESS, HttpProbe(port=closed_port))

    assert (answer.passed, answer.detail, answer.status) == (False, "connection refused", None)


def test_http_hangs_up(serve: Serve) -> None:
    """A server that closes without an answer fails the probe in words."""
    with serve(lambda _: None) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port))

    assert answer.detail == "connection closed before the answer was complete"


def test_http_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes the connection and never answers is given up."""
    monkeypatch.setattr(probe_module, "ANSWER_TIMEOUT_S", 0.05)
    with socket.create_server((ADDRESS, 0)) as server:
        answer = ask_http(ADDRESS, HttpProbe(port=server.getsockname()[1]))

    assert answer.detail == "no answer within 0 s"


def test_http_endless_body(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an endless body only the limit is read."""
    monkeypatch.setattr(probe_module, "BODY_LIMIT_BYTES", 100_000)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 4096)
        except OSError:
            pass

    with serve(endless) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port, contains="never"))

    assert answer.detail.endswith("(read 100000 bytes of it)")


def test_http_slow_body(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that trickles in is read no longer than the limit of seconds, however short the pauses."""
    monkeypatch.setattr(probe_module, "ANSWER_TIMEOUT_S", 0.2)
    stopped = threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not stopped.wait(0.02):
                handler.wfile.write(b"x")
        except OSError:
            pass

    with serve(trickle) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port, contains="never"))
        stopped.set()

    assert "stopped reading" in answer.detail


def test_redirect_on_the_machine(serve: Serve) -> None:
    """A redirect within the machine is followed."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        moved = page(302, Location="/index.html?x=1")
        (page(200, b"home") if handler.path == "/index.html?x=1" else moved)(handler)

    with serve(reply) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port, contains="home"))

    assert answer.passed


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/metadata/instance",
        "//example.org/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1.example.org/",
        "http://127.0.0.1:1/",
        "https://127.0.0.1:PORT/",
        "http://user:word@127.0.0.1:PORT/",
        "http://127.0.0.1:PORT\\@example.org/",
        "http://2130706433:PORT/",
        "http://[::1]:PORT/",
        "http://localhost:PORT/",
    ],
)
def test_redirect_elsewhere(serve: Serve, location: str) -> None:
    """A redirect that leaves the probed port of the smoke VM is never followed: the prober may reach more."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        port = handler.server.server_port  # type: ignore[attr-defined]  # an HTTPServer
        page(302, Location=location.replace("PORT", str(port)))(handler)

    with serve(reply) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port))

    assert not answer.passed
    assert "which is not what the probe asks: not followed" in answer.detail


@pytest.mark.parametrize(
    "path",
    ["//example.org/x", "/@example.org/x", "/\\example.org/x", "/http://example.org/", "/..//example.org", "/#@x"],
)
def test_path_that_would_be_an_address(serve: Serve, path: str) -> None:
    """Whatever a tag says as the path, the question goes to the machine."""
    asked: list[str] = []

    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        page(200)(handler)

    with serve(reply) as port:
        assert ask_http(ADDRESS, HttpProbe(port=port, path=path)).passed

    assert len(asked) == 1


def test_redirect_to_no_url(serve: Serve) -> None:
    """A Location that is no URL fails the probe, and does not break it."""
    with serve(page(302, Location="http://127.0.0.1:port/")) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port))

    assert "which is not a URL" in answer.detail


def test_redirect_wanted(serve: Serve) -> None:
    """A probe that wants a redirect gets it as it is."""
    with serve(page(301, Location="https://example.org/")) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port, status=301))

    assert answer.passed


def test_redirect_loop(serve: Serve) -> None:
    """A redirect to itself ends after a few rounds."""
    with serve(page(302, Location="/")) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port))

    assert answer.detail == "more than 5 redirects"


def test_redirect_to_own_name(serve: Serve) -> None:
    """A redirect to the probe's own host name is asked of the smoke VM, not of that name."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        here = f"http://web.example:{handler.server.server_port}/in"  # type: ignore[attr-defined]  # an HTTPServer
        (page(200, handler.headers["Host"].encode()) if handler.path == "/in" else page(302, Location=here))(handler)

    with serve(reply) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port, host="web.example", contains="web.example"))

    assert answer.passed


def test_environment_proxy_is_not_asked(serve: Serve, monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    """A proxy in the environment does not answer for the smoke VM."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    with serve(page(200)) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port))

    assert answer.passed


def test_https_where_http_speaks(serve: Serve) -> None:
    """TLS with a server that speaks none fails in words."""
    with serve(page(200)) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port, scheme="https"))

    assert answer.detail.startswith("TLS handshake failed")


def test_unknown_charset(serve: Serve) -> None:
    """A charset that nobody knows is read as UTF-8."""
    with serve(page(200, "grün".encode(), **{"Content-Type": "text/html; charset=klingon"})) as port:
        answer = ask_http(ADDRESS, HttpProbe(port=port, contains="grün"))

    assert answer.passed


def test_tcp_open() -> None:
    """A port that takes the connection passes."""
    with socket.create_server((ADDRESS, 0)) as server:
        answer = ask_tcp(ADDRESS, server.getsockname()[1])

    assert (answer.passed, answer.detail) == (True, "connected")


def test_tcp_closed(closed_port: int) -> None:
    """A closed port fails as refused."""
    assert ask_tcp(ADDRESS, closed_port).detail == "connection refused"


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_excerpt_is_one_printable_line(text: str, limit: int) -> None:
    """An excerpt of any text is one printable line within the limit."""
    shown = excerpt(text, limit)

    assert len(shown) <= limit
    assert shown.isprintable()
