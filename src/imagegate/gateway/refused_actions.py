"""Which rights Resource Manager's refusal names: of one request, or of every resource of a template; pure."""

import re
from dataclasses import dataclass

_REFUSED = re.compile(
    r"does not have (?:authorization|permission) to perform action(?:\(s\))?"
    r" '(?P<action>[^']+)'(?: (?:over|at|on the linked) scope(?:\(s\))? '(?P<scope>/[^'\[]*)?)?",
    re.IGNORECASE,
)
_LINKED = re.compile(
    r"perform action '(?P<action>[^']+)' on scope.*"
    r"not authorized to access linked subscription '(?P<subscription>[^']+)'",
    re.IGNORECASE | re.DOTALL,
)
_PRINCIPAL = re.compile(r"[Tt]he client '(?P<name>[^']*)'(?: with object id '(?P<object>[^']*)')?")
_GROUP = re.compile(r"(/subscriptions/[^/]+)/resourcegroups/[^/]+", re.IGNORECASE)
_GRANT = "Grant the action to the principal at that scope; a new role assignment takes minutes to arrive."
_GRANT_ALL = "Grant the actions to the principal at that scope, or have somebody run it who has them."
_OTHER_TENANT = "The template names something in a subscription of another tenant; check the ids in it."


@dataclass(frozen=True, kw_only=True)
class RefusedActions:
    """What is missing; empty where the refusal does not say. `count` is how many resources were refused."""

    action: str = ""
    scope: str = ""
    principal: str = ""
    hint: str = _GRANT
    count: int = 0


def refused_actions(text: str) -> RefusedActions:
    """What a refusal says is missing. Of a template's many refusals each action is named once, at one scope."""
    principal = _PRINCIPAL.search(text)
    found = list(_REFUSED.finditer(text))
    linked = _LINKED.search(text)
    if linked and not found:
        scope = f"/subscriptions/{linked['subscription']}"
        return RefusedActions(action=linked["action"], scope=scope, hint=_OTHER_TENANT)
    return RefusedActions(
        action=", ".join(dict.fromkeys(one["action"] for one in found)),
        scope=_common([one["scope"] or "" for one in found]),
        principal=(principal["object"] or principal["name"]) if principal else "",
        hint=_GRANT_ALL if len({one["action"] for one in found}) > 1 else _GRANT,
        count=len({(one["action"], one["scope"]) for one in found}),
    )


def _common(scopes: list[str]) -> str:
    """The one scope, else the resource group of all of them, else their subscription."""
    if len(set(scopes)) < 2:
        return "".join(scopes[:1])
    groups = [found for one in scopes if (found := _GROUP.match(one))]
    if len(groups) < len(scopes):
        return ""
    names = {found[0].lower() for found in groups}
    return groups[0][0 if len(names) == 1 else 1]
