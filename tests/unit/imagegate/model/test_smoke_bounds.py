"""The verifier's own bounds for what tags say."""

import pytest

from imagegate.model import SmokeSpec
from imagegate.model.smoke_bounds import SmokeBounds


def test_what_imagegate_builds_by_default_is_within_bounds() -> None:
    """A version whose imagegate.yaml says nothing is verified by a verifier whose settings say nothing."""
    assert SmokeBounds().fault_of(SmokeSpec()) is None


@pytest.mark.parametrize("size", ["Standard_B2ms", "standard_d2ps_v5", "Standard_D2s_v3"])
def test_small_sizes_are_within_bounds(size: str) -> None:
    """Sizes compare without capitals, as in Azure."""
    assert SmokeBounds().fault_of(SmokeSpec(vm_sizes=(size,))) is None


def test_every_size_counts() -> None:
    """One large size among the alternatives is enough; the sentence names tag, value and bound."""
    fault = SmokeBounds().fault_of(SmokeSpec(vm_sizes=("Standard_D2s_v3", "Standard_M416ms_v2")))

    assert fault == (
        "vm-size Standard_M416ms_v2 in the tags imagegate-smoke-… is outside of IMAGEGATE_SMOKE_VM_SIZES "
        "(Standard_B*, Standard_D2*)."
    )


@pytest.mark.parametrize(
    ("bound", "source"),
    [
        ("Internet", "0.0.0.0/0"),
        ("Internet", "AzureCloud"),
        ("0.0.0.0/0", "Internet"),
        ("*", "Internet"),
        ("203.0.113.0/24", "203.0.113.7"),
        ("203.0.113.0/24", "203.0.113.128/25"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:db8::/32", "2001:db8::1"),
        ("AzureCloud", "azurecloud.westeurope"),
        ("AzureCloud.westeurope", "AzureCloud.WestEurope"),
    ],
)
def test_narrower_sources_are_within_bounds(bound: str, source: str) -> None:
    """A version may let fewer reach the probed ports than the verifier would."""
    assert SmokeBounds(allowed_source=bound).fault_of(SmokeSpec(allow_from=source)) is None


@pytest.mark.parametrize(
    ("bound", "source"),
    [
        ("203.0.113.0/24", "Internet"),
        ("203.0.113.0/24", "0.0.0.0/0"),
        ("203.0.113.0/24", "203.0.0.0/16"),
        ("203.0.113.0/24", "198.51.100.1"),
        ("203.0.113.0/24", "::/0"),
        ("203.0.113.0/24", "AzureCloud.westeurope"),
        ("AzureCloud.westeurope", "AzureCloud"),
        ("AzureCloud.westeurope", "AzureCloud.northeurope"),
        ("AzureCloud", "AzureCloudOfMine"),
        ("AzureCloud.westeurope", "20.1.2.3"),
    ],
)
def test_wider_sources_are_out_of_bounds(bound: str, source: str) -> None:
    """No tag opens a smoke VM to anybody whom the verifier's setting leaves out."""
    fault = SmokeBounds(allowed_source=bound).fault_of(SmokeSpec(allow_from=source))

    assert (
        fault == f"allow-from {source} in the tags imagegate-smoke-… is outside of IMAGEGATE_ALLOWED_SOURCE ({bound})."
    )


def test_there_and_back() -> None:
    """The bounds travel in a job."""
    bounds = SmokeBounds(vm_sizes=("A", "B*"), allowed_source="AzureCloud")

    assert SmokeBounds.from_json(bounds.to_json()) == bounds
