"""What a client asks before it has a token: the cloud's endpoints and the login authority's configuration."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from localazure.cloud import Cloud

ARM_AUDIENCES = ("https://management.core.windows.net/", "https://management.azure.com/")
STORAGE_AUDIENCE = "https://storage.azure.com"
CLOUD_NAME = "localazure"


def routes(cloud: Cloud) -> list[BaseRoute]:
    """The endpoints that are served without a token."""

    async def endpoints(request: Request) -> Response:
        return JSONResponse(endpoint_document(cloud, request.query_params.get("api-version", "")))

    async def configuration(request: Request) -> Response:
        return JSONResponse(openid_configuration(cloud, request.path_params["tenant"]))

    async def discovery(_: Request) -> Response:
        return JSONResponse(instance_discovery(cloud))

    return [
        Route("/metadata/endpoints", endpoints),
        Route("/common/discovery/instance", discovery),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", configuration),
        Route("/{tenant}/.well-known/openid-configuration", configuration),
    ]


def endpoint_document(cloud: Cloud, api_version: str) -> Any:  # noqa: ANN401 - a list or an object, by version
    """`/metadata/endpoints` as Azure answers it: an object since 2022, a list before, other names in 2015."""
    audiences = [cloud.arm_endpoint, *ARM_AUDIENCES]
    if api_version[:4] in {"2015", "2018"}:
        return {
            "galleryEndpoint": cloud.arm_endpoint,
            "graphEndpoint": cloud.arm_endpoint,
            "portalEndpoint": cloud.arm_endpoint,
            "authentication": {"loginEndpoint": cloud.arm_endpoint, "audiences": audiences},
        }
    document = {
        "name": CLOUD_NAME,
        "portal": cloud.arm_endpoint,
        "resourceManager": cloud.arm_endpoint,
        "authentication": {
            "loginEndpoint": cloud.arm_endpoint,
            "audiences": audiences,
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graph": cloud.arm_endpoint,
        "graphAudience": cloud.arm_endpoint,
        "microsoftGraphResourceId": f"{cloud.arm_endpoint}/",
        "gallery": cloud.arm_endpoint,
        "suffixes": {
            "storage": _storage_suffix(cloud),
            "keyVaultDns": "vault.localhost",
            "acrLoginServer": "azurecr.localhost",
        },
    }
    return [document] if api_version[:4] in {"2019", "2020"} else document


def _storage_suffix(cloud: Cloud) -> str:
    """What a client puts behind `account.blob.`; the port is part of it. Before the blobs have one: the name alone."""
    return cloud.blob_endpoint.removeprefix("https://") or "localhost"


def openid_configuration(cloud: Cloud, tenant: str) -> dict[str, Any]:
    """The authority's configuration; `common` and `organizations` answer with the one tenant."""
    authority = f"{cloud.arm_endpoint}/{tenant}"
    return {
        "issuer": f"{cloud.arm_endpoint}/{cloud.tenant_id}/v2.0",
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "token_endpoint": f"{authority}/oauth2/v2.0/token",
        "jwks_uri": f"{cloud.arm_endpoint}/{cloud.tenant_id}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": ["token"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": [".default"],
        "tenant_region_scope": None,
        "cloud_instance_name": "localhost",
    }


def instance_discovery(cloud: Cloud) -> dict[str, Any]:
    """The answer to clients that ask whether this authority is known: it is, and it knows no other."""
    host = cloud.arm_endpoint.removeprefix("https://")
    return {
        "tenant_discovery_endpoint": f"{cloud.arm_endpoint}/{cloud.tenant_id}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }
