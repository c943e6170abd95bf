"""File: one fetched file, written where the build machine's user may write; on Linux that is /tmp and its own home."""

from __future__ import annotations

import posixpath
from urllib.parse import urlsplit

from localazure.engine.customizers.shell import check_sum
from localazure.engine.provisioner import USER, Step, StepFailed
from localazure.engine_port import Customization


def target(customization: Customization) -> str:
    """Where the file goes: a destination that ends in a slash is a folder, and the file keeps its own name."""
    destination = customization.destination or ""
    if destination.endswith("/"):
        destination += posixpath.basename(urlsplit(customization.source_uri).path)
    return destination


def run(step: Step) -> None:
    """Write the file. Folders on the way have to exist."""
    customization = step.customization
    check_sum(customization)
    destination = target(customization)
    step.log.starting("file")
    step.log.say(f"Uploading {customization.source_uri} => {destination}")
    try:
        done = step.container.write(destination, customization.content or b"", user=USER)
        if done.exit_code != 0:
            raise StepFailed(f"Upload failed: {done.stderr.strip()}", exit_code=1)
    finally:
        step.log.ending("file")
