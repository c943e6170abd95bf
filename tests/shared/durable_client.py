"""A client of durabletask's own engine, with nobody who works: what is scheduled stays as it was scheduled."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import durabletask.internal.orchestrator_service_pb2_grpc as stubs
import grpc
from durabletask.client import TaskHubGrpcClient
from durabletask.testing import InMemoryOrchestrationBackend


@contextmanager
def idle_engine() -> Iterator[TaskHubGrpcClient]:
    """A client for the length of a block."""
    backend = InMemoryOrchestrationBackend()
    server = grpc.server(ThreadPoolExecutor(4))
    stubs.add_TaskHubSidecarServiceServicer_to_server(backend, server)  # type: ignore[no-untyped-call]  # generated
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        address = f"unix:{folder}/engine"
        server.add_insecure_port(address)
        server.start()
        client = TaskHubGrpcClient(host_address=address, emit_trace_spans=False)
        try:
            yield client
        finally:
            client.close()
            backend.stop()
            server.stop(0).wait()
