"""A machine's network, inside its cell: a tap with DHCP for the guest, and the wall of its network security group.

The cell's network namespace stands for the virtual network: its router has the subnet's first address, as Azure's
has. Ports that no rule opens are dropped, so a connection times out; ports that a rule opens and the guest refuses
are refused.
"""

from __future__ import annotations

import ipaddress
import subprocess
from collections.abc import Sequence
from pathlib import Path

from localazure.engine import process
from localazure.engine.cell import MOUNTS, Cell
from localazure.engine.ledger import Ledger
from localazure.engine.network import Link
from localazure.engine_port import Rule

TAP = "tap0"
_UPLINK = "up0"
_LEASE = "infinite"
_PREFIX_LENGTH = 24


class GuestNetwork:
    """The network of one machine; it ends with the cell, but for the link's rules, which `close` removes."""

    def __init__(self, ledger: Ledger, cell: Cell, *, private_ip: str, public_ip: str | None, mac: str) -> None:
        self._cell = cell
        self._guest = private_ip
        self._router = _router(private_ip)
        self._mac = mac
        self._server: subprocess.Popen[bytes] | None = None
        self.link = Link(ledger, lambda argv: cell.command(argv, network=False), namespace_pid=1, peer=_UPLINK)
        try:
            self.link.open(public_ip=public_ip)
        except BaseException:
            self.link.close()
            raise

    def open(self, rules: Sequence[Rule], *, log: Path) -> None:
        """Bring tap, router and DHCP up."""
        lines = [
            *self.link.peer_commands(_UPLINK),
            f"tuntap add dev {TAP} mode tap",
            f"address add {self._router}/{_PREFIX_LENGTH} dev {TAP}",
            f"link set {TAP} mtu {self.link.outside.mtu} up",
        ]
        self._run(["ip", "-batch", "-"], "\n".join(lines))
        self._run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1", f"net.ipv6.conf.{TAP}.disable_ipv6=1"])
        self._run(["nft", "-f", "-"], self._wall())
        self.set_rules(rules)
        self._server = process.start(self._cell.command(self._dhcp()), log=log)

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Open these ports and no others, in one step."""
        lines = ["flush chain inet wall rules"]
        for rule in rules:
            ports = f"{rule.first_port}-{rule.last_port}"
            lines.append(f"add rule inet wall rules {rule.protocol.lower()} dport {ports} accept")
        self._run(["nft", "-f", "-"], "\n".join(lines) + "\n")

    def close(self) -> None:
        """Remove what lies outside the cell. Idempotent."""
        if self._server is not None:
            process.kill(self._server)
        self.link.close()

    def _run(self, argv: Sequence[str], stdin: str = "") -> None:
        process.run(self._cell.command(argv), stdin=stdin.encode())

    def _wall(self) -> str:
        return f"""
table inet wall {{
  chain prerouting {{ type nat hook prerouting priority -100;
    iifname "{_UPLINK}" ip daddr {self.link.peer_address} dnat ip to {self._guest}
  }}
  chain postrouting {{ type nat hook postrouting priority 100;
    oifname "{_UPLINK}" masquerade
  }}
  chain rules {{ }}
  chain forward {{ type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "{TAP}" accept
    jump rules
  }}
  chain input {{ type filter hook input priority 0; policy drop;
    iifname "lo" accept
    ct state established,related accept
    iifname "{TAP}" udp dport 67 accept
    iifname "{TAP}" icmp type echo-request accept
  }}
  chain output {{ type filter hook output priority 0;
    oifname "{_UPLINK}" icmp type destination-unreachable drop
  }}
}}
"""

    def _dhcp(self) -> list[process.Argument]:
        network = ipaddress.ip_interface(f"{self._guest}/{_PREFIX_LENGTH}").network
        return [
            "dnsmasq",
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--port=0",
            "--no-ping",
            "--leasefile-ro",
            f"--pid-file={MOUNTS / 'dhcp.pid'}",
            f"--interface={TAP}",
            "--bind-interfaces",
            "--dhcp-authoritative",
            "--dhcp-rapid-commit",
            f"--dhcp-range={network.network_address},static,{network.netmask},{_LEASE}",
            f"--dhcp-host={self._mac},{self._guest},{_LEASE}",
            f"--dhcp-option=option:router,{self._router}",
            f"--dhcp-option=option:dns-server,{','.join(self.link.name_servers())}",
            f"--dhcp-option=option:mtu,{self.link.outside.mtu}",
        ]


def _router(private_ip: str) -> str:
    """The subnet's first address; its last where the machine has the first itself."""
    network = ipaddress.ip_interface(f"{private_ip}/{_PREFIX_LENGTH}").network
    first, last = network.network_address + 1, network.broadcast_address - 1
    return str(last if str(first) == private_ip else first)
