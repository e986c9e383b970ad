"""The ends that settle names are those that can happen: none is missing, and none is made up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubectl_sharedip.metallb.edits import Edit, PoolsEdit, Restart, ServiceDeletion, ServiceEdit, StatusEdit
from kubectl_sharedip.metallb.looks import MOST_ENDS
from kubectl_sharedip.metallb.pools import AcceptedPools, accept
from kubectl_sharedip.metallb.settle import settle, unrested
from kubectl_sharedip.metallb.state import State
from tests.metallb_rules.enumerator import Held, TooMany, every_end, shown, with_empty_books, with_pools
from tests.metallb_rules.tiny import Tiny

WORLDS, CHUNKS = 2400, 20
TELLING = (1076, 2089, 27041, 40148, 116037)  # where an earlier settle was wrong


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_settle_names_every_end_and_no_other(chunk: int) -> None:
    compared = 0
    for seed in range(chunk, WORLDS, CHUNKS):
        compared += compare(seed)
    assert compared >= 100  # of 120: a few have more ends than can be tried


@pytest.mark.parametrize("seed", TELLING)
def test_worlds_that_were_told_wrongly_before(seed: int) -> None:
    compare(seed)


def compare(seed: int) -> bool:
    tiny = Tiny(seed)
    before = tiny.settled()
    edit = tiny.edit()
    if isinstance(edit, Restart):
        before = tiny.unseen(before)
    try:
        expected = _tried_out(before, edit)
    except TooMany:
        return False
    settled = settle(before, [edit], unrested(before))
    ends = {shown(end) for end in settled.ends}
    if settled.restless:
        return False  # what others take while one goes back and forth is not followed
    assert expected is not None
    assert len(ends) == len(settled.ends)
    if settled.complete:
        assert ends == expected, (seed, edit)
    else:
        assert ends < expected
        assert len(expected) > MOST_ENDS
    return True


def _tried_out(before: State, edit: Edit) -> set[Held] | None:
    if isinstance(edit, ServiceEdit):
        name = edit.service.name
        current = before.services.get(name)
        edited = replace(edit.service, ingress=current.ingress if current else ())
        return every_end(replace(before, services={**before.services, name: edited}), {name}, False)
    if isinstance(edit, StatusEdit):
        edited = replace(before.services[edit.name], ingress=edit.ingress)
        return every_end(replace(before, services={**before.services, edit.name: edited}), {edit.name}, False)
    if isinstance(edit, ServiceDeletion):
        services = {name: one for name, one in before.services.items() if name != edit.name}
        held = before.ledger.allocation(edit.name) is not None
        gone = replace(before, services=services, ledger=before.ledger.release(edit.name))
        return every_end(gone, set(), held)
    if isinstance(edit, Restart):
        # Before 0.14 each Service is also looked at by itself, with no order at all.
        singles = set() if before.version.assigned_first else set(before.services)
        return every_end(with_empty_books(before), singles, True)
    assert isinstance(edit, PoolsEdit)
    return _with_pools(before, edit)


def _with_pools(before: State, edit: PoolsEdit) -> set[Held] | None:
    pools = accept(edit.pools, edit.namespaces, before.version)
    assert isinstance(pools, AcceptedPools)
    orphans = [a for a in before.ledger.allocations() if pools.owner(a.addresses) is None]
    if pools.gives_as(before.pools) or (orphans and not before.version.reassigns_orphans):
        return {shown(before)}
    return every_end(with_pools(before, pools), set(), True)
