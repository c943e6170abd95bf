"""The web application of the blob service."""

from __future__ import annotations

import logging
import uuid
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from localazure.arm.errors import ArmError
from localazure.blobs.accounts import find_account
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.control.fault import Call
from localazure.http import faulty_answers
from localazure.http.blob_service.access import Access, Right
from localazure.http.blob_service.blob_calls import BlobCalls
from localazure.http.blob_service.container_calls import ContainerCalls
from localazure.http.blob_service.exchange import (
    BlobAnswer,
    BlobCall,
    BlobError,
    account_in_host,
    element,
    split_path,
    xml,
)
from localazure.http.blob_service.service_calls import Handler, ServiceCalls
from localazure.http.tokens import Tokens

logger = logging.getLogger(__name__)

_METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"]
_NEWEST_VERSION = "2025-05-05"
_LEVELS = ("BlobService", "Container", "Blob")

# What a fault can be meant for: how deep the path goes, and the method.
OPERATIONS = frozenset(f"{level}_{method.title()}" for level in _LEVELS for method in _METHODS)


def blob_app(cloud: Cloud, tokens: Tokens) -> Starlette:
    """The application: finds the operation, asks who calls and whether they may, and answers in XML."""
    service = BlobService(cloud, tokens)

    async def serve(request: Request) -> Response:
        body = await request.body()
        answer = await run_in_threadpool(service.answer, request, body)
        return answer or await faulty_answers.reset(request)

    return Starlette(routes=[Route("/{path:path}", serve, methods=_METHODS)])


class BlobService:
    """One table of operations for each depth of a path."""

    def __init__(self, cloud: Cloud, tokens: Tokens) -> None:
        self._cloud = cloud
        self._access = Access(cloud, tokens)
        self._service = ServiceCalls(cloud, self._access).table()
        self._container = ContainerCalls(cloud).table()
        self._blob = BlobCalls(cloud, self._access).table()

    def answer(self, request: Request, body: bytes) -> Response | None:
        """The answer to a call; never raises. None where a fault wants the connection to end without one."""
        due = self._cloud.faults.due(_known_to_faults(request), "wire")
        if due is None:
            return self._answer(request, body)
        return faulty_answers.answer(
            due.fault,
            served=lambda: self._answer(request, body),
            refused=lambda error: self._refused(request, error),
            clock=self._cloud.clock,
        )

    def _refused(self, request: Request, error: ArmError) -> Response:
        request_id = str(uuid.uuid4())
        refusal = BlobError(error.status, error.code, error.message, error.headers)
        return self._rendered(request, self._refusal(refusal, request_id), request_id)

    def _answer(self, request: Request, body: bytes) -> Response:
        request_id = str(uuid.uuid4())
        try:
            answer = self._served(self._call(request, body))
        except BlobError as error:
            answer = self._refusal(error, request_id)
        except Exception as error:
            logger.exception("defect of the blob service in %s %s", request.method, request.url.path)
            answer = self._refusal(BlobError(500, "LocalCloudDefect", repr(error)), request_id)
        return self._rendered(request, answer, request_id)

    def _call(self, request: Request, body: bytes) -> BlobCall:
        raw_path = request.scope["raw_path"].decode("ascii").split("?", 1)[0]
        name, container, blob = split_path(account_in_host(request.headers.get("host", "")) + raw_path)
        account = find_account(self._cloud, name)
        if account is None:
            message = f"The specified resource does not exist: this cloud has no storage account '{name}'."
            raise BlobError(404, "ResourceNotFound", message)
        return BlobCall(
            method=request.method,
            account=account,
            container=container,
            blob=blob,
            query={key.lower(): value for key, value in request.query_params.items()},
            headers={key.lower(): value for key, value in request.headers.items()},
            body=body,
            raw_path=raw_path,
        )

    def _served(self, call: BlobCall) -> BlobAnswer:
        right, handler = self._operation(call)
        caller = self._access.caller(call)
        self._access.require(call, caller, right)
        return handler(call, caller)

    def _operation(self, call: BlobCall) -> tuple[Right, Handler]:
        table = self._blob if call.blob else self._container if call.container else self._service
        found = table.get((call.method, call.component))
        if found is None:
            message = f"The local cloud does not serve {call.method} {call.raw_path} ({call.component})."
            raise BlobError(501, "NotServedByLocalCloud", message)
        return found

    def _refusal(self, error: BlobError, request_id: str) -> BlobAnswer:
        message = f"{error.message}\nRequestId:{request_id}\nTime:{timestamp(self._cloud.clock.now())}"
        root = element("Error", [element("Code", error.code), element("Message", message)])
        return xml(root, status=error.status, headers={"x-ms-error-code": error.code, **error.headers})

    def _rendered(self, request: Request, answer: BlobAnswer, request_id: str) -> Response:
        headers = {
            "x-ms-request-id": request_id,
            "x-ms-version": request.headers.get("x-ms-version", _NEWEST_VERSION),
            "Date": format_datetime(self._cloud.clock.now(), usegmt=True),
            **answer.headers,
        }
        if client_id := request.headers.get("x-ms-client-request-id"):
            headers["x-ms-client-request-id"] = client_id
        if request.method == "HEAD" or answer.status == 304:
            length = answer.length if answer.length is not None else len(answer.content)
            size = {} if answer.status == 304 else {"Content-Length": str(length)}
            return Response(status_code=answer.status, headers=headers | size)
        return Response(answer.content, answer.status, headers)


def _known_to_faults(request: Request) -> Call:
    path = request.url.path
    depth = min(len([part for part in path.strip("/").split("/", 2) if part]), len(_LEVELS))
    return Call(method=request.method, path=path, operation=f"{_LEVELS[max(depth, 1) - 1]}_{request.method.title()}")
