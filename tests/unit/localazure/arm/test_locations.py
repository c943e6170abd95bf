"""Regions and how they are spelled."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from localazure.arm.locations import LOCATIONS, normalized


def test_display_and_short_names_are_one_region() -> None:
    """ARM takes both and answers the short one."""
    assert normalized("West Europe") == normalized("WESTEUROPE") == "westeurope"
    assert LOCATIONS["westeurope"].document("s")["regionalDisplayName"] == "(Europe) West Europe"


def test_names_are_azures(corpus: Path) -> None:
    """Every region here is in the recorded list of real ones, with the same display name, or is newer than that."""
    recording = corpus / "arm-recordings" / "cli2023__test_image_build_trigger.yaml"
    interactions = yaml.load(recording.read_text(), Loader=yaml.CSafeLoader)["interactions"]
    listed = next(entry for entry in interactions if "/locations?" in entry["request"]["uri"])
    real = {entry["name"]: entry["displayName"] for entry in json.loads(listed["response"]["body"]["string"])["value"]}
    newer = {"italynorth", "polandcentral", "spaincentral", "israelcentral"}
    ours = {location.name: location.display_name for location in LOCATIONS.values() if location.name not in newer}
    assert {name: real.get(name) for name in ours} == ours
