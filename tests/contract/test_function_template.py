"""templates/azure/function.json makes what the Function needs, and no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from armtemplate import Deployment, Resource, evaluate, parse_json
from imagegate.model.build_event import _OPERATIONS, Happening

_SITE = "Microsoft.Web/sites"
_CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers"
_NESTED = "Microsoft.Resources/deployments"
_BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
_BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
_EVENT_SENDER = "d5a91429-5739-47e2-a06b-3470a27159e7"
_SUBSCRIPTION = "Microsoft.EventGrid/systemTopics/eventSubscriptions"


def _evaluated(repository: Path, **parameters: Any) -> Deployment:  # noqa: ANN401 - a parameter's value
    path = repository / "templates" / "azure" / "function.json"
    given = {
        "repositories": "acme/images",
        "workflows": "acme/images/.github/workflows/image.yml",
        "proofStorageAccount": "imagegatex",
        "originContainers": "https://imagegatex.example/origin",
        "recordsContainer": "https://imagegatex.example/records",
        "withSubscriptions": True,
        **parameters,
    }
    return evaluate(parse_json(path.read_text(), file=path.name), parameters=given)


def _of_type(deployment: Deployment, kind: str) -> list[Resource]:
    return [one for one in deployment.resources if one.type == kind and one.condition]


def _own_rights(deployment: Deployment) -> list[dict[str, str]]:
    """The rights in the Function's own group: `who`, `scope`, `role`."""
    (nested,) = [one for one in _of_type(deployment, _NESTED) if "principals" in one.body["properties"]["parameters"]]
    return list(nested.body["properties"]["parameters"]["rights"]["value"])


def _settings(deployment: Deployment) -> dict[str, Any]:
    (site,) = _of_type(deployment, _SITE)
    return {entry["name"]: entry["value"] for entry in site.body["properties"]["siteConfig"]["appSettings"]}


def test_plan_and_runtime_are_the_ones_that_tests_run(repository: Path) -> None:
    """Flex Consumption with Python 3.13, as .python-version and the worker library have it."""
    deployment = _evaluated(repository)
    (plan,), (site,) = _of_type(deployment, "Microsoft.Web/serverfarms"), _of_type(deployment, _SITE)

    assert plan.body["sku"] == {"name": "FC1", "tier": "FlexConsumption"}
    assert site.body["properties"]["functionAppConfig"]["runtime"] == {
        "name": "python",
        "version": (repository / ".python-version").read_text().strip(),
    }


def test_storage_of_the_function_takes_no_keys(repository: Path) -> None:
    """The Function's account is opened by its identity alone, and nothing in it is public."""
    accounts = _of_type(_evaluated(repository), "Microsoft.Storage/storageAccounts")

    assert [one.body["properties"]["allowSharedKeyAccess"] for one in accounts] == [False]
    assert all(one.body["properties"]["allowBlobPublicAccess"] is False for one in accounts)


def test_every_setting_is_read_and_every_needed_one_is_set(repository: Path) -> None:
    """The settings of ours are variables that imagegate knows; no secret of the storage is among them."""
    settings = _settings(_evaluated(repository))
    sources = "\n".join(path.read_text() for path in (repository / "src" / "imagegate").rglob("*.py"))

    assert [name for name in settings if name.startswith("IMAGEGATE_") and name not in sources] == []
    assert settings["IMAGEGATE_REPOSITORIES"] == "acme/images"
    assert settings["AzureWebJobsStorage__credential"] == "managedidentity"
    assert not {"AzureWebJobsStorage", "DEPLOYMENT_STORAGE_CONNECTION_STRING"} & set(settings)


def test_events_wake_the_function_that_there_is(repository: Path) -> None:
    """Both subscriptions deliver to a function that the worker indexes, one event at a time."""
    functions = json.loads((repository / "tests" / "contract" / "function_bindings.json").read_text())

    for one in _of_type(_evaluated(repository), _SUBSCRIPTION):
        destination = one.body["properties"]["destination"]
        name = destination["properties"]["resourceId"].rsplit("/", 1)[-1]
        assert destination["endpointType"] == "AzureFunction"
        assert functions[name][0]["type"] == "eventGridTrigger"
        assert destination["properties"]["maxEventsPerBatch"] == 1


def test_filters_let_through_what_the_parser_understands(repository: Path) -> None:
    """The operations of the filters are those of the parser, the event types those of its kinds."""
    found = {
        one.name.rsplit("/", 1)[-1]: one.body["properties"]["filter"]
        for one in _of_type(_evaluated(repository), _SUBSCRIPTION)
    }

    operations = {
        name: [value.lower() for value in entry["advancedFilters"][0]["values"]] for name, entry in found.items()
    }
    known = {happening: operation for (_, operation), happening in _OPERATIONS.items()}
    assert operations == {"runs": [known[Happening.RUN_ENDED]], "versions": [known[Happening.VERSION_WRITTEN]]}
    assert {
        kind.removeprefix("Microsoft.Resources.ResourceAction") for kind in found["runs"]["includedEventTypes"]
    } == {
        "Success",
        "Failure",
        "Cancel",
    }


@pytest.mark.parametrize("letters", [True, False])
def test_undelivered_events_are_kept_if_wanted(repository: Path, *, letters: bool) -> None:
    """With dead letters there is a container that an identity of the topics' own may write, and no key opens it."""
    deployment = _evaluated(repository, withDeadLetter=letters, galleryResourceGroup="rg-gallery")

    ways = [one.body["properties"]["deadLetterWithResourceIdentity"] for one in _of_type(deployment, _SUBSCRIPTION)]
    topics = [one.body["identity"] for one in _of_type(deployment, "Microsoft.EventGrid/systemTopics")]
    containers = [one.name for one in _of_type(deployment, _CONTAINER)]
    assert [name.rsplit("/", 1)[-1] for name in containers] == ["packages", *["dead-letters"] * letters]
    assert len(_of_type(deployment, "Microsoft.Storage/storageAccounts")) == 1
    if not letters:
        assert (ways, topics) == ([None, None], [{"type": "None"}] * 2)
        return
    for way in ways:
        assert way["identity"]["userAssignedIdentity"].endswith("-letters")
        assert way["deadLetterDestination"]["properties"]["blobContainerName"] == "dead-letters"
        assert all(
            list(topic["userAssignedIdentities"]) == [way["identity"]["userAssignedIdentity"]] for topic in topics
        )
    (right,) = [one for one in _own_rights(deployment) if one["who"] == "letters"]
    assert right["scope"].endswith("/dead-letters")
    assert right["role"] == _BLOB_CONTRIBUTOR


@pytest.mark.parametrize("wanted", [True, False])
def test_verdicts_have_a_topic_if_wanted(repository: Path, *, wanted: bool) -> None:
    """The Function is told the endpoint of the topic that is made, which takes no keys; or the one that is given."""
    deployment = _evaluated(repository, withVerdictTopic=wanted, verdictTopicEndpoint="https://mine.invalid/api/events")

    topics = _of_type(deployment, "Microsoft.EventGrid/topics")
    told = _settings(deployment)["IMAGEGATE_VERDICT_TOPIC"]
    rights = [one for one in _own_rights(deployment) if one["role"] == _EVENT_SENDER]
    assert len(topics) == len(rights) == int(wanted)
    assert all(
        topic.body["properties"] == {"inputSchema": "CloudEventSchemaV1_0", "disableLocalAuth": True}
        for topic in topics
    )
    assert (told == "https://mine.invalid/api/events") != wanted


@pytest.mark.parametrize(("gallery", "count"), [("rg-images", 1), ("RG-Images", 1), ("rg-gallery", 2)])
def test_one_topic_a_group(repository: Path, gallery: str, count: int) -> None:
    """Event Grid allows one system topic a source: where gallery and templates share a group they share the topic."""
    deployment = _evaluated(repository, templateResourceGroup="rg-images", galleryResourceGroup=gallery)

    topics = _of_type(deployment, "Microsoft.EventGrid/systemTopics")
    assert len({one.body["properties"]["source"].lower() for one in topics}) == len(topics) == count
    assert all(one.body["location"] == "global" for one in topics)
    names = {one.name for one in topics}
    assert {one.name.split("/")[0] for one in _of_type(deployment, _SUBSCRIPTION)} <= names


def test_nothing_subscribes_before_the_code_is_there(repository: Path) -> None:
    """The first deployment makes no event subscription: Event Grid asks for an existing function."""
    assert _of_type(_evaluated(repository, withSubscriptions=False), _SUBSCRIPTION) == []


@pytest.mark.parametrize("group", ["", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/actionGroups/a"])
def test_silence_is_an_alert(repository: Path, group: str) -> None:
    """Once the code is there, half an hour without a good look is an alert, sent to the group if there is one."""
    functions = json.loads((repository / "tests" / "contract" / "function_bindings.json").read_text())
    kind = "Microsoft.Insights/scheduledQueryRules"

    (alert,) = _of_type(_evaluated(repository, alertActionGroupId=group), kind)

    (criterion,) = alert.body["properties"]["criteria"]["allOf"]
    assert functions["reconcile"][0]["schedule"] == "0 */10 * * * *"
    assert "name == 'reconcile'" in criterion["query"]
    assert (criterion["operator"], criterion["threshold"], criterion["timeAggregation"]) == ("LessThan", 1, "Count")
    assert alert.body["properties"]["windowSize"] == "PT30M"
    assert alert.body["properties"]["actions"]["actionGroups"] == ([group] if group else [])
    assert _of_type(_evaluated(repository, withSubscriptions=False), kind) == []


def test_build_logs_are_read_in_staging_groups_alone(repository: Path) -> None:
    """The right to read logs is given in each group that is named, by the role that the foundation made there."""
    deployment = _evaluated(repository, stagingResourceGroups=["rg-staging-1", "rg-pr-staging-1"])

    logs = [one for one in _of_type(deployment, _NESTED) if "/imagegate-function-logs-" in one.id]
    assert [one.id.split("/")[4] for one in logs] == ["rg-staging-1", "rg-pr-staging-1"]
    for one in logs:
        (assignment,) = one.body["properties"]["template"]["resources"]
        assert assignment["properties"]["principalId"] == "[parameters('principalId')]"
        assert "imagegate logs" in one.body["properties"]["template"]["variables"]["role"]


def test_no_right_reaches_over_the_subscription(repository: Path) -> None:
    """Every deployment that gives rights goes to a resource group."""
    deployment = _evaluated(repository, stagingResourceGroups=["rg-staging-1"], pullRequestResourceGroup="rg-pr")

    assert [one.id for one in _of_type(deployment, _NESTED) if "/resourceGroups/" not in one.id] == []


def test_rights_name_no_wildcard_and_no_group_but_theirs(repository: Path) -> None:
    """Every right is spelled out, each in the one group where it is needed; of templates only those that expired go."""
    deployment = _evaluated(
        repository, templateResourceGroup="rg-t", galleryResourceGroup="rg-g", smokeResourceGroup="rg-s"
    )
    nested = [
        one
        for one in _of_type(deployment, "Microsoft.Resources/deployments")
        if "right" in one.body["properties"]["parameters"]
    ]

    rights = {one.body["properties"]["parameters"]["right"]["value"]["name"]: one for one in nested}
    actions = {name: one.body["properties"]["parameters"]["right"]["value"]["actions"] for name, one in rights.items()}
    groups = {name: one.id.split("/")[4] for name, one in rights.items()}
    assert groups == {"templates": "rg-t", "gallery": "rg-g", "smoke": "rg-s"}
    assert not any("*" in action for entry in actions.values() for action in entry)
    assert [action for action in actions["templates"] if not action.endswith("/read")] == [
        "Microsoft.VirtualMachineImages/imageTemplates/delete"
    ]
    assert [action for action in actions["gallery"] if not action.endswith("/read")] == [
        "Microsoft.Compute/galleries/images/versions/write"
    ]


def test_pull_requests_have_a_side_of_their_own(repository: Path) -> None:
    """With their group, the Function sees its templates, reads its proofs and nothing more, and hears of its runs."""
    given = {"templateResourceGroup": "rg", "pullRequestResourceGroup": "rg-pr", "pullRequestStorageAccount": "prs"}
    one, two = _evaluated(repository, templateResourceGroup="rg"), _evaluated(repository, **given)

    assert _settings(one)["IMAGEGATE_TEMPLATE_RESOURCE_GROUPS"] == "rg"
    assert _settings(two)["IMAGEGATE_TEMPLATE_RESOURCE_GROUPS"] == "rg,rg-pr"
    assert _settings(two)["IMAGEGATE_GALLERY_RESOURCE_GROUPS"] == "rg"
    more = {each.id for each in _of_type(two, _NESTED)} - {each.id for each in _of_type(one, _NESTED)}
    added = {each.id: each.body["properties"]["parameters"] for each in _of_type(two, _NESTED) if each.id in more}
    assert {name.split("/")[4] for name in added} == {"rg-pr"}
    (proofs,) = [entry for entry in added.values() if "account" in entry]
    assert proofs["account"]["value"] == "prs"
    assert [(right["container"], right["role"]) for right in proofs["rights"]["value"]] == [("origin", _BLOB_READER)]
    (right,) = [entry["right"]["value"] for entry in added.values() if "right" in entry]
    assert {action.partition("/")[0] for action in right["actions"]} == {"Microsoft.VirtualMachineImages"}
    subscriptions = {each.name.partition("-")[2] for each in _of_type(two, _SUBSCRIPTION)}
    assert len(subscriptions) == len(_of_type(one, _SUBSCRIPTION)) + 1
    assert any(name.endswith("pull-requests/runs") for name in subscriptions)
