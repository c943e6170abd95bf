"""The credential that the environment offers."""

from collections.abc import Callable, Mapping
from typing import Any

from azure.core.credentials import TokenCredential

from imagegate.gateway.endpoints import Endpoints


def credential_of(
    environment: Mapping[str, str],
    endpoints: Endpoints,
    *,
    on_secret: Callable[[str], None] = lambda _: None,
    **transport: Any,  # noqa: ANN401
) -> TokenCredential:
    """The first that applies; in a GitHub job one that says what the job lacks when it fails.

    Secret, certificate, federated token file, the GitHub job's own token, and then the order of DefaultAzureCredential
    (managed identity, az login, …), which reads the process's own environment.

    The first four are told apart by their variables alone, so that nothing is probed and nothing slow is imported. A
    job's token is asked for anew whenever Azure wants a new assertion: it lives five minutes, a build much longer.
    `on_secret` is told every token in a job, before it is used.
    """
    found = _credential_of(environment, endpoints, on_secret, transport)
    if environment.get("GITHUB_ACTIONS") != "true":
        return found
    from imagegate.gateway.job_credential import JobCredential

    return JobCredential(found, environment, on_secret=on_secret)


def _credential_of(
    environment: Mapping[str, str],
    endpoints: Endpoints,
    on_secret: Callable[[str], None],
    transport: Mapping[str, Any],
) -> TokenCredential:
    options: dict[str, Any] = {
        "authority": endpoints.authority,
        "disable_instance_discovery": not endpoints.well_known_authority,
        **transport,
    }
    tenant_id, client_id = environment.get("AZURE_TENANT_ID"), environment.get("AZURE_CLIENT_ID")
    if tenant_id and client_id:
        if secret := environment.get("AZURE_CLIENT_SECRET"):
            from azure.identity import ClientSecretCredential

            return ClientSecretCredential(tenant_id, client_id, secret, **options)
        if certificate := environment.get("AZURE_CLIENT_CERTIFICATE_PATH"):
            from azure.identity import CertificateCredential

            password = environment.get("AZURE_CLIENT_CERTIFICATE_PASSWORD")
            return CertificateCredential(tenant_id, client_id, certificate, password=password, **options)
        if token_file := environment.get("AZURE_FEDERATED_TOKEN_FILE"):
            from azure.identity import WorkloadIdentityCredential

            return WorkloadIdentityCredential(
                tenant_id=tenant_id, client_id=client_id, token_file_path=token_file, **options
            )
        if environment.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
            from azure.identity import ClientAssertionCredential

            from imagegate.gateway.github_token import GitHubJobToken

            token = GitHubJobToken(environment, on_secret=on_secret, **transport)
            return ClientAssertionCredential(tenant_id, client_id, token, **options)
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential(**options)
