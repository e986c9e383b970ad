"""Room and who may join, against counting every address of small pools one by one."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.metallb_rules, however pytest was started

from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.inventory.joinable import Newcomer, joinable
from kubectl_sharedip.inventory.room import PoolRoom, rooms
from kubectl_sharedip.metallb.families import IPFamily, family_in
from kubectl_sharedip.metallb.installed import states
from kubectl_sharedip.metallb.pools import avoided, is_for
from kubectl_sharedip.metallb.room import may_join
from kubectl_sharedip.metallb.sharing import terms_of
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.snapshot import Snapshot
from tests.files_room.any_cluster import any_cluster

_MOST = 5000


def seen(seed: int) -> tuple[Snapshot, tuple[State, ...], tuple[PoolRoom, ...]]:
    given_ = Given(namespace=None, version=None, lb_class=None, newest_known=NEWEST_KNOWN)
    snapshot = build_snapshot(any_cluster(Random(seed)), given_)
    views = states(snapshot)
    return snapshot, views, rooms(snapshot, views)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_counts_are_those_of_counting(seed: int) -> None:
    _, _, found = seen(seed)
    for room in found:
        if room.pool is None or room.state is None:
            assert (room.counts, room.held) == ((), ())
            continue
        small = [r for r in room.pool.ranges if r.size <= _MOST]
        if len(small) < len(room.pool.ranges):
            continue
        for count in room.counts:
            addresses = [Address(r.family, n) for r in small for n in range(r.first, r.last + 1)]
            giving = [a for a in addresses if a.family == count.family and not avoided(room.pool, a)]
            holders = [len(room.state.ledger.holders(a)) for a in giving]
            assert count.size == len(giving)
            assert count.used == sum(1 for number in holders if number)
            assert count.shared == sum(1 for number in holders if number > 1)
            assert count.sharers == sum(number for number in holders if number > 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_a_service_can_join_where_metallb_lets_it(seed: int) -> None:
    snapshot, _, found = seen(seed)
    for service in snapshot.services.values():
        newcomer = Newcomer(ports=service.ports, key=None, service=service)
        for room in found:
            told = {one.address for one in joinable(room, newcomer)}
            state, pool = room.state, room.pool
            family = family_in(service, state.version) if state is not None else None
            if state is None or pool is None or not isinstance(family, IPFamily):
                assert not told
                continue
            mine = terms_of(service, state.version)
            handled = service.name in state.services and service.type == "LoadBalancer"
            if not mine.sharing_key:
                continue  # it is told which key it would take
            for held in room.held:
                others = [name for name in held.services if name != service.name]
                lets_in = bool(others) and may_join(state, held.address, mine) and is_for(pool, service)
                fits = held.address.family in family.numbers
                assert (held.address in told) == (lets_in and fits and handled), (held, mine)
