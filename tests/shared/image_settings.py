"""Settings of an image, as a loaded imagegate.yaml gives them."""

from __future__ import annotations

from pathlib import Path

from imagegate.model import SmokeSpec
from imagegate.settings import AzureSettings, BuildSettings, DefinitionSettings, Settings


def image_settings(folder: Path, *, subscription_id: str, security_type: str = "Standard") -> Settings:
    """Settings of the image `web` in West Europe, with everything that has a default at it."""
    return Settings(
        folder=folder,
        file=folder / "imagegate.yaml",
        name="web",
        template=folder / "template.json",
        parameters=None,
        azure=AzureSettings(
            arm_endpoint="https://management.azure.com",
            subscription_id=subscription_id,
            resource_group="rg",
            smoke_resource_group="rg-smoke",
            location="westeurope",
            gallery="golden",
            definition="web",
            identity="imagegate-builder",
        ),
        definition=DefinitionSettings(
            publisher="imagegate",
            offer="web",
            sku="web",
            security_type=security_type,
            hyper_v_generation="V2",
            architecture="x64",
        ),
        build=BuildSettings(timeout_s=None, submit_timeout_s=60, replication_timeout_s=60),
        smoke=SmokeSpec(),
    )
