"""The child process of the Functions host: loads one app with the platform's worker library and invokes its functions.

Run as a file, not as a module, so that the app meets its own packages only. One line of JSON a message: requests come
on standard input, replies go out on the descriptor that the second argument names; what the app prints goes to standard
error. The library keeps one app a process, and takes the classes of its protocol as a parameter: plain objects do.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import json
import logging
import os
import signal
import sys
import threading
from types import SimpleNamespace
from typing import Any, TextIO

_PR_SET_PDEATHSIG = 1


class _Message:
    """A protocol message: fields as given, absent fields None, absent nested types an error (as in protobuf)."""

    def __init__(self, **fields: Any) -> None:  # noqa: ANN401 - any field
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any field
        if name[:1].isupper() or name.startswith("__"):
            raise AttributeError(name)
        return None


class _StatusResult(_Message):
    Failure, Success, Cancelled = 0, 1, 2


class _BindingInfo(_Message):
    out, inout = 1, 2


class _TypedData(_Message):
    def WhichOneof(self, _: str) -> str:  # noqa: N802 - protobuf's name
        return next(iter(self.__dict__))


class _ParameterBinding(_Message):
    def WhichOneof(self, _: str) -> str:  # noqa: N802 - protobuf's name
        return "data"


class _Protocol:
    """The message classes; those that need nothing of their own are made when first asked for."""

    StatusResult, BindingInfo, TypedData, ParameterBinding = _StatusResult, _BindingInfo, _TypedData, _ParameterBinding

    def __getattr__(self, name: str) -> type[_Message]:
        made = type(name, (_Message,), {})
        setattr(self, name, made)
        return made


class Worker:
    """One app, loaded."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._library = importlib.import_module("azure_functions_runtime")
        self._ids: dict[str, str] = {}
        self._protocol = _Protocol()

    async def load(self) -> list[dict[str, Any]]:
        """Index the app: its functions with their bindings.

        Raises:
            RuntimeError: the library refused it, in its own words.
        """
        sys.path.append(self._folder)  # last, as the platform does
        init = SimpleNamespace(capabilities={}, function_app_directory=self._folder)
        answer = await self._library.worker_init_request(self._request(worker_init_request=init))
        if answer.result.status != _StatusResult.Success:
            raise RuntimeError(answer.result.exception.message)
        metadata = await self._library.functions_metadata_request(self._request())
        functions = metadata.function_metadata_results
        if not functions:
            raise RuntimeError(f"no functions in {self._folder}: it needs a function_app.py")
        self._ids = {function.name: function.function_id for function in functions}
        return [
            {"name": function.name, "bindings": [json.loads(binding) for binding in function.raw_bindings]}
            for function in functions
        ]

    async def invoke(self, name: str, inputs: dict[str, dict[str, str]], invocation_id: str) -> dict[str, Any]:
        """Call a function; `inputs` are {parameter: {"json" | "string": text}}."""
        request = SimpleNamespace(
            invocation_id=invocation_id,
            function_id=self._ids[name],
            trigger_metadata={},
            retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
            trace_context=SimpleNamespace(trace_parent="", trace_state="", attributes={}),
            input_data=[
                _ParameterBinding(name=parameter, data=_TypedData(**data)) for parameter, data in inputs.items()
            ],
        )
        answer = await self._library.invocation_request(self._request(invocation_request=request))
        if answer.result.status == _StatusResult.Success:
            value = answer.return_value
            return {"ok": True, "value": None if value is None else next(iter(value.__dict__.values()))}
        error = answer.result.exception
        return {"ok": False, "error": str(error.message), "stack": str(error.stack_trace or "")}

    def _request(self, **fields: object) -> SimpleNamespace:
        properties = {"protos": self._protocol, "host": "127.0.0.1"}
        return SimpleNamespace(request=SimpleNamespace(**fields), properties=properties)


async def serve(folder: str, replies: TextIO) -> None:
    """Load the app, say so, and invoke what is asked until standard input ends; then end at once."""
    worker = Worker(folder)
    try:
        functions = await worker.load()
    except Exception as error:  # noqa: BLE001 - the parent tells it
        _reply(replies, {"failed": f"{type(error).__name__}: {error}"})
        return
    _reply(replies, {"ready": functions})
    requests: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_read, args=(loop, requests), daemon=True).start()
    tasks: set[asyncio.Task[None]] = set()
    while line := await requests.get():
        task = asyncio.create_task(_answer(worker, json.loads(line), replies))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    os._exit(0)  # the parent is gone, and with it whoever waits for what still runs


async def _answer(worker: Worker, request: dict[str, Any], replies: TextIO) -> None:
    outcome = await worker.invoke(request["function"], request["inputs"], str(request["id"]))
    _reply(replies, {"id": request["id"], **outcome})


def _read(loop: asyncio.AbstractEventLoop, requests: asyncio.Queue[str]) -> None:
    for line in sys.stdin:
        loop.call_soon_threadsafe(requests.put_nowait, line)
    loop.call_soon_threadsafe(requests.put_nowait, "")


def _reply(replies: TextIO, message: dict[str, Any]) -> None:
    """One line, whole: replies are written by the event loop's thread alone."""
    replies.write(json.dumps(message) + "\n")
    replies.flush()


def main() -> None:
    """`worker.py FOLDER DESCRIPTOR`."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # prctl(2)
    folder, descriptor = sys.argv[1], int(sys.argv[2])
    replies = os.fdopen(descriptor, "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.basicConfig(level=os.environ.get("FUNCTIONS_LOG_LEVEL", "INFO"), stream=sys.stderr)
    asyncio.run(serve(folder, replies))


if __name__ == "__main__":
    main()
