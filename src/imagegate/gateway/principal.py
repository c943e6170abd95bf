"""Who we are to the cloud."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as

_NAMES = ("upn", "unique_name", "preferred_username")


@dataclass(frozen=True, kw_only=True)
class OwnPrincipal:
    """The object id and the kind ("ServicePrincipal" or "User") that role assignments ask for; `name` is for people."""

    object_id: str
    kind: str
    name: str = ""


def own_principal(cloud: Cloud) -> OwnPrincipal | None:
    """The principal of the credential, as its access token names it; None for a token that does not tell.

    The token is read and not checked: it is our own, and whoever takes it checks it.

    Source: Entra access token claims reference, `oid` and `idtyp`.
    """
    with told_as("asking for a token"):
        token = cloud.credential.get_token(cloud.endpoints.scope).token
    claims = _claims(token)
    object_id = str(claims.get("oid") or "")
    if not object_id:
        return None
    person = claims.get("idtyp") == "user" or (not claims.get("idtyp") and bool(claims.get("scp")))
    name = next((str(claims[claim]) for claim in _NAMES if claims.get(claim)), "")
    return OwnPrincipal(object_id=object_id, kind="User" if person else "ServicePrincipal", name=name)


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}
