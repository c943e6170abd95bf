"""An endpoint on loopback that keeps what it is sent and answers as it is told."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_S = 20


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One request; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Listener:
    """`answers` are statuses, given one after the other; the last one stays."""

    answers: list[int] = field(default_factory=lambda: [200])
    url: str = ""
    requests: queue.Queue[Delivered] = field(default_factory=queue.Queue)

    def next(self) -> Delivered:
        """The next request, waited for."""
        return self.requests.get(timeout=PATIENCE_S)

    @property
    def quiet(self) -> bool:
        """Whether nothing has come since."""
        return self.requests.empty()

    def status(self) -> int:
        """What to answer now."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def listening() -> Iterator[Listener]:
    """An endpoint for the length of a block."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            listener.requests.put(Delivered(method="POST", path=self.path, headers=headers, body=body))
            self.send_response(listener.status())
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    listener.url = f"http://127.0.0.1:{server.server_address[1]}/hook?secret=1"
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
