"""Image templates: submission, its refusals and failures, reading, deletion."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench
from image_world import DEFINITION, NEWEST, TEMPLATE, make_definition, make_template, shared_image, template_body
from localazure.access.built_in_roles import OWNER

API = "2024-02-01"


def test_submission_as_recorded(bench: Bench) -> None:
    """A PUT answers 201 with the service's empty values, an Azure-AsyncOperation and no Location."""
    make_definition(bench)
    identity = bench.identity("builder")
    response = bench("PUT", TEMPLATE, template_body(identity, vmProfile={}), api_version="2022-07-01")
    assert response.status == 201
    assert "Location" not in response.headers
    properties = response.body["properties"]
    assert properties["provisioningState"] == "Creating"
    assert properties["vmProfile"] == {"vmSize": "", "osDiskSizeGB": 0}
    assert properties["buildTimeoutInMinutes"] == 0
    assert (properties["stagingResourceGroup"], properties["exactStagingResourceGroup"]) == ("", "")
    assert properties["source"]["exactVersion"] == "latest"
    assert response.body["identity"]["userAssignedIdentities"] == {identity: {}}
    assert "/resourcegroups/rg/" in response.body["id"]
    bench.cloud.complete(response)
    body = bench.body(TEMPLATE, api_version="2022-07-01")
    assert body["properties"]["provisioningState"] == "Succeeded"
    assert body["properties"]["source"]["exactVersion"] == "0.20260101.1984"
    assert set(body["identity"]["userAssignedIdentities"][identity]) == {"principalId", "clientId"}
    staging = body["properties"]["exactStagingResourceGroup"]
    assert re.fullmatch(rf"{SUBSCRIPTION}/resourceGroups/IT_rg_apache_[0-9a-f-]{{36}}", staging)
    tags = bench.body(staging, api_version="2021-04-01")["tags"]
    assert tags == {
        "createdBy": "AzureVMImageBuilder",
        "imageTemplateName": "apache",
        "imageTemplateResourceGroupName": "rg",
    }


def test_old_versions_show_the_exact_version_in_the_version(bench: Bench) -> None:
    """2020-02-14 knows no staging group and prints `latest (exact)`, as recorded."""
    make_template(bench)
    properties = bench.body(TEMPLATE, api_version="2020-02-14")["properties"]
    assert properties["source"]["version"] == "latest (0.20260101.1984)"
    assert "exactStagingResourceGroup" not in properties


def test_a_template_cannot_be_submitted_again(bench: Bench) -> None:
    """A second PUT is a Conflict, identical or not."""
    make_template(bench)
    body = template_body(bench.identity("builder"))
    error = bench.error("PUT", TEMPLATE, body, api_version=NEWEST)
    assert (error["status"], error["code"]) == (409, "Conflict")
    assert error["message"] == "Update/Upgrade of image templates is currently not supported"


def test_lists(bench: Bench) -> None:
    """A template is listed in its group and in its subscription."""
    make_template(bench)
    kind = "providers/Microsoft.VirtualMachineImages/imageTemplates"
    for scope in (RG, SUBSCRIPTION):
        assert [one["name"] for one in bench.body(f"{scope}/{kind}", api_version=NEWEST)["value"]] == ["apache"]


def test_unknown_field_since_2024(bench: Bench) -> None:
    """A field in another case is refused with the sentence of the release notes; before 2024 it was taken."""
    make_definition(bench)
    body = template_body(bench.identity("builder"))
    body["properties"]["optimize"] = {"vmboot": {"state": "Enabled"}}
    error = bench.error("PUT", TEMPLATE, body, api_version=API)
    assert error["status"] == 400
    assert error["message"] == (
        "Unmarshalling entity encountered error: unmarshalling type *v2024_02_01.ImageTemplate: struct field "
        "Properties: unmarshalling type *v2024_02_01.ImageTemplateProperties: struct field Optimize: unmarshalling "
        "type *v2024_02_01.ImageTemplatePropertiesOptimize: unmarshalling type "
        "*v2024_02_01.ImageTemplatePropertiesOptimize, "
        'unknown field "vmboot". There is an issue with the syntax with the JSON template you are submitting. Please '
        "check the JSON template for syntax and grammar. For more information on the syntax and grammar of the JSON "
        "template, visit http://aka.ms/azvmimagebuildertmplref."
    )
    assert bench("PUT", TEMPLATE, body, api_version="2022-07-01").status == 201
    assert bench.body(TEMPLATE, api_version=API)["properties"]["optimize"] == {"vmBoot": {"state": "Enabled"}}


@pytest.mark.parametrize("field", ["apiVersion", "dependsOn"])
def test_fields_of_a_deployment_template_are_no_template_fields(bench: Bench, field: str) -> None:
    """What belongs to a deployment template is refused in a body since 2024."""
    make_definition(bench)
    error = bench.error("PUT", TEMPLATE, {**template_body(bench.identity("b")), field: "x"}, api_version=API)
    assert f'unmarshalling type *v2024_02_01.ImageTemplate, unknown field "{field}"' in error["message"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": None}, "'ImageTemplate.properties': Missing field 'source'"),
        ({"distribute": []}, "'ImageTemplate.properties': Missing field 'distribute'"),
        ({"source": {"type": "Iso"}}, "'ImageTemplate.properties.source': Field 'type' has a bad value: 'Iso'"),
        (
            {"source": {"type": "ManagedImage", "imageId": "nowhere"}},
            "'ImageTemplate.properties.source': Field 'imageId' has a bad value: 'nowhere'",
        ),
        ({"buildTimeoutInMinutes": 961}, "Field 'buildTimeoutInMinutes' has a bad value: '961'"),
        ({"customize": [{"type": "Shell"}]}, "'ImageTemplate.properties.customize[0]': Missing field 'scriptUri'"),
        (
            {"customize": [{"type": "Shell", "inline": ["x"], "sha256Checksum": "ABC"}]},
            "'ImageTemplate.properties.customize[0]': Field 'sha256Checksum' has a bad value: 'ABC'",
        ),
        ({"distribute": [shared_image(runOutputName="a b")]}, "Field 'runOutputName' has a bad value: 'a b'"),
        ({"distribute": [shared_image(), shared_image()]}, "distribute[1]': Field 'runOutputName' has a bad value"),
        ({"distribute": [shared_image(replicationRegions=["westus"])]}, "Field 'replicationRegions' has a bad value"),
        ({"distribute": [shared_image(targetRegions=None)]}, "Missing field 'targetRegions'"),
        ({"distribute": [shared_image(versioning={"scheme": "Newest"})]}, "Field 'scheme' has a bad value: 'Newest'"),
        ({"distribute": [{"type": "VHD"}]}, "'ImageTemplate.properties.distribute[0]': Missing field 'runOutputName'"),
        ({"vmProfile": {"vnetConfig": {"containerInstanceSubnetId": "x"}}}, "Missing field 'subnetId'"),
        ({"errorHandling": {"onCustomizerError": "retry"}}, "Field 'onCustomizerError' has a bad value: 'retry'"),
    ],
)
def test_bad_values(bench: Bench, changes: dict[str, Any], said: str) -> None:
    """A body that cannot be taken is refused with ValidationFailed, in the service's words, and nothing is kept."""
    make_definition(bench)
    error = bench.error("PUT", TEMPLATE, template_body(bench.identity("b"), **changes), api_version=NEWEST)
    assert (error["status"], error["code"]) == (400, "ValidationFailed")
    assert error["message"].startswith("Validation failed: 'ImageTemplate")
    assert said in error["message"]
    assert bench("GET", TEMPLATE, api_version=NEWEST).status == 404


@pytest.mark.parametrize("identity", [None, {"type": "SystemAssigned"}, {"type": "UserAssigned"}])
def test_identity_is_required(bench: Bench, identity: dict[str, Any] | None) -> None:
    """Exactly one user-assigned identity is needed."""
    body = {**template_body(bench.identity("b")), "identity": identity}
    error = bench.error("PUT", TEMPLATE, body, api_version=NEWEST)
    assert error["code"] == "ValidationFailed"
    assert "identity" in error["message"]


def test_identity_has_to_exist_and_be_assignable(bench: Bench) -> None:
    """An identity that is not there, or that the caller may not attach, is Resource Manager's refusal."""
    make_definition(bench)
    absent = f"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/absent"
    assert bench.error("PUT", TEMPLATE, template_body(absent), api_version=NEWEST)["code"] == "FailedIdentityOperation"
    caller = bench.stranger("writer")
    bench.grant(caller.object_id, OWNER, TEMPLATE.replace("~", RG))
    body = template_body(bench.identity("builder"))
    error = bench.error("PUT", TEMPLATE, body, api_version=NEWEST, principal=caller)
    assert (error["status"], error["code"]) == (403, "LinkedAuthorizationFailed")


def test_a_base_that_the_engine_cannot_make_is_refused_at_once(bench: Bench) -> None:
    """The engine's own sentence is the refusal, under a code of the local cloud."""
    source = {
        "type": "PlatformImage",
        "publisher": "MicrosoftWindowsServer",
        "offer": "WindowsServer",
        "sku": "2022-datacenter",
        "version": "latest",
    }
    error = bench.error("PUT", TEMPLATE, template_body(bench.identity("b"), source=source), api_version=NEWEST)
    assert (error["status"], error["code"]) == (400, "NotSupportedByLocalCloud")
    assert "MicrosoftWindowsServer" in error["message"]


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        (
            {"distribute": [shared_image(galleryImageId=f"{DEFINITION}x".replace("~", RG))]},
            "BadSharedImageDistribute",
            "was not found",
        ),
        (
            {
                "source": {
                    "type": "SharedImageVersion",
                    "imageVersionId": f"{DEFINITION}/versions/1.0.0".replace("~", RG),
                }
            },
            "BadSharedImageVersionSource",
            "was not found",
        ),
    ],
)
def test_failed_submission_leaves_a_failed_template(
    bench: Bench, changes: dict[str, Any], code: str, said: str
) -> None:
    """What only shows after acceptance leaves a Failed template with a provisioning error, which stands in the way."""
    record = make_template(bench, **changes)
    assert record["status"] == "Failed"
    properties = bench.body(TEMPLATE, api_version=NEWEST)["properties"]
    assert properties["provisioningState"] == "Failed"
    assert properties["provisioningError"]["provisioningErrorCode"] == code
    assert said in properties["provisioningError"]["message"]
    assert properties["exactStagingResourceGroup"]
    assert bench.error("POST", f"{TEMPLATE}/run", api_version=NEWEST)["code"] == "OperationNotAllowed"
    assert bench.error("PUT", TEMPLATE, template_body(bench.identity("b")), api_version=NEWEST)["code"] == "Conflict"
    assert bench.settled("DELETE", TEMPLATE, api_version=NEWEST)["status"] == "Succeeded"


def test_identity_without_rights_on_the_gallery(bench: Bench) -> None:
    """The recorded sentence tells which resource the template's identity may not read."""
    make_definition(bench)
    body = template_body(bench.identity("poor", owner=False))
    record = bench.settled("PUT", TEMPLATE, body, api_version=NEWEST)
    assert record["error"] == {
        "code": "Unauthorized",
        "message": f"Not authorized to access the resource: {DEFINITION.replace('~', RG)}. Please check the user "
        "assigned identity has the correct permissions. For more details, go to https://aka.ms/azvmimagebuilderts.",
    }
    error = bench.body(TEMPLATE, api_version=NEWEST)["properties"]["provisioningError"]
    assert error == {"provisioningErrorCode": "Other", "message": record["error"]["message"]}


@pytest.mark.parametrize(
    ("security", "taken"), [("TrustedLaunchSupported", True), ("Standard", True), ("TrustedLaunch", False)]
)
def test_security_types_have_to_agree(bench: Bench, security: str, taken: bool) -> None:
    """A generation 2 base goes into a definition that supports Trusted Launch, or has none; not where it is a must."""
    make_definition(bench, features=[{"name": "SecurityType", "value": security}])

    record = bench.settled("PUT", TEMPLATE, template_body(bench.identity("builder")), api_version=NEWEST)

    message = (record.get("error") or {}).get("message", "")
    assert ("Source and destination must have the same security type" not in message) is taken


def test_deletion_takes_the_staging_group_along(bench: Bench) -> None:
    """Deleting a template removes its staging group, its outputs and the template; a second DELETE answers 204."""
    make_template(bench)
    staging = bench.body(TEMPLATE, api_version=NEWEST)["properties"]["exactStagingResourceGroup"]
    response = bench("DELETE", TEMPLATE, api_version=NEWEST)
    assert response.status == 202
    assert response.headers["Location"] == response.headers["Azure-AsyncOperation"]
    bench.cloud.complete(response)
    assert bench("GET", staging, api_version="2021-04-01").status == 404
    assert bench.cloud.store.under(staging) == []
    assert bench("DELETE", TEMPLATE, api_version=NEWEST).status == 204


def test_staging_group_of_ones_own(bench: Bench) -> None:
    """A group that is there is used, tagged `usedBy`, and emptied but kept when the template goes."""
    group = f"{SUBSCRIPTION}/resourceGroups/mine"
    bench("PUT", group, {"location": "westeurope", "tags": {"a": "b"}})
    make_definition(bench)
    identity = bench.identity("builder")
    principal = bench.body(identity)["properties"]["principalId"]
    bench.grant(principal, OWNER, group)
    body = template_body(identity, stagingResourceGroup=group)
    assert bench.settled("PUT", TEMPLATE, body, api_version=NEWEST)["status"] == "Succeeded"
    assert bench.body(TEMPLATE, api_version=NEWEST)["properties"]["exactStagingResourceGroup"] == group
    assert bench.body(group)["tags"]["usedBy"] == "AzureVMImageBuilder"
    bench.settled("DELETE", TEMPLATE, api_version=NEWEST)
    assert bench.body(group)["tags"] == {"a": "b"}
    assert bench.cloud.store.under(group, "Microsoft.Storage/storageAccounts") == []


def test_staging_group_in_use_is_refused(bench: Bench) -> None:
    """A group with something in it cannot be a staging group."""
    body = template_body(bench.identity("builder"), stagingResourceGroup=RG)
    make_definition(bench)
    bench.settled("PUT", TEMPLATE, body, api_version=NEWEST)
    error = bench.body(TEMPLATE, api_version=NEWEST)["properties"]["provisioningError"]
    assert error["provisioningErrorCode"] == "BadStagingResourceGroup"


@pytest.mark.parametrize("version", ["2020-02-14", "2021-10-01", "2022-02-14", "2022-07-01", "2023-07-01"])
def test_published_examples_are_understood(bench: Bench, corpus: Path, version: str) -> None:
    """The specification's own Linux example of each version gets as far as its source, which nobody can build here."""
    path = corpus / "rest-specs" / "imagebuilder" / version / "examples" / "CreateImageTemplateLinux.json"
    example = json.loads(path.read_text())["parameters"]["parameters"]
    example["identity"] = template_body(bench.identity("builder"))["identity"]
    response = bench("PUT", TEMPLATE, example, api_version=version)
    said = response.body.get("error", {}).get("message", "")
    assert response.status in (201, 400), said
    assert "Unmarshalling" not in said
