"""The template as the service has it, compared with what was sent."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegate.model.template_comparison import builder_on_build_vm, compare
from imagegate.model.template_defaults import DEFAULTS, FETCHED_CHECKSUMS, READ_ONLY

GROUP = "/subscriptions/s/resourceGroups/rg"
BUILDER = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
OTHER = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/build"
DEFINITION = f"{GROUP}/providers/Microsoft.Compute/galleries/golden/images/web"

type Body = dict[str, Any]


def template() -> Body:
    """A template as a job sends it."""
    return {
        "location": "West Europe",
        "tags": {"team": "web", "imagegate-job-key": "k"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {BUILDER: {}}},
        "properties": {
            "source": {"type": "PlatformImage", "offer": "debian-12", "sku": "12-gen2", "version": "latest"},
            "customize": [
                {"type": "Shell", "name": "one", "inline": ["true", "id"]},
                {"type": "Shell", "name": "two", "scriptUri": "https://e.org/two.sh"},
            ],
            "vmProfile": {"vmSize": "Standard_D2s_v3", "vnetConfig": {"subnetId": SUBNET}},
            "distribute": [
                {
                    "type": "SharedImage",
                    "runOutputName": name,
                    "galleryImageId": DEFINITION,
                    "excludeFromLatest": True,
                    "artifactTags": {"imagegate-job-key": "k"},
                    "targetRegions": [{"name": "West Europe"}, {"name": "northeurope"}],
                }
                for name in ("first", "second")
            ],
        },
    }


def answered(sent: Body) -> Body:
    """The template as the service answers it: read-only members, defaults and spellings of its own."""
    found = copy.deepcopy(sent)
    properties = found["properties"]
    identities = found["identity"]["userAssignedIdentities"]
    found |= {
        "id": f"{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates/web-x",
        "name": "web-x",
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "location": "westeurope",
        "systemData": {"createdAt": "2026-11-01T12:00:00Z"},
        "tags": {**found["tags"], "cost-centre": "by policy"},
        "identity": {
            "type": "UserAssigned",
            "userAssignedIdentities": {name.lower(): {"principalId": "p", "clientId": "c"} for name in identities},
        },
    }
    properties |= {
        "provisioningState": "Succeeded",
        "lastRunStatus": {"runState": "Succeeded"},
        "exactStagingResourceGroup": f"{GROUP}-staging",
        "stagingResourceGroup": properties.get("stagingResourceGroup", ""),
        "buildTimeoutInMinutes": properties.get("buildTimeoutInMinutes", 0),
        "optimize": properties.get("optimize", {"vmBoot": {"state": "Disabled"}}),
        "errorHandling": {"onCustomizerError": "cleanup", "onValidationError": "cleanup"},
        "managedResourceTags": properties.get("managedResourceTags", {}),
        "vmProfile": {"vmSize": "", "osDiskSizeGB": 0, **properties.get("vmProfile", {})},
        "validate": None,
    }
    properties["source"]["exactVersion"] = "0.20261015.1"
    for step in properties["customize"]:
        if "scriptUri" in step:
            step.setdefault("sha256Checksum", "a" * 64)
    for target in properties["distribute"]:
        target.setdefault("versioning", None)
        for region in target["targetRegions"]:
            region.setdefault("replicaCount", 1)
            region.setdefault("storageAccountType", "Standard_LRS")
            region["name"] = region["name"].replace(" ", "").lower()
    return found


_WORD = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=8)


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """Templates of many forms."""
    body = template()
    properties = body["properties"]
    properties["customize"] = draw(
        st.lists(
            st.fixed_dictionaries(
                {"type": st.just("Shell"), "name": _WORD},
                optional={"inline": st.lists(_WORD, max_size=3), "scriptUri": _WORD},
            ),
            max_size=4,
        )
    )
    for name, values in {
        "buildTimeoutInMinutes": st.integers(0, 960),
        "stagingResourceGroup": st.sampled_from(("", f"{GROUP}-mine")),
        "managedResourceTags": st.dictionaries(_WORD, _WORD, max_size=2),
        "optimize": st.just({"vmBoot": {"state": "Enabled"}}),
    }.items():
        if draw(st.booleans()):
            properties[name] = draw(values)
    if draw(st.booleans()):
        del properties["vmProfile"]
    body["tags"] |= draw(st.dictionaries(_WORD.map(str.lower), _WORD, max_size=3))
    return body


@given(bodies())
def test_what_the_service_adds_is_no_difference(sent: Body) -> None:
    """For any template, the service's read-only members, defaults, spellings and a policy's tags are no difference."""
    assert compare(sent, answered(sent)) == ()
    assert compare(sent, sent) == ()


def _properties(body: Body) -> Body:
    found = body["properties"]
    assert isinstance(found, dict)
    return found


CHANGES: dict[str, tuple[Callable[[Body], object], str]] = {
    "a customizer line added": (
        lambda b: _properties(b)["customize"][0]["inline"].append("evil"),
        "customize[0].inline[2]",
    ),
    "a customizer line removed": (lambda b: _properties(b)["customize"][0]["inline"].pop(), "customize[0].inline[1]"),
    "a customizer added": (lambda b: _properties(b)["customize"].append({"type": "Shell"}), "customize[2]"),
    "customizers in another order": (lambda b: _properties(b)["customize"].reverse(), "customize[0]"),
    "another script": (
        lambda b: _properties(b)["customize"][1].update(scriptUri="https://e.org/3"),
        "customize[1].scriptUri",
    ),
    "a checksum of no script": (lambda b: _properties(b)["customize"][0].update(sha256Checksum="x"), "sha256Checksum"),
    "a key added": (lambda b: _properties(b).update(additionalDataDisks=[{"sizeGB": 1}]), "additionalDataDisks"),
    "an unknown key": (lambda b: _properties(b).update(later={}), "properties.later"),
    "a key with a checksum for its value": (lambda b: _properties(b).update(later="a" * 64), "properties.later"),
    "an empty entry of a list": (lambda b: _properties(b)["customize"].append({}), "customize[2]"),
    "a null in a list": (lambda b: _properties(b)["customize"][0]["inline"].append(None), "customize[0].inline[2]"),
    "a default with another value": (
        lambda b: _properties(b).update(buildTimeoutInMinutes=960),
        "buildTimeoutInMinutes",
    ),
    "the boot optimised": (lambda b: _properties(b).update(optimize={"vmBoot": {"state": "Enabled"}}), "optimize"),
    "run at once": (lambda b: _properties(b).update(autoRun={"state": "Enabled"}), "autoRun"),
    "a validator added": (
        lambda b: _properties(b).update(validate={"inVMValidations": [{"type": "Shell"}]}),
        "validate",
    ),
    "an identity added": (lambda b: b["identity"]["userAssignedIdentities"].update({OTHER: {}}), "identity"),
    "an identity replaced": (lambda b: b["identity"].update(userAssignedIdentities={OTHER: {}}), "identity"),
    "an identity of the build VM": (
        lambda b: _properties(b)["vmProfile"].update(userAssignedIdentities=[OTHER]),
        "vmProfile",
    ),
    "another subnet": (lambda b: _properties(b)["vmProfile"]["vnetConfig"].update(subnetId=SUBNET + "2"), "subnetId"),
    "a network added": (
        lambda b: _properties(b)["vmProfile"]["vnetConfig"].update(containerInstanceSubnetId=SUBNET),
        "containerInstanceSubnetId",
    ),
    "a network removed": (lambda b: _properties(b)["vmProfile"].pop("vnetConfig"), "vnetConfig"),
    "a distributor removed": (lambda b: _properties(b)["distribute"].pop(), "distribute[1]"),
    "distributors in another order": (lambda b: _properties(b)["distribute"].reverse(), "distribute[0].runOutputName"),
    "visible at once": (lambda b: _properties(b)["distribute"][0].update(excludeFromLatest=False), "excludeFromLatest"),
    "the flag gone": (lambda b: _properties(b)["distribute"][0].pop("excludeFromLatest"), "excludeFromLatest"),
    "an artifact tag added": (
        lambda b: _properties(b)["distribute"][0]["artifactTags"].update(a="b"),
        "artifactTags.a",
    ),
    "a region removed": (lambda b: _properties(b)["distribute"][0]["targetRegions"].pop(), "targetRegions[1]"),
    "regions in another order": (
        lambda b: _properties(b)["distribute"][0]["targetRegions"].reverse(),
        "targetRegions[0].name",
    ),
    "another base": (lambda b: _properties(b)["source"].update(sku="12"), "source.sku"),
    "another case in what has one": (lambda b: _properties(b)["source"].update(offer="Debian-12"), "source.offer"),
    "a tag changed": (lambda b: b["tags"].update({"imagegate-job-key": "other"}), "tags.imagegate-job-key"),
    "a tag removed": (lambda b: b["tags"].pop("team"), "tags.team"),
    "a top-level key": (lambda b: b.update(zones=["1"]), "zones"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_found_both_ways(change: str) -> None:
    """A changed, added, removed or moved part is found at its path, whichever side has it."""
    alter, path = CHANGES[change]
    sent, found = template(), answered(template())
    alter(found)

    differences = compare(sent, found)

    assert differences
    assert path in differences[0].path
    assert compare(found, sent) != () or "tag" in change


@given(bodies(), st.data())
def test_a_change_of_any_value_is_found(sent: Body, data: st.DataObject) -> None:
    """Whatever scalar of the body is changed in the service's answer, it is found."""
    found = answered(sent)
    places = list(_scalars(sent, ()))
    place = data.draw(st.sampled_from(places))
    holder: Any = found
    for key in place[:-1]:
        holder = holder[key] if not isinstance(key, str) or key in holder else holder[key.lower()]
    holder[place[-1]] = f"{holder[place[-1]]}-changed"

    assert compare(sent, found) != ()


def _scalars(value: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _scalars(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _scalars(one, (*path, index))
    else:
        yield path


def test_regions_and_ids_have_no_case() -> None:
    """`West Europe` is `westeurope`, ids compare without case; a script's address does not."""
    found = template()
    found["location"] = "WESTEUROPE"
    target = found["properties"]["distribute"][0]
    target["galleryImageId"] = DEFINITION.upper()
    target["targetRegions"][1]["name"] = "North Europe"
    found["properties"]["vmProfile"]["vnetConfig"]["subnetId"] = SUBNET.lower()

    assert compare(template(), found) == ()

    found["properties"]["customize"][1]["scriptUri"] = "https://e.org/TWO.sh"
    assert [one.path for one in compare(template(), found)] == ["properties.customize[1].scriptUri"]


def test_a_checksum_is_filled_in_and_never_replaced() -> None:
    """The service's checksum of a script is no difference where none was sent; another than the one sent is."""
    sent, found = template(), answered(template())
    assert compare(sent, found) == ()
    sent["properties"]["customize"][1]["sha256Checksum"] = "b" * 64
    assert [one.path for one in compare(sent, found)] == ["properties.customize[1].sha256Checksum"]


def test_a_number_is_no_boolean() -> None:
    """`true` is not 1."""
    sent = {"properties": {"vmProfile": {"osDiskSizeGB": 1}}}
    assert compare(sent, {"properties": {"vmProfile": {"osDiskSizeGB": True}}}) != ()


def test_a_difference_shows_no_secret_and_no_page() -> None:
    """Values are redacted, and cut."""
    found = template()
    signed = "https://a.blob.core.windows.net/c/b?sig=c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0&se=2026"
    found["properties"]["customize"][0]["inline"] = [f"curl {signed}", "x" * 1000]

    text = " ".join(map(str, compare(template(), found)))

    assert "c2VjcmV0" not in text
    assert "x" * 200 not in text


@pytest.mark.parametrize(("on_vm", "exposed"), [([], False), ([OTHER], False), ([OTHER, BUILDER.upper()], True)])
def test_the_builder_on_the_build_vm(on_vm: list[str], *, exposed: bool) -> None:
    """The template's own identity among the build VM's is seen, in any case."""
    found = template()
    found["properties"]["vmProfile"]["userAssignedIdentities"] = on_vm

    assert builder_on_build_vm(found) is exposed


def test_every_default_has_a_source() -> None:
    """Each entry of the lists says where it is from."""
    sources = [*READ_ONLY.values(), *(source for _, source in DEFAULTS.values()), *FETCHED_CHECKSUMS.values()]
    assert all(source.startswith(("recorded", "specified")) for source in sources)
