"""What every provider is given: the store, the operations under way, the engine, the clock, the endpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from localazure.access.decisions import Decisions
from localazure.access.directory import Directory
from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse, Principal
from localazure.arm.resource_id import ResourceId
from localazure.clock import Clock
from localazure.control.faults import Faults
from localazure.control.settings import Settings
from localazure.engine_port import EnginePort
from localazure.long_running import LongRunning
from localazure.store import Store

DEFAULT_SUBSCRIPTION_ID = "10ca1a2e-0000-4000-8000-000000000001"
PLATFORM_OBJECT_ID = "00000000-0000-0000-0000-00000000ca11"


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
    ca_bundle: Path | None = None  # what a client of this cloud has to trust; None: what the machine trusts
    kept_logs: Path | None = None  # where the serial logs of deleted machines are kept; None: nowhere
    dispatch: Callable[[ArmRequest], ArmResponse] = field(default=lambda _: ArmResponse(status=503))
    settings: Settings = field(default_factory=Settings)
    faults: Faults = field(default_factory=Faults)
    on_close: list[Callable[[], None]] = field(default_factory=list)  # what providers let go of when the cloud ends

    @property
    def tenant_id(self) -> str:
        """The one tenant, made at the first start."""
        return self.directory.tenant_id

    @cached_property
    def directory(self) -> Directory:
        """The tenant's principals."""
        return Directory(self.store)

    @cached_property
    def decisions(self) -> Decisions:
        """Who may do what."""
        return Decisions(self.store, self.clock, self.settings)

    @property
    def platform(self) -> Principal:
        """Azure itself: for what a service does behind its caller's back (cascades, staging groups). Allowed all."""
        return Principal(object_id=PLATFORM_OBJECT_ID, tenant_id=self.tenant_id, name="platform")

    def is_allowed(self, principal: Principal, action: str, scope: ResourceId | str, *, data: bool = False) -> bool:
        """Whether a principal may do an action (`data`: a data action) at a scope."""
        if principal.object_id == PLATFORM_OBJECT_ID:
            return True
        return self.decisions.allows(principal.object_id, action, str(scope), data=data)

    def authorize(self, principal: Principal, action: str, scope: ResourceId | str) -> None:
        """Let a permitted action pass; else raise 403 AuthorizationFailed in Resource Manager's words."""
        if not self.is_allowed(principal, action, scope):
            raise ArmError(
                403,
                "AuthorizationFailed",
                f"The client '{_client(principal)}' with object id '{principal.object_id}' does not have authorization "
                f"to perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently "
                "granted, please refresh your credentials.",
            )

    def authorize_linked(
        self, request: ArmRequest, *, action: str, linked_action: str, linked_scope: ResourceId | str
    ) -> None:
        """Let a write pass that refers to another resource; else raise 403 LinkedAuthorizationFailed.

        Args:
            request: the write; its path is the scope on which `action` was allowed.
            action: what the caller was allowed to do (`Microsoft.VirtualMachineImages/imageTemplates/write`).
            linked_action: what it also needs (`Microsoft.ManagedIdentity/userAssignedIdentities/assign/action`).
            linked_scope: the id of the resource that is referred to.
        """
        principal = request.principal
        callers = (principal, request.auxiliary) if request.auxiliary else (principal,)
        if not any(self.is_allowed(caller, linked_action, linked_scope) for caller in callers):
            raise ArmError(
                403,
                "LinkedAuthorizationFailed",
                f"The client '{_client(principal)}' with object id '{principal.object_id}' has permission to perform "
                f"action '{action}' on scope '{request.path}'; however, it does not have permission to perform "
                f"action(s) '{linked_action}' on the linked scope(s) '{linked_scope}' (respectively) or the linked "
                "scope(s) are invalid.",
            )

    def call(
        self,
        method: str,
        path: ResourceId | str,
        *,
        principal: Principal,
        auxiliary: Principal | None = None,
        api_version: str,
        body: Any = None,  # noqa: ANN401 - any JSON
        correlation_id: str = "",
    ) -> ArmResponse:
        """Call an operation of this cloud as a principal; refusals come back as responses, not as exceptions."""
        return self.dispatch(
            ArmRequest(
                method=method,
                path=str(path),
                api_version=api_version,
                principal=principal,
                auxiliary=auxiliary,
                body=body,
                correlation_id=correlation_id,
            )
        )

    def complete(self, response: ArmResponse) -> dict[str, object] | None:
        """Wait for what goes on behind a response; the ended operation's record, or None when nothing does."""
        return self.long_running.wait(response.operation_id) if response.operation_id else None


def _client(principal: Principal) -> str:
    return principal.app_id or principal.name or principal.object_id
