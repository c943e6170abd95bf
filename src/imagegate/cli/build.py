"""`imagegate build`: from a folder to an image version."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from imagegate.cli.command import Shell, folder_argument, input_options, shared_options
from imagegate.cli.commit import commit_teller, refuse_strangers_code, statuses_option
from imagegate.cli.leftovers import keep_template, note_ended
from imagegate.model import RunState, format_duration
from imagegate.model.build_result import BuildResult
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.report.outcome import Outcome
from imagegate.settings import image_name, load_settings

_FOLLOW_S = 10.0
_EXAMPLES = """\b
Examples:
  imagegate build templates/apache-debian12
  imagegate build templates/apache-debian12 --json > build.json
  imagegate build --location northeurope --build-timeout 2h
"""


@click.command("build", epilog=_EXAMPLES, short_help="Build the image of a folder.")
@folder_argument
@input_options(
    "subscription",
    "resource-group",
    "location",
    "gallery",
    "definition",
    "identity",
    "arm-endpoint",
    "build-timeout",
)
@click.option(
    "--log-folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="IMAGEGATE_LOG_DIR",
    show_envvar=True,
    help="Where the build log goes. Default: the job's temporary folder, else the user's state folder.",
)
@click.option("--follow/--no-follow", default=None, help="Show the live log. Default: on a terminal and with -v.")
@statuses_option
@shared_options
def build_command(
    *,
    shell: Shell,
    folder: Path,
    inputs: Mapping[str, str | None],
    log_folder: Path | None,
    follow: bool | None,
    statuses: str,
) -> Outcome:
    """Build the image of FOLDER with Azure Image Builder.

    The job submits an image template of its own and removes it at its end. The new version stays out of `latest` until
    it is verified and promoted. Ctrl-C cancels the run.
    """
    from imagegate.flows.build import build_image
    from imagegate.flows.build_for_commit import build_for_commit

    image = image_name(folder)
    wanted = follow if follow is not None else shell.verbose or sys.stderr.isatty()
    follow_s = _FOLLOW_S if wanted else None
    left: list[SubmittedTemplate] = []

    def build() -> BuildResult:
        refuse_strangers_code(os.environ)
        settings = load_settings(folder, inputs=inputs)
        story = shell.story(show_log=bool(follow))

        def keep(submitted: SubmittedTemplate | None) -> None:
            left[:] = [submitted] if submitted is not None else []
            keep_template(shell, submitted, settings.azure, image=image)

        return build_image(
            settings,
            shell.connect(settings.azure),
            story,
            environment=os.environ,
            teardown_clock=shell.teardown_clock,
            logs=log_folder,
            follow_s=follow_s,
            keep=keep,
            signs_later=shell.job is not None and shell.job.has_post_step,
        )

    try:
        result = build_for_commit(
            build,
            commit_teller(shell, statuses),
            image=image,
            folder=str(folder.resolve()),
            open_verify=statuses == "all",
        )
    finally:
        if not left:
            note_ended(shell)
    return outcome_of(result)


def outcome_of(result: BuildResult) -> Outcome:
    """The result for a person and for a machine."""
    rows = [
        *((f"output {name}", artifact) for name, artifact in result.image_versions.items()),
        ("template", str(result.template_id)),
        ("content hash", result.content_hash),
        ("base", result.base_version),
        ("commit", result.stamp.commit or "unknown"),
        ("build log", result.customization_log or "not fetched"),
        (
            "time",
            ", ".join(f"{name} {format_duration(seconds)}" for name, seconds in result.timings.items() if seconds >= 1),
        ),
    ]
    version = result.image_version_id.name if result.image_version_id else "the image"
    warnings = []
    if result.run.state is RunState.TIMED_OUT_REPLICATING:
        regions = "; ".join(f"{name}: {state}" for name, state in result.replication.items())
        warnings.append(
            f"The run's own time was over before {version} was in all of its regions; its replication went on, and is "
            f"complete now ({regions}). Raise buildTimeoutInMinutes, or replicate to fewer regions."
        )
    warnings += [unsigned_sentence(one, reason) for one, reason in result.unsigned.items()]
    return Outcome(
        headline=f"Built {version} in {format_duration(result.timings['total'])}",
        document=result.to_json(),
        rows=rows,
        warnings=warnings,
    )


def unsigned_sentence(version_id: str, reason: str) -> str:
    """Why a version is not signed, and what a person can do."""
    why = reason.rstrip(".")
    return f"Not signed: {why}. It is verified and stays hidden; `imagegate promote {version_id} --reason …`."
