"""Name the image template of a build job."""

import secrets
import string

_ALPHABET = string.ascii_lowercase + string.digits
_RANDOM_LENGTH = 10


def name_template(image: str) -> str:
    """`<image>-<10 random characters>`: each job has a template of its own, so no two jobs share a run.

    The image's own limit of 51 characters keeps it within the service's 64.
    """
    return f"{image}-{''.join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))}"
