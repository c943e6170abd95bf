"""The product's own program with its wire recorded: `python -m acceptance.product build FOLDER`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from acceptance.belief import all_beliefs
from acceptance.recorder import Recorder, recorded_transport
from imagegate.cli import main
from imagegate.gateway import cloud

FILE, LABEL, FLIP = "ACCEPTANCE_RECORDING", "ACCEPTANCE_LABEL", "ACCEPTANCE_FLIP"


def recorder_of(environment: Mapping[str, str]) -> Recorder:
    """The recorder that the acceptance run wants of its child."""
    flipped = environment.get(FLIP, "")
    beliefs = all_beliefs() if flipped else ()
    flips = [belief.otherwise for belief in beliefs if belief.id == flipped]
    return Recorder(Path(environment[FILE]), label=environment[LABEL], flips=flips)


if __name__ == "__main__":
    recorder = recorder_of(os.environ)
    cloud._shared_transport = lambda: recorded_transport(recorder)  # noqa: SLF001 - a command takes no transport
    main()
