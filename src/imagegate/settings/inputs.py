"""The table of inputs: what an argument, an environment variable or imagegate.yaml may set, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input.

    An argument `--<name>` wins over the environment variable `IMAGEGATE_<NAME>`, which wins over the key `path` of
    imagegate.yaml, which wins over the variable `ambient` (set for other programs as well), which wins over `default`.
    """

    name: str
    path: tuple[str, ...]
    help: str
    ambient: str | None = None
    default: str | None = None
    required: bool = False

    @property
    def variable(self) -> str:
        """The environment variable of our own: `IMAGEGATE_RESOURCE_GROUP`."""
        return "IMAGEGATE_" + self.name.replace("-", "_").upper()


INPUTS: tuple[Input, ...] = (
    Input(
        name="subscription",
        path=("azure", "subscription"),
        help="Subscription id.",
        ambient="AZURE_SUBSCRIPTION_ID",
        required=True,
    ),
    Input(
        name="resource-group",
        path=("azure", "resource-group"),
        help="Resource group of the image template and the gallery.",
        required=True,
    ),
    Input(
        name="smoke-resource-group",
        path=("azure", "smoke-resource-group"),
        help="Resource group of the smoke VMs; by default <resource-group>-smoke.",
    ),
    Input(name="location", path=("azure", "location"), help="Region, such as westeurope.", required=True),
    Input(name="gallery", path=("azure", "gallery"), help="Azure Compute Gallery of the versions.", required=True),
    Input(name="definition", path=("azure", "definition"), help="Image definition in the gallery.", required=True),
    Input(
        name="identity",
        path=("azure", "identity"),
        help="User-assigned identity that Image Builder acts as.",
    ),
    Input(
        name="arm-endpoint",
        path=("azure", "arm-endpoint"),
        help="Resource manager of the cloud.",
        default="https://management.azure.com",
    ),
    Input(
        name="build-timeout",
        path=("build", "timeout"),
        help="How long to wait for a run, such as 90m.",
    ),
)
BY_NAME = {entry.name: entry for entry in INPUTS}
