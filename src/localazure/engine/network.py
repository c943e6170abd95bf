"""A link from the machine to one guest: a veth pair, address translation outwards, and a wall around the machine.

A guest reaches the world and its name servers. It does not reach services of the machine itself, other guests, or the
metadata addresses that a cloud machine answers on; what is not on the way to the default route is dropped.
"""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import json
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from localazure.engine import process, undo
from localazure.engine.errors import EngineError, ProgramFailed
from localazure.engine.ledger import Ledger

PREFIX = "lcz"  # of interface names, with a number; the kernel keeps names apart, so a name is the lock on its number
_POOL = ipaddress.ip_network("198.18.0.0/15")  # benchmarking range (RFC 2544): neither public nor in private use
_TRIES = 50
_RESOLVER_FILES = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))
_METADATA = "{ 169.254.0.0/16, 168.63.129.16 }"  # clouds' metadata and wire servers
_CONF = Path("/proc/sys/net")

InCell = Callable[[Sequence[process.Argument]], Sequence[process.Argument]]


@dataclass(frozen=True, kw_only=True)
class Outside:
    """How the machine reaches the world."""

    device: str
    mtu: int
    name_servers: tuple[str, ...]

    @staticmethod
    def read() -> Outside:
        """From the routing table and the resolver's files."""
        routes = json.loads(process.run(["ip", "-json", "-4", "route", "show", "default"]).stdout or "[]")
        device = str(routes[0]["dev"]) if routes else "lo"
        mtu = int(Path(f"/sys/class/net/{device}/mtu").read_text())
        return Outside(device=device, mtu=min(mtu, 1500), name_servers=_name_servers())


class Link:
    """One end on the machine (`address`), the other in the guest's network namespace (`peer_address`)."""

    def __init__(self, ledger: Ledger, in_cell: InCell, *, namespace_pid: int, peer: str) -> None:
        self._ledger = ledger
        self.outside = Outside.read()
        self._number, self.name = _add_pair(in_cell, namespace_pid, peer)
        network = list(ipaddress.ip_network((int(_POOL.network_address) + 4 * self._number, 30)))
        self.address, self.peer_address = str(network[1]), str(network[2])
        self._table = f"localazure_{self._number}_{uuid.uuid4().hex[:8]}"  # a number is used again
        self._forwarding: IO[str] | None = None

    def open(self, *, public_ip: str | None = None) -> None:
        """Give the machine's end its address and rules. What is sent to `public_ip` here goes to the guest's end."""
        _set(f"ipv6/conf/{self.name}/disable_ipv6", "1")
        _set(f"ipv4/conf/{self.name}/route_localnet", "1")
        _ip(
            [
                f"address add {self.address}/30 dev {self.name}",
                f"link set {self.name} mtu {self.outside.mtu} up",
            ]
        )
        self._ledger.record("table", self._table)
        process.run(["nft", "-f", "-"], stdin=self._rules(public_ip).encode())
        self._let_docker_forward()
        self._forwarding = _need_forwarding(self._ledger, self.name)

    def peer_commands(self, peer: str) -> list[str]:
        """Lines for `ip -batch` in the guest's namespace."""
        return [
            "link set lo up",
            f"address add {self.peer_address}/30 dev {peer}",
            f"link set {peer} mtu {self.outside.mtu} up",
            f"route add default via {self.address}",
        ]

    def close(self) -> None:
        """Take the rules back; the pair itself ends with the guest's namespace. Idempotent."""
        self._ledger.undo("table", self._table)
        self._ledger.undo("forward-rules", self.name)
        if self._forwarding is not None:
            self._forwarding.close()
            self._forwarding = None
            self._ledger.undo("forwarding", self.name)
        with contextlib.suppress(ProgramFailed):  # gone with the namespace, as a rule
            process.run(["ip", "link", "delete", self.name])

    def name_servers(self) -> tuple[str, ...]:
        """What the guest asks for names: the machine's own, or its end of the link where those are on loopback."""
        reachable = tuple(one for one in self.outside.name_servers if not ipaddress.ip_address(one).is_loopback)
        return reachable or (self.address,)

    def _rules(self, public_ip: str | None) -> str:
        me, servers = self.name, ", ".join(self.name_servers())
        inwards = f"ip daddr {public_ip} dnat ip to {self.peer_address}" if public_ip else ""
        loopback = self.outside.name_servers[0] if self.address in self.name_servers() else ""
        names = f'iifname "{me}" ip daddr {self.address} meta l4proto {{ tcp, udp }} th dport 53 dnat ip to {loopback}'
        return f"""
table inet {self._table} {{
  chain output {{ type nat hook output priority -100; {inwards}
  }}
  chain prerouting {{ type nat hook prerouting priority -100; {names if loopback else ""}
  }}
  chain postrouting {{ type nat hook postrouting priority 100;
    oifname "{me}" ip saddr 127.0.0.0/8 masquerade
    oifname != "{me}" ip saddr {self.peer_address} masquerade
  }}
  chain input {{ type filter hook input priority -10;
    iifname != "{me}" accept
    ct state established,related accept
    meta l4proto {{ tcp, udp }} th dport 53 ip daddr {{ {servers}{", 127.0.0.0/8" if loopback else ""} }} accept
    drop
  }}
  chain forward {{ type filter hook forward priority -10;
    oifname "{me}" ct state established,related accept
    oifname "{me}" drop
    iifname != "{me}" accept
    meta l4proto {{ tcp, udp }} th dport 53 ip daddr {{ {servers} }} accept
    ip daddr {_METADATA} drop
    oifname != "{self.outside.device}" drop
  }}
}}
"""

    def _let_docker_forward(self) -> None:
        """Where others drop what is forwarded (Docker does), say in their chain that ours may pass."""
        with contextlib.suppress(ProgramFailed):
            if process.run(["iptables", "-w", "-S", "FORWARD"]).stdout.strip() == "-P FORWARD ACCEPT":
                return
            self._ledger.record("forward-rules", self.name)
            for flag in ("-i", "-o"):
                process.run(["iptables", "-w", "-I", "FORWARD", flag, self.name, "-j", "ACCEPT"])


def _add_pair(in_cell: InCell, namespace_pid: int, peer: str) -> tuple[int, str]:
    for _ in range(_TRIES):
        number = random.randrange(_POOL.num_addresses // 4)  # noqa: S311 - nothing secret in an interface's name
        name = f"{PREFIX}{number}"
        pair = ["ip", "link", "add", name, "type", "veth", "peer", "name", peer, "netns", str(namespace_pid)]
        done = process.run(in_cell(pair), check=False)
        if done.exit_code == 0:
            return number, name
        if "File exists" not in done.stderr:
            raise EngineError(f"No network link could be made:\n{done.stderr.strip()}")
    raise EngineError(f"No free network link: {_TRIES} numbers tried were all in use (`ip link` lists them).")


def _need_forwarding(ledger: Ledger, name: str) -> IO[str] | None:
    """Switch forwarding on, if it is off, for as long as somebody holds the file that this returns.

    Each link writes its own need down: one that closes must not cross out what another one still has to take back.
    """
    users = undo.FORWARDING_USERS
    if undo.FORWARDING.read_text().strip() != "0" and not users.exists():
        return None
    ledger.record("forwarding", name)
    opened = users.open("a")
    fcntl.flock(opened, fcntl.LOCK_SH)
    if not users.exists():  # the last user before us has just put it back
        opened.close()
        return _need_forwarding(ledger, name)
    if users.stat().st_size == 0:
        opened.write("0")
        opened.flush()
    undo.FORWARDING.write_text("1")
    return opened


def _name_servers() -> tuple[str, ...]:
    """The first file that names servers off this machine's loopback wins; else whatever there is."""
    found: list[tuple[str, ...]] = []
    for path in _RESOLVER_FILES:
        lines = path.read_text().splitlines() if path.exists() else []
        words = [line.split() for line in lines]
        servers = [word[1] for word in words if len(word) > 1 and word[0] == "nameserver"]
        ipv4 = tuple(one for one in servers if ":" not in one)
        if any(not ipaddress.ip_address(one).is_loopback for one in ipv4):
            return ipv4
        found.append(ipv4)
    return next((one for one in found if one), ("127.0.0.1",))


def _ip(lines: Sequence[str]) -> None:
    process.run(["ip", "-batch", "-"], stdin="\n".join(lines).encode())


def _set(name: str, value: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        (_CONF / name).write_text(value)
