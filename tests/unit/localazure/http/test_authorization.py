"""What an action is asked for."""

from __future__ import annotations

import pytest

from localazure.arm.messages import ArmRequest, ArmResponse, Principal
from localazure.arm.operation_table import Operation
from localazure.http.authorization import scope_of

_GROUP = "/subscriptions/s/resourceGroups/rg"
_GALLERY = f"{_GROUP}/providers/Microsoft.Compute/galleries"


@pytest.mark.parametrize(
    ("method", "path", "action", "scope"),
    [
        ("GET", f"{_GALLERY}/g", "Microsoft.Compute/galleries/read", f"{_GALLERY}/g"),
        ("GET", _GALLERY, "Microsoft.Compute/galleries/read", f"{_GROUP}/providers/Microsoft.Compute"),
        ("GET", f"{_GALLERY}/g/images", "Microsoft.Compute/galleries/images/read", f"{_GALLERY}/g"),
        ("POST", f"{_GALLERY}/g/share", "Microsoft.Compute/galleries/share/action", f"{_GALLERY}/g"),
        ("PUT", _GROUP, "Microsoft.Resources/subscriptions/resourceGroups/write", _GROUP),
        ("GET", f"{_GROUP}/resources", "Microsoft.Resources/subscriptions/resourceGroups/read", _GROUP),
        ("GET", "/subscriptions/s/providers/x", "Microsoft.Resources/subscriptions/providers/read", "/subscriptions/s"),
        ("GET", "/subscriptions/s/providers", "Microsoft.Resources/subscriptions/providers/read", "/subscriptions/s"),
    ],
)
def test_the_scope_is_the_resource_or_what_holds_the_collection(
    method: str, path: str, action: str, scope: str
) -> None:
    """Actions lose their own name, collections theirs."""
    principal = Principal(object_id="o", tenant_id="t")
    request = ArmRequest(method=method, path=path, api_version="1", principal=principal)
    operation = Operation(operation_id="x", method=method, path=path, action=action, handler=lambda _: ArmResponse())
    assert scope_of(request, operation) == scope
