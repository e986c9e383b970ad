"""A renamed snapshot: every finding stays, and nothing of the originals does."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.files_room, however pytest was started

from kubectl_sharedip.diagnose.census import folded
from kubectl_sharedip.diagnose.pool_findings import pool_findings
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.diagnose.said import agrees
from kubectl_sharedip.files.read import read_files
from kubectl_sharedip.files.redact import redacted
from kubectl_sharedip.files.redact.addresses import Addresses
from kubectl_sharedip.files.redact.keys import Keys
from kubectl_sharedip.files.redact.names import Names
from kubectl_sharedip.files.redact.renaming import Renaming
from kubectl_sharedip.files.snapshot import RESOURCES
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.inventory.room import rooms
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.installed import state_for, states
from kubectl_sharedip.metallb.outcomes import Assigned, Refused
from kubectl_sharedip.metallb.predict import predict
from kubectl_sharedip.metallb.ranges import UnreadableRange, read_entry
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.address import AddressRange, parse_address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.raw import NotRead, Origin, RawCluster, RawDocument
from kubectl_sharedip.model.snapshot import Snapshot
from tests.diagnose_room.case import Case, all_cases
from tests.files_room.any_cluster import ADDRESSES, ENTRIES, KEYS, NAMESPACES, WRITTEN, any_cluster
from tests.files_room.marks import Marks, full_bodies, texts

METALLB = "metallb-system"
_NO_LIMITS = Given(namespace=None, version=None, lb_class=None, newest_known=NEWEST_KNOWN)


@dataclass(frozen=True)
class Seen:
    """One reading, looked at."""

    snapshot: Snapshot
    views: tuple[State, ...]


def seen(raw: RawCluster) -> Seen:
    snapshot = predict(build_snapshot(raw, _NO_LIMITS)).snapshot
    return Seen(snapshot, states(snapshot))


def structure(finding: Finding) -> tuple[object, ...]:
    """All of a finding but the names in it."""
    return (
        *(finding.code, finding.severity, finding.certain, finding.decisive, finding.cause),
        *(len(finding.holders), [(fact.object.kind, fact.value is None) for fact in finding.facts]),
    )


def told(one: Seen) -> Iterator[object]:
    """What is found of each Service and pool, in the order of their names."""
    for name in sorted(one.snapshot.services):
        service = one.snapshot.services[name]
        state = state_for(one.views, service)
        outcome = decide(state, service) if state is not None else None
        diagnosis = diagnose(one.snapshot, one.views, service, outcome)
        yield [structure(finding) for finding in diagnosis.findings]
        yield diagnosis.skipped
        yield [note.code for note in diagnosis.notes]
        yield type(outcome), len(status_addresses(service))
        event = outcome.event if isinstance(outcome, Assigned | Refused) else None
        held = status_addresses(service)
        yield [agrees(e, event, held) for e in one.snapshot.events if e.service == name]
    for room in rooms(one.snapshot, one.views):
        yield [(count.size, count.used, count.shared, count.sharers) for count in room.counts]
        yield [structure(finding) for finding in pool_findings(one.snapshot, one.views, room)]
    yield sorted(note.code for note in one.snapshot.notes)


def move(written: Iterable[str], entries: Iterable[str]) -> dict[str, str]:
    """What becomes of addresses as they are written, and of entries of pools."""
    names = Renaming()
    for _ in range(2):
        found = {text: names.address(text) for text in written}
        found |= {entry: names.range(entry) for entry in entries}
        names.freeze()
    return found


def value(text: str) -> int:
    address = parse_address(text)
    assert address is not None
    return address.value


Ranges = tuple[AddressRange, ...] | UnreadableRange


def overlaps(one: Ranges, other: Ranges) -> bool:
    if isinstance(one, UnreadableRange) or isinstance(other, UnreadableRange):
        return False
    return any(a.overlaps(b) for a in one for b in other)


def sizes(ranges: Ranges) -> list[tuple[int, int]]:
    return [] if isinstance(ranges, UnreadableRange) else [(one.family, one.size) for one in ranges]


def holds(ranges: Ranges, text: str) -> bool:
    address = parse_address(text)
    if isinstance(ranges, UnreadableRange) or address is None:
        return False
    return any(address in one for one in ranges)


def renamed_keys(keys: Iterable[str]) -> dict[str, str]:
    addresses = Addresses()
    names = Keys(addresses)
    for key in keys:
        names.of(key)
    addresses.freeze()
    names.freeze()
    return {key: names.of(key) for key in keys}


def apart(one: str, other: str) -> int:
    """In how many places two texts of one length differ."""
    return sum(a != b for a, b in zip(one, other, strict=True))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_every_finding_stays(seed: int) -> None:
    raw = any_cluster(Random(seed))

    assert list(told(seen(redacted(raw, metallb_namespace=METALLB)))) == list(told(seen(raw)))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in all_cases()])
def test_every_finding_of_the_cases_stays(case: Case) -> None:
    raw = read_files([str(case.file)], recursive=False, stdin=sys.stdin)
    bodies = [document for document in raw.documents if document.body["kind"] != "Plan"]
    raw = replace(raw, documents=tuple(bodies))

    assert list(told(seen(redacted(raw, metallb_namespace=METALLB)))) == list(told(seen(raw)))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_the_same_is_renamed_alike_and_renaming_twice_loses_nothing(seed: int) -> None:
    raw = any_cluster(Random(seed))
    once = redacted(raw, metallb_namespace=METALLB)

    assert redacted(raw, metallb_namespace=METALLB) == once
    assert list(told(seen(redacted(once, metallb_namespace=METALLB)))) == list(told(seen(once)))


# What is no longer in it


def test_nothing_of_the_originals_is_left() -> None:
    """A mark in every text that somebody could have written, in every field of every kind."""
    marks = Marks()
    raw = RawCluster(
        documents=tuple(RawDocument(body=marks.marked(body), origin=Origin()) for body in full_bodies()),
        read=frozenset(RESOURCES),
        not_read=(NotRead(resource="services", namespace=marks.mark(), reason="forbidden"),),
        taken_at=None,
        context=marks.mark(),
        server=f"https://{marks.mark()}.example:6443",
        files=(f"{marks.mark()}.yaml",),
        uid=marks.mark(),
        applied={(marks.mark(), marks.mark()): frozenset({("metadata", "labels", marks.mark())})},
    )

    text = repr(redacted(raw, metallb_namespace=METALLB))

    assert marks.count > 150
    assert marks.found_in(text) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_no_name_no_key_and_no_address_is_left(seed: int) -> None:
    raw = any_cluster(Random(seed))
    after = redacted(raw, metallb_namespace=METALLB)

    values = set(texts(document.body for document in after.documents))
    names = {str(d.body["metadata"]["name"]) for d in raw.documents}
    placed = {str(d.body["metadata"].get("namespace", "")) for d in raw.documents}
    assert values.isdisjoint((names | placed) - {"", "controller"})  # that is the name of MetalLB's container
    words = {key for key in KEYS if parse_address(key.strip().partition("/")[0]) is None}
    assert values.isdisjoint(words - {"", "k", "true", "Shared"})
    # A range that holds a whole family leaves no place to move its addresses to.
    if not {"0.0.0.0/0", "::/0"}.intersection(texts(document.body for document in raw.documents)):
        assert values.isdisjoint({*ADDRESSES, *KEYS} - {"", "k", "true", "Shared"})


def test_what_this_program_reads_itself_keeps_its_sense_and_names_nobody() -> None:
    """A question in hexadecimal digits is a text too: that of DNS holds the name that is asked for."""
    asked = "0001" + b"\x04acme\x07example".hex()
    annotations = {
        "sharedip/ignore": "SIP208,sip804 802 acme",
        "sharedip/udp-probe": f"53:{asked},5000:00ff, acme",
        "sharedip/woken": "2",
        "external-dns.alpha.kubernetes.io/hostname": "www.acme.example,api.acme.example",
    }
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "shop", "name": "web", "annotations": annotations},
    }
    raw = RawCluster(
        documents=(RawDocument(body=body, origin=Origin()),),
        read=frozenset(RESOURCES),
        not_read=(),
        taken_at=None,
    )

    (document,) = redacted(raw, metallb_namespace=METALLB).documents

    found = document.body["metadata"]["annotations"]
    words = found["sharedip/ignore"].replace(",", " ").split()
    assert words[:3] == ["SIP208", "sip804", "802"]
    assert found["sharedip/udp-probe"] == "53:00,5000:00,(redacted)"
    assert found["sharedip/woken"] == "2"
    assert len(set(found["external-dns.alpha.kubernetes.io/hostname"].split(","))) == 2
    assert "acme" not in repr(found)
    assert asked not in repr(found)


# Addresses, keys and names one by one


def test_addresses_keep_their_order_their_neighbours_and_their_last_octet() -> None:
    texts_ = ("192.0.2.0", "192.0.2.1", "192.0.2.255", "192.0.3.0", "198.51.100.7", "10.1.2.3")
    moved = move(texts_, ["192.0.2.250-192.0.3.9", "10.0.0.0/8"])

    numbers = {text: value(moved[text]) for text in texts_}
    assert sorted(texts_, key=value) == sorted(texts_, key=lambda text: numbers[text])
    assert all(numbers[text] % 256 == value(text) % 256 for text in texts_)
    assert numbers["192.0.3.0"] - numbers["192.0.2.255"] == 1
    assert value(moved["10.0.0.0/8"].partition("/")[0]) % 2**24 == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(ENTRIES), min_size=1, unique=True), st.lists(st.sampled_from(WRITTEN)))
def test_ranges_keep_their_size_what_lies_in_them_and_what_they_overlap(
    entries: list[str], written: list[str]
) -> None:
    moved = move(written, entries)
    before = {entry: read_entry(entry) for entry in entries}
    after = {entry: read_entry(moved[entry]) for entry in entries}

    for entry in entries:
        old, new = before[entry], after[entry]
        assert type(old) is type(new)
        assert sizes(old) == sizes(new)
        for text in written:
            assert holds(old, text) == holds(new, moved[text])
        for other in entries:
            assert overlaps(old, before[other]) == overlaps(new, after[other])
    for text in written:
        one, another = parse_address(text), parse_address(moved[text])
        assert (one is None) == (another is None)
        assert (str(one) == text) == (str(another) == moved[text])


def test_keys_that_differ_by_a_slip_still_do_and_others_do_not() -> None:
    keys = [
        "dns",
        "DNS",
        "d-ns",
        "d_ns",
        "dnx",
        "mail",
        "web1",
        "web2",
        "true",
        "k",
        "192.0.2.7",
        "192.0.2.7/24",
    ]
    new = renamed_keys(keys)

    assert len(set(new.values())) == len(keys)
    assert folded(new["dns"]) == folded(new["DNS"])
    assert folded(new["d-ns"]) == folded(new["d_ns"])
    assert new["dns"] != new["DNS"]
    assert apart(new["dns"], new["dnx"]) == 1
    assert folded(new["mail"]) not in {folded(new[key]) for key in keys if key != "mail"}
    assert [new[key] for key in ("true", "k")] == ["true", "k"]  # they say nothing, of nobody
    assert parse_address(new["192.0.2.7"]) is not None
    assert new["192.0.2.7/24"] == f"{new['192.0.2.7']}/24"


def test_names_sort_as_the_originals_do_alone_and_with_what_follows() -> None:
    names = Names()
    for text in NAMESPACES:
        names.of("ns", text)
    names.freeze()
    new = {text: names.of("ns", text) for text in NAMESPACES}

    assert sorted(NAMESPACES) == sorted(NAMESPACES, key=lambda text: new[text])
    assert sorted(NAMESPACES, key=lambda text: f"{text}/x") == sorted(
        NAMESPACES, key=lambda text: f"{new[text]}/x"
    )
    assert [new[text].rpartition("-")[2] for text in ("shop-prod", "shop-dev")] == ["prod", "dev"]
