"""Where there are too many ends to give, each Service's own list of what it may get is whole still."""

from __future__ import annotations

from unittest import mock

import pytest

from kubectl_sharedip.metallb import settle as settling
from kubectl_sharedip.metallb.edits import Edit, PoolsEdit, Restart, ServiceDeletion, ServiceEdit
from kubectl_sharedip.metallb.looks import MOST_ENDS
from kubectl_sharedip.metallb.predict import predict
from kubectl_sharedip.metallb.settle import Settled, settle, unrested
from kubectl_sharedip.metallb.state import State
from tests.metallb_rules.tiny import RANGES, Tiny
from tests.metallb_rules.worlds import addresses, named, pool, read_service, service, snapshot_of, state

FOUR = pool("a", "10.0.0.0/28"), pool("b", "10.1.0.0/28")


def creations(count: int, **fields: object) -> list[Edit]:
    return [ServiceEdit(service=read_service(service(f"s{n}", **fields))) for n in range(count)]  # type: ignore[arg-type]


def lists(settled: Settled, name: str) -> set[str]:
    return {",".join(map(str, one)) for one in settled.addresses(named(name))}


def test_two_pools_and_ten_services() -> None:
    """Each takes the lowest free address of either pool: the n-th finds up to n taken in each."""
    settled = settle(state(*FOUR), creations(10), frozenset())
    assert (settled.complete, settled.lists_complete, settled.restless) == (False, True, False)
    assert len(settled.ends) == MOST_ENDS
    for number in range(10):
        expected = {f"10.{pool}.0.{taken}" for pool in (0, 1) for taken in range(number + 1)}
        assert lists(settled, f"s{number}") == expected


def test_what_is_foretold_of_documents_has_them_too() -> None:
    new = [service(f"s{n}") for n in range(8)]
    for one in new:
        del one["metadata"]["uid"]
    prediction = predict(snapshot_of(*FOUR, *new))
    assert (prediction.complete, prediction.lists_complete) == (False, True)
    assert prediction.by_chance == tuple(named(f"s{n}") for n in range(8))
    assert prediction.lists[named("s0")] == (addresses("10.0.0.0"), addresses("10.1.0.0"))
    few = predict(snapshot_of(*FOUR, *new[:6]))
    assert (few.complete, few.lists_complete) == (True, True)  # 2 to the power of 6 are 64


def test_of_a_group_with_a_key_each_may_be_the_first() -> None:
    """All have one port, so no two share, and one that comes to a full pool takes the other."""
    pools = pool("a", "10.0.0.0/30"), pool("b", "10.1.0.0/30")
    settled = settle(state(*pools), creations(8, key="k"), frozenset())
    assert settled.lists_complete
    for number in range(8):
        # All eight fit, so the last one finds the one place that is left, whichever that is.
        low, high = max(0, number - 4), min(number, 3)
        expected = {f"10.{pool}.0.{taken}" for pool in (0, 1) for taken in range(low, high + 1)}
        assert lists(settled, f"s{number}") == expected


def test_one_that_is_edited_later_is_told_from_the_others() -> None:
    """The first is deleted again: what it left is the lowest address of its pool for one who comes then."""
    edits = [*creations(8), ServiceDeletion(name=named("s0"))]
    late = ServiceEdit(service=read_service(service("late", ip="10.1.0.0")))
    settled = settle(state(*FOUR), [*edits, late], frozenset())
    assert not settled.complete
    assert settled.lists_complete
    # It gets 10.1.0.0 where nobody had it, or s0 alone had it; else somebody else is on it.
    assert settled.addresses(named("late")) == ((), addresses("10.1.0.0"))
    assert settled.addresses(named("s0")) == ((),)


def crowd(seed: int) -> tuple[State, list[Edit]]:
    """Two or three pools for everybody, Services that come one by one, and edits of them."""
    tiny = Tiny(seed)
    ranges = tiny.chance.sample(RANGES, tiny.chance.choice([2, 3, 3]))
    tiny.pools = [pool(f"p{number}", one) for number, one in enumerate(ranges)]
    edits: list[Edit] = [ServiceEdit(service=read_service(one)) for one in tiny.documents()]
    while len(edits) < 6:
        edit = tiny.edit()
        if not isinstance(edit, PoolsEdit) and (not isinstance(edit, Restart) or tiny.chance.random() < 0.1):
            edits.append(edit)
    return state(*tiny.pools, version=tiny.version), edits


@pytest.mark.parametrize("first", range(0, 240, 20))
def test_taking_ends_together_loses_nothing_and_adds_nothing(first: int) -> None:
    several = 0
    for seed in range(first, first + 20):
        before, edits = crowd(seed)
        with mock.patch.object(settling, "MOST_ENDS", 10**6):
            whole = settle(before, edits, unrested(before))
        with mock.patch.object(settling, "MOST_ENDS", 1):
            less = settle(before, edits, unrested(before))
        if whole.restless or not (whole.complete and whole.lists_complete):
            continue
        several += len(whole.ends) > 1
        assert len(less.ends) == 1
        assert less.ends[0].ledger.fingerprint in {end.ledger.fingerprint for end in whole.ends}
        assert less.lists_complete
        for name in {name for end in whole.ends for name in end.services}:
            assert less.addresses(name) == whole.addresses(name), (seed, name)
    assert several >= 5


def test_lists_that_are_a_part_say_so_and_keep_what_is_settled() -> None:
    with mock.patch.object(settling, "_MOST_FOLLOWED", 3), mock.patch.object(settling, "MOST_ENDS", 2):
        settled = settle(state(*FOUR), creations(10), frozenset())
    assert not settled.complete
    assert not settled.lists_complete
    every = {f"10.{pool}.0.{taken}" for pool in (0, 1) for taken in range(10)}
    assert lists(settled, "s9") < every
    # That the first may get either was known before anything was left out.
    assert lists(settled, "s0") == {"10.0.0.0", "10.1.0.0"}
    assert lists(settled, "s1") == {f"10.{pool}.0.{taken}" for pool in (0, 1) for taken in (0, 1)}
