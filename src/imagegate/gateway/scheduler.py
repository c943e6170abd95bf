"""Starts durable orchestrations through the client that a trigger is handed."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from durabletask.client import TaskHubGrpcClient


class Scheduler:
    """Starts each instance once, whatever is asked how often.

    Azure accepts the id of an instance that has ended and runs it again (`overridableExistingInstanceStates`), so the
    engine is asked first; two askers at the same time are told apart by the engine's refusal of the second.
    """

    def __init__(self, client: "TaskHubGrpcClient") -> None:
        self._client = client

    def start_once(self, orchestrator: str, job: dict[str, Any], *, instance_id: str) -> bool:
        """Schedule an orchestration unless that instance exists, running or ended; True when it was scheduled."""
        import grpc

        if self._client.get_orchestration_state(instance_id, fetch_payloads=False) is not None:
            return False
        try:
            self._client.schedule_new_orchestration(orchestrator, input=job, instance_id=instance_id)
        except grpc.RpcError as error:
            if isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.ALREADY_EXISTS:
                return False
            raise
        return True
