"""`imagegate setup`: what an image stands on."""

from collections.abc import Mapping
from pathlib import Path

import click

from imagegate.cli.command import Shell, folder_argument, input_options, shared_options
from imagegate.report.outcome import Outcome
from imagegate.settings import load_settings

_EXAMPLES = """\b
Examples:
  imagegate setup templates/apache-debian12
  imagegate setup templates/apache-debian12 --principal-id 11111111-2222-3333-4444-555555555555
"""


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
@shared_options
def setup_command(
    *, shell: Shell, folder: Path, inputs: Mapping[str, str | None], principal_id: str, principal_type: str
) -> Outcome:
    """Register providers, make resource groups, and deploy identity, gallery, definition and script container.

    Needs rights on the subscription and is run once by a person; what is there already stays as it is.
    """
    settings = load_settings(folder, inputs=inputs)
    from imagegate.flows.setup import set_up
    from imagegate.gateway.principal import OwnPrincipal

    story = shell.story()
    principal = OwnPrincipal(object_id=principal_id, kind=principal_type) if principal_id else None
    result = set_up(settings, shell.connect(settings.azure), story, principal=principal)
    rows = [
        *(("made", name) for name in result.made),
        *(("registered", name) for name in result.registered),
        *((name, str(value)) for name, value in result.outputs.items()),
    ]
    return Outcome(headline=f"{settings.name} has what it stands on", document=result.to_json(), rows=rows)
