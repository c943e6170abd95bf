"""Programs that pretend to make bases, boot build machines and fill disks, for stories of whole builds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fake_programs import Call, FakePrograms
from localazure.engine import container, generalize, network, requirements, undo

# What systemd-nspawn tells of a boot; it stays until the system is shut down.
_BOOT = """
import socket, time
off = folder + '/off'
if os.path.exists(off): os.remove(off)
teller = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for told in (b'X_NSPAWN_LEADER_PID=1', b'READY=1'):
    teller.sendto(told, chr(0).encode() + os.environ['NOTIFY_SOCKET'][1:].encode())
while not os.path.exists(off): time.sleep(0.01)
"""
_OFF = "open(folder + '/off', 'w').close()"
_ARCHIVE = "open(next(word for word in argv if word.endswith('base.tar')), 'w').close()"
_TREE = "for name in ('etc/apt/apt.conf.d', 'etc/apt/sources.list.d'): os.makedirs(name)"
_COPY = "os.mkdir(argv[4])"


class FakeBuildMachines:
    """Builds as the engine tells programs to do them; a test chooses what a script ends with."""

    def __init__(self, programs: FakePrograms, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.programs = programs
        programs.add_cells()
        there = {path.name for path in programs.folder.iterdir()}
        programs.add(*{one.program for one in requirements.REQUIREMENTS} - there, "python", "apt-config")
        programs.answer("route show default", stdout='[{"dst": "default", "dev": "lo"}]')
        programs.answer("iptables -w -S FORWARD", stdout="-P FORWARD ACCEPT\n")
        programs.answer("mmdebstrap", behaviour=_ARCHIVE)
        programs.answer("--extract --numeric-owner", behaviour=_TREE)
        programs.answer("copy_tree.py", behaviour=_COPY)
        programs.answer("systemd-nspawn --quiet --boot", behaviour=_BOOT)
        programs.answer("--no-block poweroff", behaviour=_OFF)
        programs.answer("is-system-running", stdout="running\n")
        programs.answer(f"test -e {generalize.SCRIPT}", exit_code=1)
        monkeypatch.setattr("sys.executable", str(programs.folder / "python"))
        (root / "resolv.conf").write_text("nameserver 10.9.9.9\n")
        (root / "tun").touch()
        monkeypatch.setattr(network, "_RESOLVER_FILES", (root / "resolv.conf",))
        monkeypatch.setattr(network, "_CONF", root / "conf")
        monkeypatch.setattr(requirements, "_TUN", root / "tun")
        monkeypatch.setattr(requirements, "_FILES", ())
        (root / "groups").mkdir()
        monkeypatch.setattr(container, "_cgroup_root", lambda: root / "groups")
        monkeypatch.setitem(undo._ACTIONS, "cgroup", lambda value: shutil.rmtree(value, ignore_errors=True))

    def boots(self) -> list[Call]:
        """The boots of build machines so far."""
        return self.programs.calls("systemd-nspawn --quiet --boot")

    def scripts(self) -> list[bytes]:
        """The scripts that customizers and validators ran so far."""
        written = [call for call in self.programs.inside(["/bin/sh", "-c"]) if "/script_" in call.inside[-2]]
        return [call.stdin for call in written]

    def script_ends(self, exit_code: int, *, after: int = 0) -> None:
        """Every script, but for the first so many, ends with this code."""
        count = "sum('systemd-run' in line and '\"su\"' in line for line in open(folder + '/calls.jsonl'))"
        chosen = f"answer = dict(answer, exit_code={exit_code} if {count} > {after} else 0)"
        self.programs.answer("su --shell", behaviour=chosen)
