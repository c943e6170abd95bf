"""Environment, inputs and imagegate.yaml become one frozen Settings; all faults at once."""

from typing import TYPE_CHECKING, Any

from imagegate.settings.inputs import INPUTS, Input
from imagegate.settings.model import AzureSettings, BuildSettings, CloudSettings, DefinitionSettings, Settings

if TYPE_CHECKING:
    from imagegate.settings.load import FILE_NAME, image_name, load_cloud_settings, load_settings

__all__ = [
    "FILE_NAME",
    "INPUTS",
    "AzureSettings",
    "BuildSettings",
    "CloudSettings",
    "DefinitionSettings",
    "Input",
    "Settings",
    "image_name",
    "load_cloud_settings",
    "load_settings",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute
    """What reads imagegate.yaml, once it is asked for: the Function has no such file, and its worker starts cold."""
    if name in __all__:
        from imagegate.settings import load

        return getattr(load, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
