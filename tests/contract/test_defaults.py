"""Every default that the schema, the docs and the README promise is the one that the code has."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from imagegate.errors import exit_codes
from imagegate.flows.verify import DEFAULT_ALLOWED_SOURCE
from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.endpoints import _WELL_KNOWN
from imagegate.gateway.github_access import DEFAULT_API_URL
from imagegate.model import HttpProbe, SmokeSpec, parse_duration
from imagegate.model.probe import parse_probe
from imagegate.model.published_schema import schema
from imagegate.settings import INPUTS, Settings, load_settings
from imagegate.settings.function_settings import load_function_settings
from imagegate.steps.deploy_foundation import Principals, _parameters

_SHORT = """\
name: web
azure: {subscription: 10ca1a2e-0000-4000-8000-000000000001, resource-group: rg, location: westeurope, gallery: golden,
  definition: linux}
"""
_FUNCTION = {
    "AZURE_SUBSCRIPTION_ID": "10ca1a2e-0000-4000-8000-000000000001",
    "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS": "first,second",
    "IMAGEGATE_REPOSITORIES": "acme/images",
    "IMAGEGATE_WORKFLOWS": "*",
    "IMAGEGATE_ORIGIN_CONTAINERS": "https://proofs.example/origin",
    "IMAGEGATE_RECORDS_CONTAINER": "https://proofs.example/records",
}


def _settings(folder: Path) -> Settings:
    (folder / "imagegate.yaml").write_text(_SHORT)
    (folder / "template.json").write_text("{}")
    return load_settings(folder, environment={})


def _used(settings: Settings) -> dict[str, object]:
    """What a short file comes to, by the keys of imagegate.yaml."""
    azure, made, build, smoke = settings.azure, settings.definition, settings.build, settings.smoke
    probe = parse_probe({"http": {}})
    assert isinstance(probe, HttpProbe)
    return {
        "template": settings.template.name,
        "azure.smoke-resource-group": azure.smoke_resource_group,
        "azure.identity": azure.identity,
        "azure.arm-endpoint": azure.arm_endpoint,
        "image-definition.publisher": made.publisher,
        "image-definition.offer": made.offer,
        "image-definition.sku": made.sku,
        "image-definition.security-type": made.security_type,
        "image-definition.hyper-v-generation": made.hyper_v_generation,
        "image-definition.architecture": made.architecture,
        "build.vm-size": build.vm_sizes,
        "build.timeout": build.timeout_s,
        "build.submit-timeout": build.submit_timeout_s,
        "build.wait-for-replication": build.replication_timeout_s,
        "smoke.vm-size": smoke.vm_sizes,
        "smoke.reach": smoke.reach,
        "smoke.probes": smoke.probes,
        "smoke.probes[].http.scheme": probe.scheme,
        "smoke.probes[].http.port": (probe.port, parse_probe({"http": {"scheme": "https"}}).port),
        "smoke.probes[].http.path": probe.path,
        "smoke.probes[].http.status": probe.status,
        "smoke.reboot": smoke.reboot,
        "smoke.deadline": smoke.deadline_s,
        "smoke.regions": smoke.regions,
        "promote": smoke.promote,
    }


_IN_WORDS = {
    "<resource-group>-smoke": "rg-smoke",
    "the image's name": "web",
    "the definition's name": "linux",
    "the template's own limit and half an hour": None,
    "HTTP 200 on port 80": (HttpProbe(port=80, status=200, path="/", scheme="http"),),
    "80, or 443 for https": (80, 443),
    "the version's own": (),
    "vmProfile.vmSize of the template": (),
}


def _promised(body: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Each key of the schema that has a default, as a value or in words."""
    for name, inner in body.get("properties", {}).items():
        key = f"{prefix}{name}"
        if "default" in inner:
            is_duration = inner.get("$ref") == "#/$defs/duration"
            yield key, parse_duration(inner["default"]) if is_duration else inner["default"]
        elif words := re.search(r"Default: (.*)\.$", inner.get("description", "")):
            yield key, _IN_WORDS[words[1]]
        below = inner.get("items", inner)
        if reference := below.get("$ref"):
            below = schema()["$defs"][reference.rsplit("/", 1)[-1]]
        yield from _promised(below, f"{key}{'[]' if 'items' in inner else ''}.")


def test_defaults_of_the_schema(tmp_path: Path) -> None:
    """Each default of imagegate.yaml is what a file without that key comes to, and no default goes unsaid."""
    promised, used = dict(_promised(schema())), _used(_settings(tmp_path))
    used["smoke.vm-size"] = list(_settings(tmp_path).smoke.vm_sizes)

    assert promised == used


def test_a_version_without_tags_is_proved_as_the_schema_says(tmp_path: Path) -> None:
    """The tags of a version leave out what is default, so the model's defaults are those of imagegate.yaml."""
    assert SmokeSpec() == SmokeSpec.from_mapping({}) == _settings(tmp_path).smoke


def test_defaults_of_arguments_are_those_of_the_file() -> None:
    """A command without a folder takes the same default as one with a file that leaves the key out."""
    promised = dict(_promised(schema()))

    for entry in INPUTS:
        assert entry.default in (None, promised.get(".".join(entry.path)))
        if words := re.search(r"by default (.*)\.$", entry.help):
            assert _IN_WORDS[words[1]] == promised[".".join(entry.path)]


def test_clouds_of_the_schema() -> None:
    """The endpoints that imagegate.yaml may name are those whose login host is known without asking."""
    named = schema()["properties"]["azure"]["properties"]["arm-endpoint"]["enum"]

    assert set(named) == set(_WELL_KNOWN)


def test_exit_codes_of_the_readme(repository: Path) -> None:
    """The table of exit codes in the README has each code with the meaning that errors.py gives it."""
    table = (repository / "README.md").read_text().split("| exit | meaning |\n| --- | --- |\n")[1].split("\n\n")[0]

    assert table.splitlines() == [f"| {code} | {meaning} |" for code, meaning in exit_codes().items()]


def _rows(page: Path, head: str) -> Iterator[list[str]]:
    for line in page.read_text().split(head)[1].split("\n\n")[0].splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_defaults_of_the_function(repository: Path) -> None:
    """Each default in docs/function.md is what the Function comes to where the setting is not there."""
    rows = {row[0]: row[1] for row in _rows(repository / "docs" / "function.md", "## Settings\n\n")}
    settings = load_function_settings(_FUNCTION)
    limits = settings.smoke_limits
    group = {"first-smoke": "first templates' group and `-smoke`"}[settings.smoke_group]

    assert [name for name, default in rows.items() if default == "required"] == [
        "`AZURE_SUBSCRIPTION_ID` (or `IMAGEGATE_SUBSCRIPTION`)",
        "`IMAGEGATE_TEMPLATE_RESOURCE_GROUPS`",
        "`IMAGEGATE_REPOSITORIES`",
        "`IMAGEGATE_WORKFLOWS`",
        "`IMAGEGATE_ORIGIN_CONTAINERS`",
        "`IMAGEGATE_RECORDS_CONTAINER`",
    ]
    assert {name: default for name, default in rows.items() if default != "required"} == {
        "`IMAGEGATE_REPOSITORY_IDS`": {0: "none"}[len(settings.repository_ids)],
        "`IMAGEGATE_PROMOTION_CLAIMS`": {0: "none"}[len(settings.promotion_claims)],
        "`IMAGEGATE_GUARD`": {False: "`report`"}[settings.guard_enforces],
        "`IMAGEGATE_GUARDED_DEFINITIONS`": {0: "none"}[len(settings.guarded_definitions)],
        "`IMAGEGATE_ISSUER`": f"`{settings.issuer}`",
        "`IMAGEGATE_ISSUER_KEYS`": settings.issuer_keys or "none",
        "`IMAGEGATE_GALLERY_RESOURCE_GROUPS`": {settings.template_groups: "the templates'"}[settings.gallery_groups],
        "`IMAGEGATE_SMOKE_RESOURCE_GROUP`": group,
        "`IMAGEGATE_PROMOTED_REFS`": {0: "the default branch"}[len(settings.promoted_refs)],
        "`IMAGEGATE_PENDING_LIMIT`": f"`{settings.pending_limit_s // 3600}h`",
        "`IMAGEGATE_ALLOWED_SOURCE`": f"`{limits.bounds.allowed_source}`",
        "`IMAGEGATE_SMOKE_VM_SIZES`": f"`{','.join(limits.bounds.vm_sizes)}`",
        "`IMAGEGATE_SMOKE_VMS_AT_ONCE`": f"`{limits.at_once}`",
        "`IMAGEGATE_SMOKE_VMS_PER_DAY`": f"`{limits.per_day}`",
        "`IMAGEGATE_VERDICT_TOPIC`": {"": "none"}[settings.verdict_topic],
        "`IMAGEGATE_GITHUB_APP_ID`, `IMAGEGATE_GITHUB_APP_PRIVATE_KEY`": "none",
        "`IMAGEGATE_GITHUB_API_URL`": f"`{DEFAULT_API_URL}`",
        "`IMAGEGATE_ARM_ENDPOINT`": f"`{settings.arm_endpoint}`",
    }


def test_limits_of_the_template() -> None:
    """What `function.json` sets where nobody says otherwise is what the Function comes to by itself."""
    given = {name: entry.get("defaultValue") for name, entry in azure_template("function")["parameters"].items()}
    limits = load_function_settings(_FUNCTION).smoke_limits

    assert given["smokeVmSizes"] == ",".join(limits.bounds.vm_sizes)
    assert (given["smokeVmsAtOnce"], given["smokeVmsPerDay"]) == (limits.at_once, limits.per_day)
    assert limits.bounds.allowed_source == DEFAULT_ALLOWED_SOURCE


def test_foundation_has_no_default_of_its_own(tmp_path: Path) -> None:
    """A parameter that `imagegate setup` always gives has the same default in the template, or none."""
    template = azure_template("foundation")
    given = _parameters(_settings(tmp_path), template, Principals())

    assert len(given) > 5
    defaults = {name: template["parameters"][name].get("defaultValue", value) for name, value in given.items()}
    assert defaults == given


def test_editors_find_the_schema(repository: Path) -> None:
    """The schema has an address, and each imagegate.yaml of the repository names the file of the schema."""
    assert json.loads((repository / "src/imagegate/imagegate.schema.json").read_text())["$id"].startswith("https://")
    files = [*(repository / "templates").rglob("imagegate.yaml"), *(repository / "examples").rglob("imagegate.yaml")]
    assert files
    for file in files:
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text())
        assert named, file
        assert (file.parent / named[1]).resolve() == repository / "src" / "imagegate" / "imagegate.schema.json"
