"""Remove the image template of a finished build."""

from collections.abc import Callable

from imagegate.errors import ImageGateError
from imagegate.gateway.image_templates import ImageTemplates


def remove_template(templates: ImageTemplates, name: str, *, note: Callable[[str], None]) -> bool:
    """Ask for the deletion of the template and its staging group; whether the service accepted it.

    It is not waited for, and a refusal is only noted: the image is built, and the sweep removes what has expired.
    """
    try:
        templates.delete(name)
    except ImageGateError as error:
        note(f"the template could not be removed ({error.message.splitlines()[0]}); `imagegate sweep` removes it")
        return False
    return True
