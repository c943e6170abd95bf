"""A process that outlives a killed engine by a moment: it waits for its owner's end and takes back what is left.

`python -m localazure.engine.janitor LEDGER`. Its standard input is a pipe that only its owner holds; the end of it is
the owner's end. It runs in a session of its own, so neither an interrupt at the terminal nor the killing of the
owner's process group reaches it.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from localazure.engine import ledger


def main() -> None:
    """Wait, then settle the ledger."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    ledger.settle(Path(sys.argv[1]), wait=True)


if __name__ == "__main__":
    main()
