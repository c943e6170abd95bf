"""Answers that the local cloud cannot give, in the shapes that Azure and GitHub document."""

from __future__ import annotations

from typing import Any

from acceptance.exchange import Exchange
from acceptance.template_parts import namespaces_of_actions, role_actions, template_types


def _answer(label: str, body: Any, **more: Any) -> Exchange:  # noqa: ANN401 - any JSON
    return Exchange(**{"label": label, "method": "GET", "status": 200, "body": body, **more})


def _operations() -> tuple[Exchange, ...]:
    actions = [action.replace("*", "read") for action in role_actions("actions")]
    data = [action.replace("*", "read") for action in role_actions("dataActions")]
    return tuple(
        _answer(
            f"subscription/operations-{namespace}",
            {
                "actions": [one for one in actions if one.startswith(f"{namespace}/")],
                "dataActions": [one for one in data if one.startswith(f"{namespace}/")],
            },
        )
        for namespace in namespaces_of_actions()
    )


def _types() -> tuple[Exchange, ...]:
    return tuple(
        _answer(
            f"set-up/types-{namespace}",
            {
                "resourceTypes": [
                    {"resourceType": kind.partition("/")[2], "apiVersions": [version]}
                    for kind, version in template_types()
                    if kind.partition("/")[0] == namespace
                ]
            },
        )
        for namespace in {kind.partition("/")[0] for kind, _ in template_types()}
    )


_STATUSES = [{"context": "imagegate/acceptance", "state": "success"}]
SAMPLES: dict[str, tuple[Exchange, ...]] = {
    "A4": (_answer("build/operation-by-least", {"error": {"code": "AuthorizationFailed"}}, status=403),),
    "R1": _operations(),
    "R2": _types(),
    "L4g": (_answer("insights/host", {"tables": [{"rows": [["2026-01-01", "Opened local gRPC endpoint: x"]]}]}),),
    "L5": (_answer("insights/timers", {"tables": [{"rows": [["reconcile", 6, 812]]}]}),),
    "H1": (_answer("github/close-status", {}, status=201), _answer("github/statuses", _STATUSES)),
    "H2": (_answer("github/repository", {}, headers={"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4990"}),),
    "H3": (_answer("github/oidc-subject", {"use_default": True}),),
}
"""By the id of the belief."""
