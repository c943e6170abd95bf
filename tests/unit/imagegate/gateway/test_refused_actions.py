"""What Resource Manager's refusals name."""

from imagegate.gateway.refused_actions import refused_actions

GROUP = "/subscriptions/s-1/resourceGroups/rg-images"
ROLES = "Microsoft.Authorization/roleDefinitions/write"
ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/write"


def _of_template(*missing: tuple[str, str]) -> str:
    """As a deployment is refused before it begins: Azure's sentence once for each resource."""
    sentences = (
        f"Authorization failed for template resource 'r' of type 't'. The client 'app' with object id 'p-1' does not "
        f"have permission to perform action '{action}' at scope '{scope}/providers/{action}/r'."
        for action, scope in missing
    )
    return f"Deployment failed with multiple errors: '{':'.join(sentences)}'"


def test_refused_resources_of_a_template() -> None:
    """Each missing action is named once, at the resource group that all refused resources are in."""
    found = refused_actions(_of_template((ROLES, GROUP), (ASSIGNMENTS, GROUP), (ASSIGNMENTS, f"{GROUP}/providers/x/y")))

    assert (found.action, found.scope, found.principal) == (f"{ROLES}, {ASSIGNMENTS}", GROUP, "p-1")
    assert found.count == 3


def test_refused_resources_of_several_groups() -> None:
    """Refused resources of several groups have their subscription as the scope."""
    found = refused_actions(_of_template((ROLES, GROUP), (ROLES, f"{GROUP}-smoke")))

    assert (found.action, found.scope) == (ROLES, "/subscriptions/s-1")


def test_one_refusal_that_is_repeated() -> None:
    """A sentence that stands in an error and in its cause is one refusal, with its own scope."""
    found = refused_actions(_of_template((ROLES, GROUP), (ROLES, GROUP)))

    assert (found.count, found.scope) == (1, f"{GROUP}/providers/{ROLES}/r")


def test_scope_that_was_not_evaluated() -> None:
    """A scope whose end is still an expression of the template counts by the group that it begins with."""
    unfinished = f"{GROUP}/providers/x/[guid('a', reference('b').principalId)]"

    found = refused_actions(_of_template((ROLES, GROUP), (ASSIGNMENTS, unfinished)))

    assert (found.action, found.scope) == (f"{ROLES}, {ASSIGNMENTS}", GROUP)


def test_refusal_without_a_sentence() -> None:
    """A refusal that says nothing names nothing."""
    found = refused_actions("Forbidden")

    assert (found.action, found.scope, found.principal, found.count) == ("", "", "", 0)
