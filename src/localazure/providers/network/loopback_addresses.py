"""Public addresses of this machine: loopback addresses, each held by one cloud at a time.

Every address of 127.0.0.0/8 reaches this machine without any set-up. A lock file per address keeps two clouds from
taking the same one; the kernel drops the lock when its holder ends, however that happens.
"""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import os
import random
import tempfile
import threading
from pathlib import Path

POOL = ipaddress.ip_network("127.64.0.0/10")
_TRIES = 1000


class NoAddressLeft(RuntimeError):  # noqa: N818 - what happened
    """So many addresses in a row were held by others that something is wrong."""


class LoopbackAddresses:
    """The addresses that this cloud holds. Safe to use from several threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(tempfile.gettempdir()) / "localazure-addresses"
        self._lock = threading.Lock()
        self._held: dict[str, int] = {}

    def take(self) -> str:
        """Hold some address that nobody holds."""
        for _ in range(_TRIES):
            # Not a secret: an address that is likely to be free.
            number = random.randrange(int(POOL.network_address) + 1, int(POOL.broadcast_address))  # noqa: S311
            address = str(ipaddress.ip_address(number))
            if self.hold(address):
                return address
        raise NoAddressLeft(f"{_TRIES} addresses of {POOL} in a row are held by others ({self._folder})")

    def hold(self, address: str) -> bool:
        """Hold a certain address; False when another cloud holds it."""
        with self._lock:
            if address in self._held:
                return False
            descriptor = self._locked(address)
            if descriptor is None:
                return False
            self._held[address] = descriptor
            return True

    def release(self, address: str) -> None:
        """Let go of an address; nothing happens when it is not held."""
        with self._lock:
            descriptor = self._held.pop(address, None)
            if descriptor is not None:
                with contextlib.suppress(FileNotFoundError):
                    (self._folder / address).unlink()
                os.close(descriptor)

    def close(self) -> None:
        """Let go of all, and of the folder where no other cloud holds an address."""
        for address in list(self._held):
            self.release(address)
        with contextlib.suppress(OSError):
            self._folder.rmdir()

    def _locked(self, address: str) -> int | None:
        if not self._folder.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(PermissionError):
                self._folder.chmod(0o1777)  # other users' clouds hold addresses too
        path = self._folder / address
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except FileNotFoundError:  # another cloud has just ended, and the folder with it
            return self._locked(address)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(descriptor).st_ino:  # else its last holder unlinked it meanwhile
                return descriptor
        except OSError:
            pass
        os.close(descriptor)
        return None
