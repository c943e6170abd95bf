"""The least environment of the Function that its settings accept."""

from imagegate.settings.function_settings import FunctionSettings, load_function_settings

_LEAST = {
    "AZURE_SUBSCRIPTION_ID": "11111111-2222-3333-4444-555555555555",
    "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS": "rg-images",
    "IMAGEGATE_REPOSITORIES": "acme/images",
    "IMAGEGATE_WORKFLOWS": "*",
    "IMAGEGATE_ORIGIN_CONTAINERS": "https://proofs.example/origin",
    "IMAGEGATE_RECORDS_CONTAINER": "https://proofs.example/records",
}


def function_settings(**changed: str) -> FunctionSettings:
    """The settings of that environment, with variables that differ or are added."""
    return load_function_settings(_LEAST | changed)
