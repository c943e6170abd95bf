"""The token endpoint: client credentials with a secret, or with an assertion of a trusted issuer (OpenID Connect).

Any application may log in: one that nobody has seen yet is enrolled with the secret that it shows, and may do nothing
until a role is assigned to it. Only the application that the cloud is born with has a secret of the cloud's choosing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import jwt
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from localazure.access.directory import ServicePrincipal
from localazure.cloud import Cloud
from localazure.http.tokens import LIFETIME, Tokens

_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class LoginRefused(Exception):  # noqa: N818 - what happened
    """A refusal as Entra ID words it: an OAuth error with an AADSTS number."""

    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.number = number
        self.message = message


def routes(cloud: Cloud, tokens: Tokens) -> list[BaseRoute]:
    """The token endpoints (v2 with `scope`, v1 with `resource`) and the key set."""

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        tenant = request.path_params["tenant"]
        try:
            return JSONResponse(await run_in_threadpool(log_in, cloud, tokens, tenant, form))
        except LoginRefused as refused:
            return JSONResponse(_refusal(cloud, refused), refused.status)

    async def keys(_: Request) -> Response:
        return JSONResponse(tokens.key_set())

    return [
        Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
        Route("/{tenant}/oauth2/token", token, methods=["POST"]),
        Route("/{tenant}/discovery/v2.0/keys", keys),
    ]


def log_in(cloud: Cloud, tokens: Tokens, tenant: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Answer a token request. Raises `LoginRefused`."""
    if tenant not in {cloud.tenant_id, "common", "organizations"}:
        message = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
        raise LoginRefused(400, "invalid_request", 90002, message)
    if form.get("grant_type") != "client_credentials":
        message = f"The app requested an unsupported grant type '{form.get('grant_type', '')}'."
        raise LoginRefused(400, "unsupported_grant_type", 70003, message)
    app_id = form.get("client_id", "")
    if not app_id:
        raise LoginRefused(400, "invalid_request", 900144, "The request body must contain: 'client_id'.")
    token = tokens.mint(_authenticated(cloud, app_id, form), _audience(form))
    lifetime_s = int(LIFETIME.total_seconds()) - 1
    return {"token_type": "Bearer", "expires_in": lifetime_s, "ext_expires_in": lifetime_s, "access_token": token}


def _authenticated(cloud: Cloud, app_id: str, form: Mapping[str, str]) -> ServicePrincipal:
    if form.get("client_assertion_type") == _JWT_BEARER:
        return _asserted(cloud, app_id, form.get("client_assertion", ""))
    secret = form.get("client_secret")
    if not secret:
        message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise LoginRefused(401, "invalid_client", 7000216, message)
    if not cloud.directory.knows_secret(app_id, secret):
        message = (
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{app_id}'."
        )
        raise LoginRefused(401, "invalid_client", 7000215, message)
    return cloud.directory.find(app_id) or cloud.directory.enroll(app_id=app_id, name=app_id)


def _asserted(cloud: Cloud, app_id: str, assertion: str) -> ServicePrincipal:
    """An assertion's issuer is on the internet, so its signature is not checked: its claims are."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        message = "Client assertion is not within its valid time range or is not a well-formed token."
        raise LoginRefused(401, "invalid_client", 50027, message) from error
    entry = cloud.directory.find(app_id) or cloud.directory.enroll(app_id=app_id, name=app_id)
    if entry.kind == "ManagedIdentity" and not _federated(cloud, entry, claims):
        message = (
            f"No matching federated identity record found for presented assertion subject '{claims.get('sub', '')}'. "
            f"Check your federated identity credential Subject, Audience and Issuer against the presented assertion."
        )
        raise LoginRefused(401, "invalid_client", 70021, message)
    return entry


def _federated(cloud: Cloud, entry: ServicePrincipal, claims: Mapping[str, Any]) -> bool:
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"
    presented = claims.get("aud", [])
    audiences = {presented} if isinstance(presented, str) else set(presented)
    return any(
        credential.body["properties"]["issuer"] == claims.get("iss")
        and credential.body["properties"]["subject"] == claims.get("sub")
        and audiences & set(credential.body["properties"]["audiences"])
        for credential in cloud.store.under(entry.resource_id, kind)
    )


def _audience(form: Mapping[str, str]) -> str:
    scope = form.get("scope", "").split(" ")[0]
    audience = scope.removesuffix("/.default") if scope else form.get("resource", "")
    if not audience:
        message = "The request body must contain the following parameter: 'scope'."
        raise LoginRefused(400, "invalid_request", 900144, message)
    return audience


def _refusal(cloud: Cloud, refused: LoginRefused) -> dict[str, Any]:
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    moment = cloud.clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
    return {
        "error": refused.error,
        "error_description": f"AADSTS{refused.number}: {refused.message} Trace ID: {trace} "
        f"Correlation ID: {correlation} Timestamp: {moment}",
        "error_codes": [refused.number],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
    }
