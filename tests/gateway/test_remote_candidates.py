import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.remote_candidates import MAX_CANDIDATES, CandidateSieve, Fault, fault_of
from tests.gateway.test_negotiation import CHROMIUM


def candidate(host: str, port: object = 58_306, transport: str = "udp", kind: str = "host") -> str:
    return f"candidate:1 1 {transport} 2113937151 {host} {port} typ {kind}"


@pytest.mark.parametrize(
    "host",
    [
        *("192.168.0.7", "10.0.0.7", "172.16.0.7", "100.64.0.7", "169.254.7.7", "8.8.8.8"),
        *("fd12::7", "2001:db8::7", "2606:4700::1111", "64:ff9b::808:808"),
    ],
)
def test_addresses_of_viewers_are_tried_also_those_of_private_networks(host: str) -> None:
    assert fault_of(candidate(host), from_loopback=False) is None


@pytest.mark.parametrize(
    ("host", "fault"),
    [
        ("127.0.0.1", Fault.LOOPBACK),
        ("127.8.8.8", Fault.LOOPBACK),
        ("::1", Fault.LOOPBACK),
        ("::ffff:127.0.0.1", Fault.LOOPBACK),
        ("::127.0.0.1", Fault.LOOPBACK),
        ("64:ff9b::7f00:1", Fault.LOOPBACK),
        ("2002:7f00:1::", Fault.LOOPBACK),
        ("169.254.169.254", Fault.METADATA),
        ("::ffff:169.254.169.254", Fault.METADATA),
        ("169.254.170.2", Fault.METADATA),
        ("100.100.100.200", Fault.METADATA),
        ("168.63.129.16", Fault.METADATA),
        ("fd00:ec2::254", Fault.METADATA),
        ("0.0.0.0", Fault.NOT_ONE_HOST),
        ("0.1.2.3", Fault.NOT_ONE_HOST),
        ("::", Fault.NOT_ONE_HOST),
        ("224.0.0.251", Fault.NOT_ONE_HOST),
        ("ff02::1", Fault.NOT_ONE_HOST),
        ("255.255.255.255", Fault.NOT_ONE_HOST),
        ("240.0.0.1", Fault.NOT_ONE_HOST),
        ("::ffff:224.0.0.1", Fault.NOT_ONE_HOST),
        ("d0debe00-0b4a.local", Fault.HIDDEN),
        ("D0DEBE00-0B4A.LOCAL", Fault.HIDDEN),
        ("localhost", Fault.NAME),
        ("metadata.google.internal", Fault.NAME),
        ("127.1", Fault.NAME),
        ("0x7f000001", Fault.NAME),
        ("2130706433", Fault.NAME),
        ("127.0.0.1%eth0", Fault.NAME),
    ],
)
def test_others_are_not(host: str, fault: Fault) -> None:
    assert fault_of(candidate(host), from_loopback=False) is fault


def test_who_serves_this_machine_alone_takes_loopback_and_nothing_more() -> None:
    for host in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert fault_of(candidate(host), from_loopback=True) is None
    for host in ("169.254.169.254", "0.0.0.0", "ff02::1"):
        assert fault_of(candidate(host), from_loopback=True) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "candidate:1",
        candidate("192.0.2.7", "port"),
        candidate("192.0.2.7", 0),
        candidate("192.0.2.7", 65_536),
        candidate("192.0.2.7", "9" * 50),
        candidate("192.0.2.7", "-1"),
        candidate("192.0.2.7", kind="neighbour"),
        candidate("192.0.2.7").replace("typ", "type"),
    ],
)
def test_what_is_no_candidate_is_malformed(text: str) -> None:
    assert fault_of(text, from_loopback=False) is Fault.MALFORMED


def test_tcp_is_not_tried() -> None:
    assert fault_of(candidate("192.0.2.7", 9, "tcp"), from_loopback=False) is Fault.TCP


@given(st.text() | st.lists(st.text(min_size=1), min_size=8, max_size=9).map(" ".join))
def test_any_text_is_judged(text: str) -> None:
    fault_of(text, from_loopback=False)


def test_an_offer_is_sifted_and_what_is_left_out_counted() -> None:
    shown = f"a={candidate('192.0.2.7')}"
    hostile = "".join(f"a={candidate(host)}\r\n" for host in ("127.0.0.1", "evil.example"))
    sieve = CandidateSieve(from_loopback=False)
    kept = sieve.sift(f"{CHROMIUM}{shown}\r\n{hostile}a=end-of-candidates\r\n")
    assert [line for line in kept.splitlines() if "candidate" in line] == [shown]
    assert "a=ice-ufrag" in kept
    assert sieve.counts == {Fault.HIDDEN: 4, Fault.LOOPBACK: 1, Fault.NAME: 1}


def test_of_a_flood_the_first_ones_are_tried() -> None:
    flood = "".join(f"a={candidate('192.0.2.7', n + 1024)}\r\n" for n in range(900))
    sieve = CandidateSieve(from_loopback=False)
    assert sieve.sift(flood).count("a=candidate") == MAX_CANDIDATES
    assert sieve.fault(candidate("192.0.2.8")) is Fault.SURPLUS, "those that trickle in count, too"
    assert sieve.counts == {Fault.SURPLUS: 900 - MAX_CANDIDATES + 1}
