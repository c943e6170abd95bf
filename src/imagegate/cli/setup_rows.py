"""What `imagegate setup` lists for a person at its end: a name and a value each."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagegate.flows.setup import SetupResult
    from imagegate.flows.setup_function import FunctionSetup
    from imagegate.steps.deploy_function import FunctionOptions


def rows_of(result: "SetupResult") -> list[tuple[str, str]]:
    """What was made and registered now, and where everything is."""
    return [
        *(("made", name) for name in result.made),
        *(("registered", name) for name in result.registered),
        *((name, _shown(value)) for name, value in result.outputs.items()),
        *((f"pull requests: {name}", _shown(value)) for name, value in result.pull_requests.items() if value),
    ]


def function_rows(made: "FunctionSetup", options: "FunctionOptions") -> list[tuple[str, str]]:
    """The Function, the principal that needs rights on a key vault, and what its versions need."""
    return [
        ("function app", made.site_id.text),
        ("function identity", str(made.outputs.get("identityPrincipalId") or "")),
        ("may become latest", _may_become_latest(options)),
    ]


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _may_become_latest(options: "FunctionOptions") -> str:
    """Which versions may become `latest`, and what the default needs."""
    if options.promoted_refs:
        return f"what is built from {', '.join(options.promoted_refs)}"
    asked = "what is built from the repository's default branch, as GitHub says (--promoted-ref names others)"
    if {"githubAppId", "githubToken"} & set(options.parameters):
        return asked
    return f"{asked}; the Function has no credential for GitHub yet, and promotes nothing until it has one"
