"""The contract of the container action: every input and output, in one place.

`action.yml` and the table in README.md are made from these rows (tests/contract/action_contract.py writes them), and a
test holds both, the options of the commands and the table of inputs against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from imagegate.settings.inputs import INPUTS


@dataclass(frozen=True, kw_only=True)
class ActionInput:
    """One input. The runner hands it over as `INPUT_<NAME>`, upper case, hyphens kept, empty when not given.

    It becomes what says so: the environment variables `variables`, the command's option `option`, or its argument.
    `commands` are those that use it; empty: all.
    """

    name: str
    help: str
    default: str = ""
    variables: tuple[str, ...] = ()
    option: str = ""
    is_flag: bool = False
    commands: tuple[str, ...] = ()

    @property
    def runner_variable(self) -> str:
        """Source: actions/runner, Handlers/Handler.cs."""
        return "INPUT_" + self.name.upper()


@dataclass(frozen=True, kw_only=True)
class ActionOutput:
    """One output: the first of `keys` (dotted places in the command's JSON) that is there and not null.

    A `path` is told as the job's other steps know it.
    """

    name: str
    help: str
    keys: tuple[str, ...] = ()
    kind: Literal["text", "json", "path"] = "text"


_SETTINGS = tuple(
    ActionInput(
        name=entry.name,
        help=f"{entry.help} Wins over `{'.'.join(entry.path)}` of imagegate.yaml.",
        variables=(entry.variable, *([entry.ambient] if entry.ambient else [])),
    )
    for entry in INPUTS
)

ACTION_INPUTS: tuple[ActionInput, ...] = (
    ActionInput(
        name="command", help="What to do: setup, build, verify, promote, quarantine or sweep.", default="build"
    ),
    ActionInput(
        name="folder",
        help="The image's folder, which holds imagegate.yaml; relative to the workspace.",
        default=".",
    ),
    ActionInput(
        name="image-version-id",
        help="The image version to promote, quarantine or verify; for verify also several: the output "
        "`image-version-ids` of a build, and without it the newest one of the folder's definition.",
        commands=("verify", "promote", "quarantine"),
    ),
    ActionInput(
        name="client-id",
        help="Client id of the application or managed identity to log in as; `id-token: write` replaces a secret.",
        variables=("AZURE_CLIENT_ID",),
    ),
    ActionInput(name="tenant-id", help="Its tenant.", variables=("AZURE_TENANT_ID",)),
    *_SETTINGS,
    ActionInput(
        name="statuses",
        help="Commit statuses to post, NAME being the image's: all (`imagegate/build (NAME)`, and "
        "`imagegate/verify (NAME)`, pending until each version is verified), build, or none. Needs `statuses: write`.",
        default="all",
        option="--statuses",
        commands=("build", "verify"),
    ),
    ActionInput(
        name="github-token",
        help="Token for the commit statuses.",
        default="${{ github.token }}",
        variables=("GITHUB_TOKEN",),
    ),
    ActionInput(
        name="follow",
        help="Show the build's log while it runs, where it may be read, else at its end.",
        default="true",
        option="--follow",
        is_flag=True,
        commands=("build",),
    ),
    ActionInput(
        name="workflow",
        help="Workflow files whose jobs may speak for the version, as owner/name/.github/workflows/file.yml, separated "
        "by commas. Default: only this run.",
        variables=("IMAGEGATE_WORKFLOWS",),
        commands=("verify",),
    ),
    ActionInput(
        name="promoted-refs",
        help="Refs whose passing versions become latest, separated by commas. Default: the default branch.",
        variables=("IMAGEGATE_PROMOTED_REFS",),
        commands=("verify",),
    ),
    ActionInput(
        name="reach",
        help="How the smoke VM is probed, instead of what imagegate.yaml says: public-ip or run-command.",
        option="--reach",
        commands=("verify",),
    ),
    ActionInput(
        name="no-promote",
        help="Leave latest as it is, even when the version passes.",
        default="false",
        option="--no-promote",
        is_flag=True,
        commands=("verify",),
    ),
    ActionInput(
        name="older-than",
        help="Sweep also what is ours and older than this, such as 2h.",
        option="--older-than",
        commands=("sweep",),
    ),
    ActionInput(
        name="dry-run",
        help="Only show what would change.",
        default="false",
        option="--dry-run",
        is_flag=True,
        commands=("promote", "quarantine", "sweep"),
    ),
    ActionInput(
        name="reason",
        help="Why the version is promoted or quarantined; it is recorded with who started the job.",
        option="--reason",
        commands=("promote", "quarantine"),
    ),
    ActionInput(
        name="principal-id",
        help="Object id of the principal that will run builds. Default: whoever runs setup.",
        option="--principal-id",
        commands=("setup",),
    ),
    ActionInput(
        name="verbose",
        help="Show every request with its ids. Re-running a job with debug logging does the same.",
        default="false",
        option="--verbose",
        is_flag=True,
    ),
)

ACTION_OUTPUTS: tuple[ActionOutput, ...] = (
    ActionOutput(name="exit-code", help="How it ended; the table of exit codes in the README.", keys=("exit_code",)),
    ActionOutput(
        name="image-version-id",
        help="The image version that was built or verified; also one that is still being replicated.",
        keys=("image_version_id", "error.details.image_version_id"),
    ),
    ActionOutput(
        name="image-version-ids",
        help="Every gallery version that was built, as a JSON list; what `image-version-id` of `verify` takes.",
        keys=("image_version_ids", "error.details.image_version_ids"),
        kind="json",
    ),
    ActionOutput(
        name="image-versions",
        help="Every distributor's artifact by its run output's name, as a JSON object.",
        keys=("image_versions", "error.details.image_versions"),
        kind="json",
    ),
    ActionOutput(
        name="run-state",
        help="How the run ended: Succeeded, Failed, PartiallySucceeded, Canceled, or TimedOutReplicating: the image "
        "was built, and the run's time was over before all regions had it.",
        keys=("run.state", "error.details.run.state"),
    ),
    ActionOutput(
        name="replication",
        help="After TimedOutReplicating: how far each region is, as a JSON object.",
        keys=("replication", "error.details.replication"),
        kind="json",
    ),
    ActionOutput(
        name="template-name",
        help="The image template's name.",
        keys=("template_name", "error.details.template_name"),
    ),
    ActionOutput(
        name="content-hash",
        help="Hash of all that the image is made from.",
        keys=("content_hash", "error.details.content_hash"),
    ),
    ActionOutput(name="base-version", help="Version of the base image that it was built on.", keys=("base_version",)),
    ActionOutput(name="verdict", help="passed, failed or inconclusive (verify).", keys=("verdict",)),
    ActionOutput(name="teardown", help="complete or incomplete (verify).", keys=("teardown",)),
    ActionOutput(
        name="promoted",
        help="Whether the version was promoted: true or false; `promotion` says why, or why not.",
        keys=("promoted",),
    ),
    ActionOutput(name="promotion", help="One sentence: what came of the version for latest, and why."),
    ActionOutput(
        name="latest",
        help="What latest resolves to after a promotion or a quarantine, by region, as a JSON object.",
        kind="json",
    ),
    ActionOutput(
        name="failure-category",
        help="The kind of cause of a failed build, such as package or network.",
        keys=("error.details.diagnosis.category",),
    ),
    ActionOutput(
        name="log-path",
        help="The build's customization.log, or the smoke VM's serial log.",
        keys=("customization_log", "serial_log", "error.details.customization_log"),
        kind="path",
    ),
    ActionOutput(
        name="report-path",
        help="The whole result as JSON. Both paths are the runner's own; a job that runs in a container finds the "
        "files below `$RUNNER_TEMP/imagegate`. Empty under a runner that does not mount that folder.",
        keys=("report_path",),
        kind="path",
    ),
)


def output_values(document: Mapping[str, object]) -> dict[str, object]:
    """The value of each output that the command's JSON document knows, paths as they stand there."""
    found: dict[str, object] = {}
    for output in ACTION_OUTPUTS:
        for key in output.keys or (output.name.replace("-", "_"),):
            value = _at(document, key)
            if value not in (None, "", {}):
                found[output.name] = value
                break
    return found


def _at(document: object, key: str) -> object:
    for part in key.split("."):
        document = document.get(part) if isinstance(document, Mapping) else None
    return document
