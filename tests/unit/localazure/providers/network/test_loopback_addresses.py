"""Loopback addresses that only one cloud holds."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from pathlib import Path

from localazure.providers.network.loopback_addresses import POOL, LoopbackAddresses


def test_addresses_are_of_the_pool_and_all_different(tmp_path: Path) -> None:
    """Two clouds on one machine never get the same address."""
    one, two = LoopbackAddresses(tmp_path), LoopbackAddresses(tmp_path)
    taken = [pool.take() for pool in (one, two) for _ in range(20)]
    assert len(set(taken)) == 40
    assert all(ipaddress.ip_address(address) in POOL for address in taken)
    one.close()
    two.close()


def test_an_address_is_free_again_once_released(tmp_path: Path) -> None:
    """Released addresses leave no file behind, and may be held by the other cloud."""
    one, two = LoopbackAddresses(tmp_path), LoopbackAddresses(tmp_path)
    address = one.take()
    assert not two.hold(address)
    assert not one.hold(address)
    one.release(address)
    assert list(tmp_path.iterdir()) == []
    assert two.hold(address)
    two.close()
    one.release(address)


def test_the_last_cloud_leaves_no_folder(tmp_path: Path) -> None:
    """The folder stays while any cloud holds an address, goes with the last one, and comes back when it is needed."""
    one, two = LoopbackAddresses(tmp_path / "held"), LoopbackAddresses(tmp_path / "held")
    one.take()
    two.take()

    one.close()
    assert (tmp_path / "held").exists()
    two.close()
    assert not (tmp_path / "held").exists()
    assert one.take()
    one.close()


def test_a_process_that_dies_lets_go(tmp_path: Path) -> None:
    """The lock is the kernel's: a killed cloud holds nothing, though its file is still there."""
    script = (
        "import os, pathlib, signal\n"
        "from localazure.providers.network.loopback_addresses import LoopbackAddresses\n"
        f"assert LoopbackAddresses(pathlib.Path({str(tmp_path)!r})).hold('127.64.0.9')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False, env={**os.environ})
    assert (tmp_path / "127.64.0.9").exists()
    mine = LoopbackAddresses(tmp_path)
    assert mine.hold("127.64.0.9")
    mine.close()
