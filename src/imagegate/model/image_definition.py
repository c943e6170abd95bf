"""An image definition of a gallery: what its versions are, and so what a VM of them must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from imagegate.model.resource_id import ResourceId

_TRUSTED_LAUNCH = {"trustedlaunch", "trustedlaunchsupported"}


@dataclass(frozen=True, kw_only=True)
class ImageDefinition:
    """`security_type` is the definition's feature as written, `Standard` where it has none."""

    id: ResourceId
    location: str
    os_type: str = "Linux"
    os_state: str = "Generalized"
    hyper_v_generation: str = "V1"
    architecture: str = "x64"
    security_type: str = "Standard"
    features: Mapping[str, str]
    purchase_plan: Mapping[str, str] | None = None

    @classmethod
    def from_arm(cls, body: Mapping[str, Any]) -> Self:
        """From the resource as ARM answers it."""
        properties = body.get("properties") or {}
        features = {str(f.get("name")): str(f.get("value")) for f in properties.get("features") or []}
        by_word = {name.lower(): value for name, value in features.items()}
        return cls(
            id=ResourceId.parse(body["id"]),
            location=str(body.get("location", "")),
            os_type=str(properties.get("osType", "Linux")),
            os_state=str(properties.get("osState", "Generalized")),
            hyper_v_generation=str(properties.get("hyperVGeneration") or "V1"),
            architecture=str(properties.get("architecture") or "x64"),
            security_type=by_word.get("securitytype", "Standard"),
            features=features,
            purchase_plan=properties.get("purchasePlan"),
        )

    @property
    def vm_security_type(self) -> str:
        """What a VM of this definition is made with: `TrustedLaunch` where it must or may be, else `Standard`.

        Source: Azure Compute Gallery documentation, table of security types.
        """
        return "TrustedLaunch" if self.security_type.lower() in _TRUSTED_LAUNCH else "Standard"
