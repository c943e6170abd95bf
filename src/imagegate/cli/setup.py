"""`imagegate setup`: what an image stands on."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imagegate.cli.command import Shell, folder_argument, input_options, shared_options
from imagegate.cli.setup_github import ask_github, read_issuer_keys
from imagegate.cli.setup_rows import function_rows, rows_of
from imagegate.cli.setup_sides import GivenSides, login_lines, misshapen
from imagegate.errors import InputError, InputFault
from imagegate.report.outcome import Outcome
from imagegate.settings import Settings, load_settings

if TYPE_CHECKING:
    from imagegate.steps.build_function_package import FunctionCode
    from imagegate.steps.deploy_function import FunctionOptions

_EXAMPLES = """\b
Examples:
  imagegate setup templates/apache-debian12
  imagegate setup templates/apache-debian12 --principal-id 11111111-2222-3333-4444-555555555555
  imagegate setup templates/apache-debian12 --repository owner/name --pull-requests
  imagegate setup templates/apache-debian12 --function --repository owner/name \\
      --workflow owner/name/.github/workflows/image.yml --promoted-ref refs/heads/main
  imagegate setup templates/apache-debian12 --function --repository owner/name --workflow '*' \\
      --function-parameter githubAppId=1 --function-parameter 'githubAppPrivateKey=@Microsoft.KeyVault(SecretUri=…)'
"""
_WORKFLOW = re.compile(r"\*|[\w.-]+/[\w.-]+/[\w./-]+(@\S+)?")
_PAIR = re.compile(r"\w+=.*", re.DOTALL)
_OPTIONS = {
    "workflows": "--workflow",
    "guard": "--guard",
    "function_resource_group": "--function-resource-group",
    "function_parameters": "--function-parameter",
    "issuer_keys": "--issuer-keys",
}


@click.command("setup", epilog=_EXAMPLES, short_help="Make what the image of a folder stands on (once).")
@folder_argument
@input_options(
    "subscription",
    "resource-group",
    "smoke-resource-group",
    "location",
    "gallery",
    "definition",
    "identity",
    "arm-endpoint",
)
@click.option(
    "--principal-id",
    default="",
    metavar="ID",
    help="Object id of the principal that will run builds and is given the rights for it. Default: whoever runs this.",
)
@click.option(
    "--principal-type",
    type=click.Choice(["ServicePrincipal", "User", "Group"]),
    default="ServicePrincipal",
    show_default=True,
    help="What kind of principal --principal-id names.",
)
@click.option(
    "--pull-requests",
    is_flag=True,
    help="Also make a side for pull requests: resource group, builder and storage of their own, without rights on the "
    "main side. Needs --repository or --pull-requests-principal-id.",
)
@click.option(
    "--pull-requests-principal-id",
    default="",
    metavar="ID",
    help="As --principal-id, of the principal that will build pull requests. Default: an identity for the jobs of "
    "--repository.",
)
@click.option(
    "--environment",
    default="",
    metavar="NAME",
    help="GitHub environment whose jobs may log in as the main side's identities, instead of --promoted-ref.",
)
@click.option(
    "--staging-groups",
    "staging_count",
    type=click.IntRange(0, 20),
    metavar="N",
    help="How many groups a side has in which Image Builder builds, and whose logs CI and the Function may read; as "
    "many builds at once leave readable logs. Default: as many as there are, at first 2.",
)
@click.option("--function", "with_function", is_flag=True, help="Also deploy the Function that verifies every build.")
@click.option(
    "--repository",
    "repositories",
    multiple=True,
    metavar="OWNER/NAME",
    help="Repository whose jobs build; several times. Without --principal-id they get identities to log in as, without "
    "a secret. The Function posts its verdicts as commit statuses there; needed for --function.",
)
@click.option(
    "--workflow",
    "workflows",
    multiple=True,
    metavar="OWNER/NAME/PATH[@REF]",
    help="Workflow file whose jobs may speak for a version, such as owner/name/.github/workflows/image.yml; several "
    "times. '*' lets any workflow speak. Needed for --function.",
)
@click.option(
    "--promoted-ref",
    "promoted_refs",
    multiple=True,
    metavar="REF",
    help="Ref whose versions may become `latest`, and whose jobs may log in as the main side's identities; several "
    "times. Default: the default branch.",
)
@click.option(
    "--issuer",
    metavar="URL",
    help="Issuer of the jobs' identity tokens, of a GitHub Enterprise Server: https://HOST/_services/token.",
)
@click.option(
    "--issuer-keys",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the issuer's key set (what it serves at /.well-known/jwks), where Azure cannot reach it.",
)
@click.option(
    "--guard",
    type=click.Choice(["report", "enforce"]),
    help="Whether the Function hides versions that are visible without a recorded promotion, or only reports them. "
    "Default: report.",
)
@click.option(
    "--function-resource-group",
    default="",
    metavar="NAME",
    help="Where the Function lives. Default: the image's resource group and -function.",
)
@click.option(
    "--function-parameter",
    "function_parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the Function's template, such as verdictTopicEndpoint; several times. No secret: arguments "
    "are seen by everybody on the machine.",
)
@click.option(
    "--function-code",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the Function's code, a checkout of imagegate's repository. Default: this imagegate's own.",
)
@click.option(
    "--function-package",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The Function's package as a release brings it. Default: it is built here, which needs uv or pip, and PyPI.",
)
@click.option("--remote-build", is_flag=True, help="Let Azure install the Function's dependencies with its own build.")
@shared_options
def setup_command(
    *,
    shell: Shell,
    folder: Path,
    inputs: Mapping[str, str | None],
    principal_id: str,
    principal_type: str,
    pull_requests: bool,
    pull_requests_principal_id: str,
    environment: str,
    staging_count: int | None,
    with_function: bool,
    function_code: Path | None,
    function_package: Path | None,
    remote_build: bool,
    **function: Any,  # noqa: ANN401 - click's values
) -> Outcome:
    """Register providers, make resource groups, and deploy identity, gallery, definition and script container.

    With --repository also identities for its jobs, with --pull-requests a side for pull requests, with --function the
    Azure Function that verifies every build, and the events that wake it. Needs rights on the
    subscription and is run once by a person; what is there already stays as it is.
    """
    settings = load_settings(folder, inputs=inputs)
    given = GivenSides(
        repositories=function["repositories"],
        promoted_refs=function["promoted_refs"],
        environment=environment,
        pull_requests=pull_requests,
        principal_id=principal_id,
        pull_requests_principal_id=pull_requests_principal_id,
        principal_type=principal_type,
        issuer=function["issuer"] or _parameter(function, "issuer"),
    )
    options = _function_options(settings, function, wanted=with_function, faults=given.faults())
    code = _function_code(function_code, function_package, remote_build=remote_build)
    from imagegate.flows.setup import set_up

    story = shell.story()
    known = ask_github(
        function["repositories"],
        _github_environment(function),
        note=story.progress.note,
        refs_given=bool(function["promoted_refs"] or environment),
    )
    if options is not None and known.ids:
        options = replace(options, parameters={"repositoryIds": ",".join(known.ids), **options.parameters})
    cloud = shell.connect(settings.azure)
    principal, verifies = given.principal(principal_id), options is None
    result = set_up(
        settings,
        cloud,
        story,
        principal=principal,
        verifies=verifies,
        sides=given.sides(known),
        staging_count=staging_count,
    )
    document = result.to_json()
    rows = rows_of(result)
    if options is not None:
        from imagegate.flows.setup_function import set_up_function

        made = set_up_function(
            settings,
            cloud,
            story,
            options=options,
            foundation=result.outputs,
            pull_requests=result.pull_requests,
            code=code,
        )
        rows += function_rows(made, options)
        timings = {**story.timings, "total": story.seconds}
        document = {**document, "function": made.to_json(), "timings": timings}
    headline = f"{settings.name} has what it stands on"
    return Outcome(headline=headline, document=document, rows=rows, notes=login_lines(result.outputs))


def _issuer_parameters(function: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of the Function's template that --issuer and --issuer-keys stand for."""
    issuer, keys = function["issuer"], function["issuer_keys"]
    return {**({"issuer": issuer} if issuer else {}), **({"issuerKeys": read_issuer_keys(keys)} if keys else {})}


def _parameter(function: Mapping[str, Any], name: str) -> str:
    """A parameter of --function-parameter; "" where it is not given."""
    pairs = (entry.partition("=") for entry in function["function_parameters"])
    return next((value for found, _, value in pairs if found == name), "")


def _github_environment(function: Mapping[str, Any]) -> dict[str, str]:
    """Where GitHub is asked: the Function's own GitHub. GITHUB_TOKEN is for GITHUB_API_URL and goes nowhere else."""
    url = _parameter(function, "githubApiUrl").rstrip("/")
    if not url:
        return dict(os.environ)
    own = os.environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
    kept = {name: value for name, value in os.environ.items() if name != "GITHUB_TOKEN" or url == own}
    return {**kept, "IMAGEGATE_GITHUB_API_URL": url}


def _function_code(folder: Path | None, package: Path | None, *, remote_build: bool) -> "FunctionCode":
    """Where the Function's code is from; a package that was built before leaves nothing else to say."""
    if package and (folder or remote_build):
        idle = "--function-code" if folder else "--remote-build"
        raise InputError.of(f"given together with {idle}, and it is built already", path="--function-package")
    from imagegate.steps.build_function_package import FunctionCode

    return FunctionCode(folder=folder, package=package, remote_build=remote_build)


def _function_options(
    settings: Settings, given: Mapping[str, Any], *, wanted: bool, faults: Sequence[InputFault]
) -> "FunctionOptions | None":
    """What is asked of the Function; None without --function. All faults at once, with those found before."""
    if not wanted:
        if idle := [option for name, option in _OPTIONS.items() if given.get(name)]:
            message = f"given without --function: {', '.join(idle)}"
            faults = [*faults, InputFault(message=message, path="--function")]
        if faults:
            raise InputError(faults)
        return None
    faults = [
        *faults,
        *([] if given["repositories"] else [InputFault(message="--function needs one", path="--repository")]),
        *([] if given["workflows"] else [InputFault(message="--function needs one", path="--workflow")]),
        *misshapen("--workflow", given["workflows"], _WORKFLOW, "owner/name/.github/workflows/file.yml"),
        *misshapen("--function-parameter", given["function_parameters"], _PAIR, "NAME=VALUE"),
    ]
    if faults:
        raise InputError(faults)
    from imagegate.steps.deploy_function import FunctionOptions

    return FunctionOptions(
        resource_group=given["function_resource_group"] or f"{settings.azure.resource_group}-function",
        repositories=tuple(dict.fromkeys(given["repositories"])),
        workflows=tuple(dict.fromkeys(given["workflows"])),
        promoted_refs=tuple(dict.fromkeys(given["promoted_refs"])),
        guard=given["guard"] or "",
        parameters={**dict(entry.split("=", 1) for entry in given["function_parameters"]), **_issuer_parameters(given)},
    )
