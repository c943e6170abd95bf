"""Who we are, as our token says."""

import base64
import json
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from fake_wire import SUBSCRIPTION, Wire
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.endpoints import PUBLIC
from imagegate.gateway.principal import OwnPrincipal, own_principal


class _Login:
    """A credential with a token of ours."""

    def __init__(self, token: str) -> None:
        self.token = token

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - azure-core's signature
        """The token, for the cloud's own audience only."""
        assert scopes == (PUBLIC.scope,)
        return AccessToken(self.token, 4102444800)


def _own(wire: Wire, token: str) -> OwnPrincipal | None:
    return own_principal(
        Cloud(endpoints=PUBLIC, subscription_id=SUBSCRIPTION, credential=_Login(token), transport=wire.transport)
    )


def _token(**claims: str) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"h.{body}.s"


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"idtyp": "app"}, "ServicePrincipal"),
        ({"idtyp": "user"}, "User"),
        ({"scp": "user_impersonation"}, "User"),
        ({}, "ServicePrincipal"),
    ],
)
def test_object_id_and_kind(wire: Wire, claims: dict[str, str], kind: str) -> None:
    """The token's `oid` is the principal; people and programs are told apart."""
    assert _own(wire, _token(oid="o-1", **claims)) == OwnPrincipal(object_id="o-1", kind=kind)


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.W10.c", _token(sub="x")])
def test_a_token_that_does_not_tell(wire: Wire, token: str) -> None:
    """A token that is no JWT, or has no object id, is no error."""
    assert _own(wire, token) is None


@pytest.mark.parametrize("claim", ["upn", "unique_name", "preferred_username"])
def test_a_name_for_people(wire: Wire, claim: str) -> None:
    """A person's token has a name besides the id; it is only shown."""
    found = _own(wire, _token(oid="o-1", idtyp="user", **{claim: "ada@acme.example"}))

    assert found == OwnPrincipal(object_id="o-1", kind="User", name="ada@acme.example")
