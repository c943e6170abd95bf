"""`imagegate build`: from a folder to an image version."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from imagegate.cli.command import Shell, folder_argument, input_options, shared_options
from imagegate.cli.commit import commit_teller, refuse_strangers_code, statuses_option
from imagegate.cli.leftovers import keep_for_post, note_ended
from imagegate.model import ResourceId, RunState, format_duration
from imagegate.model.build_result import BuildResult
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

    The template is named by its content: what is unchanged is not submitted again. The new version stays excluded from
    `latest` if the template says so; `imagegate verify` proves it. Ctrl-C cancels the run.
    """
    from imagegate.flows.build import build_image
    from imagegate.flows.build_for_commit import build_for_commit

    image = image_name(folder)
    wanted = follow if follow is not None else shell.verbose or sys.stderr.isatty()
    follow_s = _FOLLOW_S if wanted else None
    may_run: set[ResourceId] = set()

    def build() -> BuildResult:
        refuse_strangers_code(os.environ)
        settings = load_settings(folder, inputs=inputs)
        story = shell.story(show_log=bool(follow))

        def on_run(template_id: ResourceId | None) -> None:
            may_run.clear()
            may_run.update([template_id] if template_id else [])
            keep_for_post(shell, "build", template_id, settings.azure, image=image)

        return build_image(
            settings,
            shell.connect(settings.azure),
            story,
            environment=os.environ,
            teardown_clock=shell.teardown_clock,
            logs=log_folder,
            follow_s=follow_s,
            on_run=on_run,
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
        if not may_run:
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
    return Outcome(
        headline=f"Built {version} in {format_duration(result.timings['total'])}",
        document=result.to_json(),
        rows=rows,
        warnings=warnings,
    )
