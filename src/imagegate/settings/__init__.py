"""Environment, inputs and imagegate.yaml become one frozen Settings; all faults at once."""

from imagegate.settings.inputs import INPUTS, Input
from imagegate.settings.load import FILE_NAME, load_cloud_settings, load_settings
from imagegate.settings.model import AzureSettings, BuildSettings, CloudSettings, DefinitionSettings, Settings

__all__ = [
    "FILE_NAME",
    "INPUTS",
    "AzureSettings",
    "BuildSettings",
    "CloudSettings",
    "DefinitionSettings",
    "Input",
    "Settings",
    "load_cloud_settings",
    "load_settings",
]
