"""What a fault that meets a call of a client makes of its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from localazure.arm.errors import ArmError
from localazure.clock import Clock
from localazure.control.fault import Fault

_LONGEST_WAIT_S = 3600.0


def answer(
    fault: Fault, *, served: Callable[[], Response], refused: Callable[[ArmError], Response], clock: Clock
) -> Response | None:
    """The answer under a fault; None: none at all, the connection ends.

    Args:
        fault: one that happens on the wire.
        served: serves the call as if there were no fault; called at most once.
        refused: renders a refusal.
        clock: what a slow answer waits on.
    """
    if fault.kind == "slow":
        clock.sleep(min(fault.delay_s or 0, _LONGEST_WAIT_S))
        return served()
    if fault.kind == "malformed-body":
        return _malformed(served(), fault)
    if fault.kind == "wrong-read":
        return _wrong(served(), fault, refused)
    if fault.moment == "after":
        served()
    return None if fault.kind == "connection-reset" else refused(fault.error())


async def reset(request: Request) -> Response:
    """End the connection without an answer: the client finds it closed while it waits.

    The server offers no such thing; the transport is the receiving channel's, as uvicorn makes it.
    """
    transport = getattr(getattr(request.receive, "__self__", None), "transport", None)
    if transport is None:
        return Response(status_code=500)
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


def _malformed(true: Response, fault: Fault) -> Response:
    body = bytes(true.body)
    text = fault.body.encode() if isinstance(fault.body, str) else body[: max(1, len(body) // 2)] or b"{"
    return _with_body(true, text, true.status_code)


def _wrong(true: Response, fault: Fault, refused: Callable[[ArmError], Response]) -> Response:
    status = fault.status or true.status_code
    if fault.body is not None:
        return _with_body(true, json.dumps(fault.body).encode(), status)
    if fault.merge is not None:
        return _with_body(true, json.dumps(_merged(_parsed(true), fault.merge)).encode(), status)
    if status >= 400:
        return refused(ArmError(status, fault.code, fault.message))
    return _with_body(true, bytes(true.body), status)


def _parsed(true: Response) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(bytes(true.body) or b"{}")


def _merged(true: Any, change: Any) -> Any:  # noqa: ANN401 - any JSON
    """RFC 7396: members are replaced, null takes one away."""
    if not isinstance(change, Mapping):
        return change
    merged = dict(true) if isinstance(true, Mapping) else {}
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


def _with_body(true: Response, content: bytes, status: int) -> Response:
    headers = {name: value for name, value in true.headers.items() if name != "content-length"}
    return Response(content, status, {"content-type": "application/json; charset=utf-8", **headers})
