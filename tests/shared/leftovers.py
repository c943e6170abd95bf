"""What a trial could leave on a machine."""

import subprocess
from collections.abc import Callable
from pathlib import Path

_OURS = ("qemu-system", "systemd-nspawn", "dnsmasq", "mmdebstrap", "localazure")


def nothing_new(folder: Path) -> Callable[[], dict[str, set[str]]]:
    """Look now; what is returned says what has appeared since then, by kind."""
    before = _look(folder)
    return lambda: {what: now - before[what] for what, now in _look(folder).items() if now - before[what]}


def _look(folder: Path) -> dict[str, set[str]]:
    """What a trial in `folder` could leave on this machine."""
    processes = [line.split(maxsplit=2) for line in _lines("ps", "-eo", "ppid=,pid=,args=")]
    return {
        "mounts": {line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if "docker" not in line},
        "processes": {
            f"{pid} {arguments}"
            for parent, pid, arguments in processes
            if any(name in arguments for name in _OURS) and (str(folder) in arguments or parent == "1")
        },
        "links": {name for line in _lines("ip", "-o", "link") if _is_ours(name := line.split(":")[1].strip())},
        "namespaces": set(_lines("ip", "netns")),
        "packet filters": {line for line in _lines("nft", "list", "tables") if _is_ours(line)},
        "temporary folders": {path.name for path in (folder / "tmp").glob("imagegate-try-*")},
    }


def _lines(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()


def _is_ours(name: str) -> bool:
    """Whether the engine made a link or table of that name. Two engines at once see each other's: run stories alone."""
    return name.startswith(("lcz", "table inet localazure_"))
