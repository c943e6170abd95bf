"""What every provider is given: the store, the operations under way, the engine, the clock, the endpoints."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.clock import Clock
from localazure.engine_port import EnginePort
from localazure.long_running import LongRunning
from localazure.store import Store

DEFAULT_SUBSCRIPTION_ID = "10ca1a2e-0000-4000-8000-000000000001"


@dataclass(kw_only=True)
class Cloud:
    """One local cloud.

    `dispatch` is set by the HTTP room: providers use it to call other operations as the same caller.
    """

    store: Store
    long_running: LongRunning
    engine: EnginePort
    clock: Clock
    arm_endpoint: str = ""  # https://localhost:PORT, without a trailing slash
    blob_endpoint: str = ""  # https://localhost:PORT2; an account's blobs are at {blob_endpoint}/{account}/
    dispatch: Callable[[ArmRequest], ArmResponse] = field(default=lambda _: ArmResponse(status=503))

    @property
    def tenant_id(self) -> str:
        """The one tenant, made at the first start."""
        return self.store.setting("tenant-id", lambda: str(uuid.uuid4()))

    def complete(self, response: ArmResponse) -> dict[str, object] | None:
        """Wait for what goes on behind a response; the ended operation's record, or None when nothing does."""
        return self.long_running.wait(response.operation_id) if response.operation_id else None
