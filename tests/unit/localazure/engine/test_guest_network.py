"""A smoke VM's network: the router's address, DHCP for one guest, and ports that only rules open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fake_programs import FakePrograms
from localazure.engine import network
from localazure.engine.cell import Cell
from localazure.engine.guest_network import GuestNetwork
from localazure.engine.ledger import Ledger
from localazure.engine_port import Rule

Open = Callable[..., GuestNetwork]


@pytest.fixture
def open_network(
    programs: FakePrograms, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Opens a guest's network in a cell, on a machine that reaches the world over `lo`."""
    programs.add_cells()
    programs.add("ip", "nft", "iptables")
    programs.answer("route show default", stdout='[{"dst": "default", "dev": "lo"}]')
    programs.answer("iptables -w -S FORWARD", stdout="-P FORWARD ACCEPT\n")
    (tmp_path / "resolv.conf").write_text("nameserver 10.9.9.9\n")
    monkeypatch.setattr(network, "_RESOLVER_FILES", (tmp_path / "resolv.conf",))
    monkeypatch.setattr(network, "_CONF", tmp_path / "conf")
    cell = Cell(ledger, network=True)
    opened: list[GuestNetwork] = []

    def open_one(*rules: Rule, private_ip: str = "10.0.0.4") -> GuestNetwork:
        made = GuestNetwork(ledger, cell, private_ip=private_ip, public_ip="127.0.77.5", mac="00:0d:3a:01:02:03")
        opened.append(made)
        made.open(rules, log=tmp_path / "network.log")
        return made

    yield open_one
    for one in opened:
        one.close()
    cell.close()


def _loaded(programs: FakePrograms) -> list[str]:
    """What was loaded into the cell's packet filter, in order."""
    return [call.stdin.decode() for call in programs.calls("nsenter") if call.argv[-3:] == ("nft", "-f", "-")]


def test_rules_open_their_ports_and_no_others(open_network: Open, programs: FakePrograms) -> None:
    """Each rule opens its ports in its protocol; what has no rule is dropped, so that a connection times out."""
    open_network(
        Rule(protocol="Tcp", first_port=80, last_port=80), Rule(protocol="Udp", first_port=5000, last_port=5010)
    )

    wall, rules = _loaded(programs)
    assert "chain forward { type filter hook forward priority 0; policy drop;" in wall
    assert rules.splitlines() == [
        "flush chain inet wall rules",
        "add rule inet wall rules tcp dport 80-80 accept",
        "add rule inet wall rules udp dport 5000-5010 accept",
    ]


def test_new_rules_replace_the_old_in_one_step(open_network: Open, programs: FakePrograms) -> None:
    """Closing a port and opening another is one change: at no time are both, or none, in force."""
    guest = open_network(Rule(protocol="Tcp", first_port=80, last_port=80))

    guest.set_rules((Rule(protocol="Tcp", first_port=443, last_port=443),))

    last = _loaded(programs)[-1].splitlines()
    assert last == ["flush chain inet wall rules", "add rule inet wall rules tcp dport 443-443 accept"]


def test_what_comes_in_goes_to_the_guest(open_network: Open, programs: FakePrograms) -> None:
    """Everything that arrives at the link's end is the guest's, whatever its private address."""
    guest = open_network(private_ip="10.1.2.7")

    assert f"ip daddr {guest.link.peer_address} dnat ip to 10.1.2.7" in _loaded(programs)[0]


@pytest.mark.parametrize(
    ("guest", "router"), [("10.0.0.4", "10.0.0.1"), ("10.0.0.1", "10.0.0.254")], ids=["usual", "taken"]
)
def test_router_has_the_subnet_s_first_address(
    open_network: Open, programs: FakePrograms, guest: str, router: str
) -> None:
    """The router stands where Azure's does, and gives way where a machine has that address."""
    open_network(private_ip=guest)

    [batch] = [call.stdin.decode() for call in programs.calls("ip -batch -") if b"tuntap" in call.stdin]
    assert f"address add {router}/24 dev tap0" in batch.splitlines()


def test_guest_gets_its_address_and_no_other_guest_any(
    open_network: Open, programs: FakePrograms, ledger: Ledger
) -> None:
    """DHCP answers the machine's own network card with its private address, the router and real name servers."""
    guest = open_network()
    assert guest._server is not None
    guest._server.wait(20)

    [server] = programs.calls("dnsmasq")
    assert "--dhcp-range=10.0.0.0,static,255.255.255.0,infinite" in server.argv
    assert "--dhcp-host=00:0d:3a:01:02:03,10.0.0.4,infinite" in server.argv
    assert "--dhcp-option=option:router,10.0.0.1" in server.argv
    assert "--dhcp-option=option:dns-server,10.9.9.9" in server.argv


def test_closing_removes_what_lies_outside_the_cell(open_network: Open, programs: FakePrograms) -> None:
    """The machine's own rules for the link are removed; closing again does no harm."""
    guest = open_network()

    guest.close()
    guest.close()

    assert len(programs.calls("nft delete table inet localazure_")) >= 1
