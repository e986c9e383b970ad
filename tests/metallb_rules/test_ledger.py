"""The books of who holds what: a change leaves the ones before it as they were."""

from __future__ import annotations

from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from kubectl_sharedip.metallb import ledger as ledger_module
from kubectl_sharedip.metallb.ledger import Allocation, Ledger
from kubectl_sharedip.metallb.sharing import Terms
from kubectl_sharedip.model.address import Address, AddressRange
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import ServicePort

SPAN = 12
BASES = {4: 0x0A0000F8, 6: 0xFC << 120}  # 10.0.0.248 and on: two addresses of the span are avoided
KEYS = ("", "k", "l")

addresses = st.builds(
    lambda family, n: Address(family, BASES[family] + n), st.sampled_from([4, 6]), st.integers(0, SPAN)
)
names = st.builds(ServiceName, st.sampled_from(["n", "m"]), st.sampled_from("abcd"))
ranges = st.builds(
    lambda family, first, size: AddressRange(family, BASES[family] + first, BASES[family] + first + size),
    st.sampled_from([4, 6]),
    st.integers(0, SPAN),
    st.integers(0, SPAN),
)


@st.composite
def allocations(draw: st.DrawFn) -> Allocation:
    terms = Terms(
        service=draw(names),
        sharing_key=draw(st.sampled_from(KEYS)),
        backend_key="",
        ports=(ServicePort(draw(st.integers(80, 82)), "TCP"),),
    )
    held = draw(st.lists(addresses, min_size=1, max_size=2, unique=True))
    return Allocation(terms=terms, addresses=tuple(held), pool="p")


steps = st.lists(st.one_of(allocations(), names), max_size=12)

few = st.lists(st.one_of(allocations(), names), max_size=4)

# After how many changes the books are made anew: at once, in the midst of the steps, never.
limits = st.sampled_from([0, 3, 1000])


def replayed(
    first: list[Allocation], changes: list[Allocation | ServiceName], limit: int = 1000
) -> tuple[Ledger, dict[ServiceName, Allocation]]:
    """The ledger after these steps, and a plain dictionary after the same."""
    ledger, plain = Ledger(first), {one.terms.service: one for one in first}
    with mock.patch.object(ledger_module, "_MOST_CHANGES", limit):
        for change in changes:
            if isinstance(change, Allocation):
                ledger = ledger.assign(change)
                plain[change.terms.service] = change
            else:
                ledger = ledger.release(change)
                plain.pop(change, None)
    return ledger, plain


def naive_on(plain: dict[ServiceName, Allocation], address: Address) -> list[Allocation]:
    on_it = [one for one in plain.values() if address in one.addresses]
    return sorted(on_it, key=lambda one: one.terms.service)


def everywhere(range_: AddressRange) -> list[Address]:
    return [Address(range_.family, value) for value in range(range_.first, range_.last + 1)]


def naive_first_free(
    plain: dict[ServiceName, Allocation], range_: AddressRange, avoided: bool
) -> Address | None:
    taken = {address for one in plain.values() for address in one.addresses}
    for value in range(range_.first, range_.last + 1):
        buggy = range_.family == 4 and value & 0xFF in (0, 255)
        if Address(range_.family, value) not in taken and not (avoided and buggy):
            return Address(range_.family, value)
    return None


@given(st.lists(allocations(), max_size=6), steps, ranges, st.booleans(), limits)
def test_first_free_is_what_a_scan_finds(
    first: list[Allocation],
    changes: list[Allocation | ServiceName],
    range_: AddressRange,
    avoided: bool,
    limit: int,
) -> None:
    ledger, plain = replayed(first, changes, limit)
    assert ledger.first_free(range_, avoided) == naive_first_free(plain, range_, avoided)


@given(st.lists(allocations(), max_size=6), steps, ranges, limits)
def test_the_books_are_a_dictionary_with_indexes(
    first: list[Allocation], changes: list[Allocation | ServiceName], range_: AddressRange, limit: int
) -> None:
    ledger, plain = replayed(first, changes, limit)
    assert {one.terms.service: one for one in ledger.allocations()} == plain
    assert len(list(ledger.allocations())) == len(plain)
    assert list(ledger.names()) == sorted(plain)
    for address in everywhere(range_):
        assert ledger.holders(address) == tuple(one.terms.service for one in naive_on(plain, address))
    assert ledger.used(range_) == tuple(a for a in everywhere(range_) if naive_on(plain, a))
    for key in KEYS[1:]:
        under_it = [
            a for a in everywhere(range_) if any(one.terms.sharing_key == key for one in naive_on(plain, a))
        ]
        assert ledger.with_key(key, range_) == tuple(under_it)
    assert ledger.fingerprint == Ledger(plain.values()).fingerprint


@given(st.lists(allocations(), max_size=6), steps, limits)
def test_what_changed_is_what_differs_from_the_first_books(
    first: list[Allocation], changes: list[Allocation | ServiceName], limit: int
) -> None:
    ledger, plain = replayed(first, changes, limit)
    before = {one.terms.service: one for one in first}
    differing = {n: plain.get(n) for n in before.keys() | plain.keys() if before.get(n) != plain.get(n)}
    assert ledger.changed() == differing


@given(st.lists(allocations(), max_size=6), steps, ranges)
def test_a_change_leaves_the_books_before_it_alone(
    first: list[Allocation], changes: list[Allocation | ServiceName], range_: AddressRange
) -> None:
    ledger = Ledger(first)
    before = (
        ledger.fingerprint,
        ledger.used(range_),
        ledger.first_free(range_, False),
        dict(ledger.changed()),
    )
    replayed_from = ledger
    for change in changes:
        if isinstance(change, Allocation):
            replayed_from = replayed_from.assign(change)
        else:
            replayed_from = replayed_from.release(change)
    assert before == (
        ledger.fingerprint,
        ledger.used(range_),
        ledger.first_free(range_, False),
        dict(ledger.changed()),
    )


@given(st.lists(allocations(), max_size=6), st.lists(allocations(), max_size=6))
def test_many_changes_at_once_are_the_same_as_one_by_one(
    first: list[Allocation], changes: list[Allocation]
) -> None:
    together = Ledger(first).rewritten({one.terms.service: one for one in changes})
    one_by_one, plain = replayed(first, list(changes))
    assert together.fingerprint == one_by_one.fingerprint
    assert {one.terms.service: one for one in together.allocations()} == plain


def test_a_large_range_costs_what_is_used_in_it() -> None:
    whole = AddressRange(6, 0xFC << 120, (0xFD << 120) - 1)
    terms = Terms(service=ServiceName("n", "a"), sharing_key="", backend_key="", ports=())
    ledger = Ledger([Allocation(terms=terms, addresses=(Address(6, whole.first),), pool="p")])
    assert ledger.first_free(whole, True) == Address(6, whole.first + 1)
    assert ledger.used(whole) == (Address(6, whole.first),)


@given(st.lists(allocations(), max_size=3), few, few, st.booleans(), st.sampled_from([0, 2, 1000]))
def test_who_holds_the_same_in_two_books_may_be_left_out_and_nobody_else(
    first: list[Allocation],
    changes: list[Allocation | ServiceName],
    others: list[Allocation | ServiceName],
    related: bool,
    limit: int,
) -> None:
    """Whether they were made from the same books or not."""
    one, _ = replayed(first, changes, limit)
    with mock.patch.object(ledger_module, "_MOST_CHANGES", limit):
        other = one if related else Ledger(first)
        for change in others:
            other = other.assign(change) if isinstance(change, Allocation) else other.release(change)
    differing = {
        n for n in map(_name, [*first, *changes, *others]) if one.allocation(n) != other.allocation(n)
    }
    assert differing <= one.may_differ(other)
    assert differing <= other.may_differ(one)


def _name(change: Allocation | ServiceName) -> ServiceName:
    return change.terms.service if isinstance(change, Allocation) else change


def test_books_of_one_origin_are_told_apart_by_what_was_changed_alone() -> None:
    held = [_holding(name, n) for n, name in enumerate("abcd")]
    first = Ledger(held)
    assert first.may_differ(first) == set()
    assert first.release(_name(held[0])).may_differ(first.release(_name(held[1]))) == set(
        map(_name, held[:2])
    )


def _holding(name: str, number: int) -> Allocation:
    terms = Terms(service=ServiceName("n", name), sharing_key="", backend_key="", ports=())
    return Allocation(terms=terms, addresses=(Address(4, BASES[4] + number),), pool="p")


def test_a_buggy_address_that_was_given_back_is_free_where_they_are_not_avoided() -> None:
    last, first = Address(4, BASES[4] + 7), Address(4, BASES[4] + 8)  # 10.0.0.255 and 10.0.1.0
    assert (str(last), str(first)) == ("10.0.0.255", "10.0.1.0")
    held = [_holding("a", 7), _holding("b", 8), _holding("c", 9)]
    ledger = Ledger(held)
    for one in held:
        ledger = ledger.release(one.terms.service)
    range_ = AddressRange(4, last.value, last.value + 2)
    assert ledger.first_free(range_, avoided=False) == last
    assert ledger.first_free(range_, avoided=True) == held[2].addresses[0]


def test_an_address_has_the_key_of_those_that_are_on_it_now() -> None:
    """Who had the key has left it, and one without came: nobody may join that one."""
    held = _holding("a", 0)
    keyed = Allocation(terms=_keyed("a"), addresses=held.addresses, pool="p")
    here = AddressRange(4, BASES[4], BASES[4])
    assert Ledger([keyed]).with_key("k", here) == held.addresses
    left = Ledger([keyed]).release(keyed.terms.service)
    assert left.with_key("k", here) == ()
    assert left.assign(_holding("b", 0)).with_key("k", here) == ()


def _keyed(name: str) -> Terms:
    return Terms(service=ServiceName("n", name), sharing_key="k", backend_key="", ports=())


def test_books_are_made_anew_only_beyond_the_limit() -> None:
    """Anew they cost as much as all that is held; before the limit a change costs what it changes."""
    ledger = Ledger([_holding("a", 0)])
    with (
        mock.patch.object(ledger_module, "_MOST_CHANGES", 3),
        mock.patch.object(ledger_module, "_Base", wraps=ledger_module._Base) as made,
    ):
        for number, name in enumerate("bcd", 1):
            ledger = ledger.assign(_holding(name, number))
        assert made.call_count == 0
        ledger = ledger.assign(_holding("e", 4))
        assert made.call_count == 1
        for number, name in enumerate("fgh", 5):
            ledger = ledger.assign(_holding(name, number))
        assert made.call_count == 1
    assert len(list(ledger.allocations())) == 8
