"""A guest's link to the world: what passes, what does not, and that it is all taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fake_programs import FakePrograms
from localazure.engine import network, undo
from localazure.engine.errors import EngineError
from localazure.engine.ledger import Ledger
from localazure.engine.network import Link
from localazure.engine.process import Argument

MakeLink = Callable[[], Link]


def _in_cell(argv: Sequence[Argument]) -> Sequence[Argument]:
    return argv


@pytest.fixture
def make(programs: FakePrograms, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeLink:
    """Makes links on a machine that reaches the world over `lo` and asks 10.9.9.9 for names."""
    programs.add("ip", "nft", "iptables")
    programs.answer("route show default", stdout='[{"dst": "default", "dev": "lo"}]')
    programs.answer("iptables -w -S FORWARD", stdout="-P FORWARD ACCEPT\n")
    (tmp_path / "resolv.conf").write_text("search lan\nnameserver 10.9.9.9\nnameserver fd00::1\n")
    monkeypatch.setattr(network, "_RESOLVER_FILES", (tmp_path / "resolv.conf", tmp_path / "more.conf"))
    monkeypatch.setattr(network, "_CONF", tmp_path / "conf")
    return lambda: Link(ledger, _in_cell, namespace_pid=1, peer="host0")


def _rules(programs: FakePrograms) -> str:
    return programs.calls("nft -f -")[-1].stdin.decode()


def _chain(rules: str, name: str) -> list[str]:
    body = rules.partition(f"chain {name} {{")[2].partition("\n  }")[0]
    return [line.strip() for line in body.splitlines()[1:]]


def test_both_ends_share_a_small_network(make: MakeLink, programs: FakePrograms) -> None:
    """Each end has an address of the same four, in the benchmarking range, and the guest goes out by ours."""
    link = make()

    assert link.address.startswith(("198.18.", "198.19."))
    ours, theirs = (int(one.rpartition(".")[2]) for one in (link.address, link.peer_address))
    assert theirs == ours + 1
    assert f"route add default via {link.address}" in link.peer_commands("host0")


def test_a_number_in_use_is_passed_over(make: MakeLink, programs: FakePrograms, tmp_path: Path) -> None:
    """Where another engine has the number already, the next one is tried."""
    once = f"if os.path.exists({str(tmp_path / 'once')!r}): sys.exit(0)\nopen({str(tmp_path / 'once')!r}, 'w').close()"
    programs.answer("link add", behaviour=once, stderr="RTNETLINK answers: File exists\n", exit_code=2)

    link = make()

    tried = [call.argv[3] for call in programs.calls("link add")]
    assert len(tried) == 2
    assert link.name == tried[1]


def test_machine_without_links_says_so(make: MakeLink, programs: FakePrograms) -> None:
    """A machine that cannot make links is told with the kernel's own words, at once."""
    programs.answer("link add", stderr="Operation not permitted\n", exit_code=2)

    with pytest.raises(EngineError, match="Operation not permitted"):
        make()

    assert len(programs.calls("link add")) == 1


def test_the_machine_is_behind_a_wall(make: MakeLink, programs: FakePrograms) -> None:
    """A guest reaches nothing on this machine: what it sends here is dropped, but for answers and names."""
    link = make()
    link.open()

    chain = _chain(_rules(programs), "input")
    assert chain[0] == f'iifname != "{link.name}" accept'
    assert chain[-1] == "drop"
    assert chain[2] == "meta l4proto { tcp, udp } th dport 53 ip daddr { 10.9.9.9 } accept"
    assert len(chain) == 4


def test_metadata_and_neighbours_are_out_of_reach(make: MakeLink, programs: FakePrograms) -> None:
    """A guest reaches no cloud's metadata and no other guest: only what lies on the way to the world."""
    link = make()
    link.open()

    chain = _chain(_rules(programs), "forward")
    assert "ip daddr { 169.254.0.0/16, 168.63.129.16 } drop" in chain
    assert chain[-1] == f'oifname != "{link.outside.device}" drop'
    answers, others = (
        chain.index(f'oifname "{link.name}" {end}') for end in ("ct state established,related accept", "drop")
    )
    assert answers < others


@pytest.mark.parametrize("public_ip", ["127.0.77.5", None], ids=["with", "without"])
def test_public_address(make: MakeLink, programs: FakePrograms, public_ip: str | None) -> None:
    """What this machine sends to the public address reaches the guest; without one, nothing is redirected."""
    link = make()
    link.open(public_ip=public_ip)

    redirected = f"ip daddr {public_ip} dnat ip to {link.peer_address}"
    assert (redirected in _rules(programs)) == (public_ip is not None)
    assert _rules(programs).count("dnat") == (public_ip is not None)


def test_name_server_on_loopback_is_lent(make: MakeLink, programs: FakePrograms, tmp_path: Path) -> None:
    """Where this machine asks itself, a guest asks its end of the link, which passes the question on."""
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.53\n")
    link = make()
    link.open()

    assert link.name_servers() == (link.address,)
    assert f"ip daddr {link.address} meta l4proto {{ tcp, udp }} th dport 53 dnat ip to 127.0.0.53" in _rules(programs)


def test_name_server_behind_the_stub_is_preferred(make: MakeLink, tmp_path: Path) -> None:
    """Where a stub hides real servers that another file names, a guest asks those."""
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.53\n")
    (tmp_path / "more.conf").write_text("nameserver 10.8.8.8\n")

    assert make().name_servers() == ("10.8.8.8",)


def test_where_others_drop_ours_may_pass(make: MakeLink, programs: FakePrograms) -> None:
    """Where somebody (Docker) drops what is forwarded, this link alone may pass, and no longer than it is there."""
    programs.answer("iptables -w -S FORWARD", stdout="-P FORWARD DROP\n")
    link = make()
    link.open()
    link.close()

    lines = [call.line for call in programs.calls("iptables") if "-S" not in call.line]
    assert lines == [
        f"iptables -w {verb} FORWARD {flag} {link.name} -j ACCEPT" for verb in ("-I", "-D") for flag in ("-i", "-o")
    ]


def test_a_machine_without_such_rules_gets_none(make: MakeLink, programs: FakePrograms) -> None:
    """Where nobody drops anything, nobody's chain is changed."""
    make().open()

    assert programs.calls("iptables -w -I") == []


def test_forwarding_is_borrowed(make: MakeLink) -> None:
    """Forwarding that was off is on while a link needs it, also when the first of two is gone, and off afterwards."""
    undo.FORWARDING.write_text("0\n")
    first, second = make(), make()
    first.open()
    second.open()
    seen = [undo.FORWARDING.read_text()]
    first.close()
    seen.append(undo.FORWARDING.read_text())
    second.close()
    seen.append(undo.FORWARDING.read_text())

    assert seen == ["1", "1", "0"]


def test_forwarding_that_is_on_is_left_alone(make: MakeLink) -> None:
    """A machine that forwards anyway is not changed, and not changed back."""
    undo.FORWARDING.write_text("1\n")
    link = make()
    link.open()
    link.close()

    assert undo.FORWARDING.read_text() == "1\n"
    assert not undo.FORWARDING_USERS.exists()


def test_closing_removes_its_table(make: MakeLink, programs: FakePrograms) -> None:
    """The rules go with the link, by the name under which they came."""
    link = make()
    link.open()
    link.close()

    assert f"table inet {link._table} {{" in _rules(programs)
    assert [call.argv[-1] for call in programs.calls("nft delete table")] == [link._table]


def test_a_link_that_closes_leaves_the_other_s_need(make: MakeLink, ledger: Ledger) -> None:
    """Of two links the first to close neither switches forwarding off nor crosses out that it has to be, one day."""
    undo.FORWARDING.write_text("0\n")
    first, second = make(), make()
    first.open()
    second.open()

    first.close()

    assert undo.FORWARDING.read_text() == "1"
    assert [value for kind, value in ledger._open if kind == "forwarding"] == [second.name]
    second.close()
    assert undo.FORWARDING.read_text() == "0"
    assert [value for kind, value in ledger._open if kind == "forwarding"] == []
