"""The Function's application settings."""

import pytest

from imagegate.errors import InputError
from imagegate.settings.function_settings import load_function_settings

_WHOLE = {
    "AZURE_SUBSCRIPTION_ID": "11111111-2222-3333-4444-555555555555",
    "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS": "rg-images, rg-more",
    "IMAGEGATE_REPOSITORIES": "Acme/Images",
    "IMAGEGATE_WORKFLOWS": "acme/images/.github/workflows/image.yml@refs/heads/main, *",
    "IMAGEGATE_ORIGIN_CONTAINERS": "https://proofs.example/origin",
    "IMAGEGATE_RECORDS_CONTAINER": "https://proofs.example/records",
}


def test_what_is_left_out_has_a_default() -> None:
    """Galleries are in the templates' groups, smoke VMs beside the first of them, the public cloud is meant."""
    settings = load_function_settings(_WHOLE)

    assert settings.template_groups == settings.gallery_groups == ("rg-images", "rg-more")
    assert settings.smoke_group == "rg-images-smoke"
    assert settings.arm_endpoint == "https://management.azure.com"
    assert settings.promoted_refs == ()
    assert settings.pending_limit_s == 86400
    assert settings.verdict_topic == ""
    assert (settings.guard_enforces, settings.guarded_definitions) == (False, frozenset())
    assert settings.origin_rules.issuer == "https://token.actions.githubusercontent.com"
    assert settings.origin_rules.repository_ids == frozenset()


def test_everything_can_be_said() -> None:
    """Each setting is read."""
    settings = load_function_settings(
        {
            **_WHOLE,
            "IMAGEGATE_ARM_ENDPOINT": "https://arm.example/",
            "IMAGEGATE_SUBSCRIPTION": "other",
            "IMAGEGATE_GALLERY_RESOURCE_GROUPS": "rg-gallery",
            "IMAGEGATE_SMOKE_RESOURCE_GROUP": "rg-smoke",
            "IMAGEGATE_PROMOTED_REFS": "refs/heads/release/1,refs/tags/v1",
            "IMAGEGATE_PENDING_LIMIT": "90m",
            "IMAGEGATE_ALLOWED_SOURCE": "AzureCloud.westeurope",
            "IMAGEGATE_VERDICT_TOPIC": "https://topic.example/api/events",
            "IMAGEGATE_REPOSITORY_IDS": "42, 43",
            "IMAGEGATE_PROMOTION_CLAIMS": "environment=production,ref_protected=true",
            "IMAGEGATE_ISSUER": "https://ghes.example/_services/token/",
            "IMAGEGATE_GUARD": "enforce",
            "IMAGEGATE_GUARDED_DEFINITIONS": "Golden/Web,other/db",
        }
    )

    assert settings.arm_endpoint == "https://arm.example"
    assert settings.subscription_id == "other"
    assert settings.gallery_groups == ("rg-gallery",)
    assert settings.smoke_group == "rg-smoke"
    assert settings.promoted_refs == ("refs/heads/release/1", "refs/tags/v1")
    assert settings.pending_limit_s == 5400
    assert settings.smoke_limits.bounds.allowed_source == "AzureCloud.westeurope"
    assert settings.verdict_topic == "https://topic.example/api/events"
    assert settings.origin_rules.repository_ids == {"42", "43"}
    assert settings.origin_rules.claims == {"environment": "production", "ref_protected": "true"}
    assert settings.guard_enforces
    assert settings.guarded_definitions == {"golden/web", "other/db"}
    assert settings.origin_rules.issuer == "https://ghes.example/_services/token"
    assert settings.origin_rules.workflows == ("acme/images/.github/workflows/image.yml@refs/heads/main", "*")


def test_all_faults_are_told_at_once() -> None:
    """Every missing and every misshapen setting is named in one error."""
    with pytest.raises(InputError) as caught:
        load_function_settings(
            {
                "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS": "rg/../x",
                "IMAGEGATE_PROMOTED_REFS": "main",
                "IMAGEGATE_PENDING_LIMIT": "soon",
                "IMAGEGATE_VERDICT_TOPIC": "http://plain.example",
                "IMAGEGATE_WORKFLOWS": "image.yml",
                "IMAGEGATE_PROMOTION_CLAIMS": "production",
                "IMAGEGATE_ISSUER": "http://plain.example",
            }
        )

    assert {fault.path for fault in caught.value.faults} == {
        "IMAGEGATE_SUBSCRIPTION",
        "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS",
        "IMAGEGATE_REPOSITORIES",
        "IMAGEGATE_PROMOTED_REFS",
        "IMAGEGATE_PENDING_LIMIT",
        "IMAGEGATE_VERDICT_TOPIC",
        "IMAGEGATE_WORKFLOWS",
        "IMAGEGATE_PROMOTION_CLAIMS",
        "IMAGEGATE_ISSUER",
        "IMAGEGATE_ORIGIN_CONTAINERS",
        "IMAGEGATE_RECORDS_CONTAINER",
    }


def test_repositories_compare_without_capitals() -> None:
    """GitHub does not mind capitals, so neither does the list."""
    settings = load_function_settings(_WHOLE)

    assert settings.repositories == {"acme/images"}
