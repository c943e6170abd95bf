"""What is left when the process that owns an engine is killed, at any point, without a word: nothing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from localazure.engine import undo
from localazure.engine.engine import Engine
from localazure.engine.model import BuiltImage

pytestmark = [pytest.mark.privileged, pytest.mark.boots_vm]

_OWNER = """
import sys, threading, uuid
from pathlib import Path
from localazure.engine.engine import Engine
from localazure.engine_port import BuildRequest, Customization, MachineRequest
verb, cache, work, disk = sys.argv[1:]
engine = Engine(cache_dir=Path(cache), work_dir=Path(work))
say = lambda line: print(line, flush=True)
try:
    if verb != "machine":
        base = engine.resolve_base(publisher="Debian", offer="debian-12", sku="12-gen2", version="latest")
        last = "sleep 3600" if verb == "build" else "true"
        steps = (Customization(kind="Shell", inline=(f"echo {uuid.uuid4()}; echo is under way; {last}",)),)
        check = () if verb == "build" else (Customization(kind="Shell", inline=("true",)),)
        engine.build(BuildRequest(operation_id="op", base=base, customize=steps, validate=check), log=say, on_phase=say,
                     cancelled=threading.Event())
    else:
        engine.boot(MachineRequest(machine_id="vm", disk=Path(disk), cpus=1, memory_mib=512, hostname="vm",
                    admin_username="azureuser", ssh_public_keys=(), private_ip="10.0.0.4", public_ip="127.0.77.5"))
        say("is under way")
        while not threading.Event().wait(0.2):  # whichever thread the kernel hands a signal to: this one looks up
            pass
finally:
    engine.close()
"""


class Owner:
    """A process that owns an engine and is in the middle of something."""

    def __init__(self, verb: str, cache: Path, work: Path, disk: Path, *, until: str = "is under way") -> None:
        self.work = work
        self.child = subprocess.Popen(
            [sys.executable, "-c", _OWNER, verb, str(cache), str(work), str(disk)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        stdout = self.child.stdout
        assert stdout is not None
        for line in stdout:
            if until in line and "echo" not in line:
                break
        self.child.send_signal(signal.SIGSTOP)  # what is read now is all that there is
        self.ledger = next((work / "ledgers").glob("*.jsonl"))
        self.made = [tuple(json.loads(line)[1:]) for line in self.ledger.read_text().splitlines()]
        self.processes = _processes_of(work)
        if until == "is under way":
            self.child.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Make sure that nothing of the test itself is left."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        if self.child.stdout:
            self.child.stdout.close()

    def left(self) -> list[str]:
        """Whatever of it is still on the machine."""
        found = [f"{kind} {value}" for kind, value in self.made if _is_there(kind, value)]
        found += [f"process {one}" for one in self.processes if undo.process_identity(int(one.split(":")[0])) == one]
        found += [f"process of {self.work}: {one}" for one in _processes_of(self.work)]
        found += [line for line in Path("/proc/self/mounts").read_text().splitlines() if str(self.work) in line]
        found += [str(path) for path in (self.work / "ledgers").glob("*")]
        return found + [str(path) for path in (self.work / "machines").glob("*")]


def _is_there(kind: str, value: str) -> bool:
    if kind == "process":
        return undo.process_identity(int(value.split(":", maxsplit=1)[0])) == value
    if kind == "table":
        link = f"lcz{value.split('_')[1]}"
        shown = subprocess.run(["ip", "link", "show", link], capture_output=True, check=False)
        listed = subprocess.run(["nft", "list", "table", "inet", value], capture_output=True, check=False)
        return 0 in (listed.returncode, shown.returncode)
    return kind in ("path", "cgroup") and Path(value).exists()


def _processes_of(work: Path) -> list[str]:
    """Every process that names the work directory, or descends from one that does."""
    found: set[int] = set()
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if str(work).encode() in words:
                found.add(int(folder.name))
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return [undo.process_identity(pid) for pid in found if pid != os.getpid() and undo.process_identity(pid)[-1] != ":"]


def _until_clean(owner: Owner, deadline_s: float = 30) -> list[str]:
    deadline = time.monotonic() + deadline_s
    while (left := owner.left()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


@pytest.fixture(params=["build", "machine"])
def owner(
    request: pytest.FixtureRequest, engine: Engine, engine_cache: Path, tmp_path: Path, web_image: BuiltImage
) -> Iterator[Owner]:
    """An owner in the middle of a customizer, or with a machine that boots."""
    made = Owner(request.param, engine_cache, tmp_path / "owner", web_image.disk)
    yield made
    made.end()


def test_a_killed_owner_leaves_nothing(owner: Owner) -> None:
    """SIGKILL of the owner: no process, mount, link, rule, cgroup or temporary file of its engine is left."""
    assert owner.made
    assert owner.processes

    owner.child.kill()

    assert _until_clean(owner) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        "Waiting for the build machine",
        "Connected to the build machine",
        "Starting provisioner shell",
        "ending shell",
        "DeprovisioningScript.sh",
        "The waagent service will be stopped",
        "Validating",
    ],
)
def test_a_killed_build_leaves_nothing_at_any_moment(
    engine: Engine, engine_cache: Path, tmp_path: Path, web_image: BuiltImage, moment: str
) -> None:
    """SIGKILL right after any line of the log, while boots, layers, shutdowns and disks are being made."""
    owner = Owner("whole", engine_cache, tmp_path / "owner", web_image.disk, until=moment)
    assert owner.processes

    owner.child.kill()
    left = _until_clean(owner)
    owner.end()

    assert left == []


def test_an_interrupted_owner_leaves_nothing(owner: Owner) -> None:
    """Ctrl-C in the middle: the owner ends by itself and leaves nothing."""
    owner.child.send_signal(signal.SIGINT)
    owner.child.wait(timeout=30)

    assert _until_clean(owner) == []


def test_the_next_engine_sweeps_what_a_killed_janitor_left(owner: Owner, engine_cache: Path) -> None:
    """With owner and janitor both killed at once, the next engine in the same directory takes back what is left."""
    janitors = [one for one in owner.processes if b"janitor" in _command_line(one)]
    assert len(janitors) == 1

    os.kill(int(janitors[0].split(":")[0]), signal.SIGKILL)
    owner.child.kill()
    owner.child.wait()
    from localazure.engine import ledger

    ledger.sweep(owner.work)

    assert _until_clean(owner) == []


def _command_line(identity: str) -> bytes:
    return Path(f"/proc/{identity.split(':', maxsplit=1)[0]}/cmdline").read_bytes()
