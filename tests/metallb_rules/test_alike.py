"""Where there are too many ends to give, each Service's own list of what it may get is whole still."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import pytest

from kubectl_sharedip.metallb import settle as settling
from kubectl_sharedip.metallb.alike import Followed, Lists, most_telling, taken_together
from kubectl_sharedip.metallb.edits import Edit, PoolsEdit, Restart, ServiceDeletion, ServiceEdit
from kubectl_sharedip.metallb.looks import MOST_ENDS, Walk
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


def test_as_many_as_can_be_followed_leave_nothing_out() -> None:
    """One new Service and two pools: one end is given, both are followed."""
    with mock.patch.object(settling, "_MOST_FOLLOWED", 2), mock.patch.object(settling, "MOST_ENDS", 1):
        settled = settle(state(*FOUR), creations(1), frozenset())
    assert (len(settled.ends), settled.complete, settled.lists_complete) == (1, False, True)
    assert lists(settled, "s0") == {"10.0.0.0", "10.1.0.0"}


def followed(a: str, b: str | None, /, **besides: Lists) -> Followed:
    """An end in which the Services hold these; where b is None it is not there."""
    documents = [service("a", status=[a]), *([service("b", status=[b])] if b is not None else [])]
    return Followed(
        state=state(*FOUR, *documents), besides={named(name): lists for name, lists in besides.items()}
    )


def each(*texts: str) -> Lists:
    return frozenset(addresses(text) for text in texts)


def test_ends_in_which_both_changed_places_are_alike_until_pools_or_restarts_come() -> None:
    one, other = followed("10.0.0.0", "10.0.0.1"), followed("10.0.0.1", "10.0.0.0")
    (both,) = taken_together([one, other], Walk(frozenset()), [])
    assert both.lists(named("a")) == both.lists(named("b")) == each("10.0.0.0", "10.0.0.1")
    restless = Walk(frozenset())
    restless.restless = True
    assert taken_together([one, other], restless, []) == [one, other]
    assert taken_together([one, other], Walk(frozenset()), [Restart()]) == [one, other]


def sharing(*, at_0: str, at_1: str) -> Followed:
    """Services named by their port, all with one key, on 10.0.0.0 and on 10.0.0.1."""
    places = [*((port, "10.0.0.0") for port in at_0.split()), *((port, "10.0.0.1") for port in at_1.split())]
    documents = [service(f"s{port}", key="k", ports=[f"TCP/{port}"], status=[at]) for port, at in places]
    return Followed(state=state(*FOUR, *documents), besides={})


def test_an_address_is_open_to_whoever_may_share_with_all_that_are_on_it() -> None:
    coming: list[Edit] = [ServiceEdit(service=read_service(service("late", key="k", ports=["TCP/80"])))]
    here, there = sharing(at_0="80 81", at_1="82 83"), sharing(at_0="82 81", at_1="80 83")
    same = sharing(at_0="80 82", at_1="81 83")  # for port 80, as the first
    assert taken_together([here, there], Walk(frozenset()), coming) == [here, there]
    assert len(taken_together([here, same], Walk(frozenset()), coming)) == 1
    assert len(taken_together([here, there], Walk(frozenset()), [])) == 1  # nobody comes


@pytest.mark.parametrize("place", [0, 1])
def test_pools_that_may_still_come_into_force_keep_ends_apart(place: int) -> None:
    ends = [followed("10.0.0.0", "10.0.0.1"), followed("10.0.0.1", "10.0.0.0")]
    state = ends[place].state
    ends[place] = replace(ends[place], state=replace(state, postponed=state.pools))
    assert taken_together(ends, Walk(frozenset()), []) == ends


def test_those_come_first_in_which_somebody_holds_what_it_held_in_none_before() -> None:
    first, second = followed("10.0.0.0", "10.1.0.0"), followed("10.0.0.1", "10.1.0.1")
    nothing_new, last = followed("10.0.0.0", "10.1.0.1"), followed("10.0.0.2", "10.1.0.0")
    ends = [first, second, nothing_new, last]
    assert most_telling(ends, 4, []) == [first, second, last, nothing_new]
    assert most_telling(ends, 3, [Restart()]) == [first, second, last]


def test_an_end_that_says_what_the_one_before_it_says_is_not_telling() -> None:
    """They differ in which of the two lists is their own."""
    one = followed("10.0.0.0", "10.1.0.0", a=each("10.0.0.1"))
    same = followed("10.0.0.1", "10.1.0.0", a=each("10.0.0.0"))
    new = followed("10.0.0.2", "10.1.0.0")
    assert most_telling([one, same, new], 3, []) == [one, new, same]


def test_the_first_stands_for_what_is_at_rest_in_those_that_are_left_out() -> None:
    ends = [
        followed("10.0.0.0", "10.1.0.0", a=each("10.0.0.9"), b=each("10.1.0.9")),
        followed("10.0.0.1", "10.1.0.1", a=each("10.0.0.8")),
        followed("10.0.0.2", "10.1.0.2"),
        followed("10.9.0.0", "10.1.0.3"),  # a shows what no pool has, and will not keep it
        followed("10.0.0.4", None),
    ]
    deleted = ServiceDeletion(name=named("b"))
    first, second = most_telling(ends, 2, [deleted])
    assert (first.state, second) == (ends[0].state, ends[1])
    assert first.lists(named("a")) == each("10.0.0.0", "10.0.0.9", "10.0.0.2", "10.0.0.4")
    assert first.lists(named("b")) == each("10.1.0.0", "10.1.0.9")  # an edit is still to come for it
    first, second = most_telling(ends, 2, [])
    assert first.lists(named("b")) == each("10.1.0.0", "10.1.0.9", "10.1.0.2", "10.1.0.3")
