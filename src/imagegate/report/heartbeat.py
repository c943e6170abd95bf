"""A pulse beside a story that says nothing for a while, so that whoever looks knows that it goes on."""

import threading
from collections.abc import Callable

QUIET_S = 29.0
"""Whoever looks is told something at least every half minute."""
_LOOK_S = 1.0


class Heartbeat:
    """Calls `beat` about every second, on a thread of its own, until it is stopped. Ends with the program, too."""

    def __init__(self, beat: Callable[[], None], *, interval_s: float = _LOOK_S) -> None:
        self._beat = beat
        self._interval_s = interval_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="heartbeat")

    def start(self) -> None:
        """Begin, once."""
        if not self._thread.is_alive():
            self._thread.start()

    def stop(self) -> None:
        """End; nothing is called any more once this has returned. Idempotent."""
        self._over.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._interval_s):
            self._beat()
