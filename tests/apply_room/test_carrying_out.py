"""Edits in order under their preconditions, and MetalLB's answer held against what was foretold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubectl_sharedip.apply.apply import carry_out, default_timeout_s
from kubectl_sharedip.model.names import service_ref
from kubectl_sharedip.model.results import (
    Done,
    Failed,
    Judged,
    Missed,
    Sending,
    Skipped,
    Stale,
    Unverified,
    Waiting,
)
from tests.apply_room.cluster_of_three import (
    BYSTANDER,
    GIVE_HOLDER,
    GIVE_WAITER,
    HELD,
    HOLDER,
    JOIN,
    KEY,
    OTHER,
    THIRD,
    WAITER,
    WAKE,
    Lab,
    address,
    effect,
    set_annotation,
    set_spec,
    way,
)
from tests.fakeapi import Fault


def key_field() -> str:
    return f'metadata.annotations["{KEY}"]'


def test_done_and_verified(lab: Lab) -> None:
    lab.when(WAITER, KEY, lambda: lab.assign(WAITER, HELD))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Done)
    assert [each.edit for each in result.applied] == [GIVE_HOLDER, GIVE_WAITER]
    assert lab.states() == ["done", "done"]
    assert [step.resource_version for step in lab.recorded().progress] == [
        each.resource_version for each in result.applied
    ]
    assert lab.patches() == ["holder", "waiter"]
    assert [event.index for event in lab.events if isinstance(event, Sending)] == [0, 1]


def test_an_edit_is_one_merge_patch_of_its_fields_with_the_resource_version(lab: Lab) -> None:
    version = lab.get(WAITER)["metadata"]["resourceVersion"]
    lab.when(WAITER, KEY, lambda: lab.assign(WAITER, THIRD))
    give_up = set_spec(WAITER, "loadBalancerIP", None, HELD).operations
    edit = set_annotation(WAITER, KEY, "dns")
    both = type(edit)(
        service=WAITER, resource_version=version, owner=None, operations=(*edit.operations, *give_up)
    )
    assert isinstance(lab.carry_out(way(both, effects=(effect(WAITER, None, THIRD),))), Done)
    (sent,) = [asked for asked in lab.api.requests if asked.method == "PATCH"]
    assert json.loads(sent.body) == {
        "metadata": {"resourceVersion": version, "annotations": {KEY: "dns"}},
        "spec": {"loadBalancerIP": None},
    }
    assert sent.query == {"fieldManager": "kubectl-sharedip"}


def test_any_of_the_foretold_ends_will_do(lab: Lab) -> None:
    lab.when(WAITER, KEY, lambda: lab.assign(WAITER, THIRD))
    either = way(GIVE_WAITER, effects=(effect(WAITER, None, HELD, THIRD),))
    assert isinstance(lab.carry_out(either), Done)


def test_unverified_when_the_time_is_over(lab: Lab) -> None:
    result = lab.carry_out(JOIN, timeout_s=0.2)
    assert isinstance(result, Unverified)
    assert result.missed == (Missed(service=WAITER, expected=((address(HELD),),), seen=()),)
    assert (result.reverted, result.error) == ((), None)
    assert lab.states() == ["done", "done"]
    assert any(isinstance(event, Waiting) and event.services == (WAITER,) for event in lab.events)


def test_unverified_says_what_came_instead(lab: Lab) -> None:
    lab.when(WAITER, KEY, lambda: lab.assign(WAITER, THIRD))
    result = lab.carry_out(JOIN, timeout_s=0.2)
    assert isinstance(result, Unverified)
    assert [missed.seen for missed in result.missed] == [(address(THIRD),)]


def test_a_live_address_that_moves_unforetold_is_missed(lab: Lab) -> None:
    def both() -> None:
        lab.assign(BYSTANDER, THIRD)
        lab.assign(WAITER, HELD)

    lab.when(WAITER, KEY, both)
    result = lab.carry_out(JOIN, timeout_s=0.2)
    assert isinstance(result, Unverified)
    moved = Missed(service=BYSTANDER, expected=((address(OTHER),),), seen=(address(THIRD),))
    assert result.missed == (moved,)


def test_a_service_that_somebody_deletes_was_not_moved(lab: Lab) -> None:
    def both() -> None:
        lab.api.delete("services", *BYSTANDER)
        lab.assign(WAITER, HELD)

    lab.when(WAITER, KEY, both)
    assert isinstance(lab.carry_out(JOIN), Done)


def test_an_edit_that_is_taken_back_is_named_without_waiting(lab: Lab) -> None:
    lab.when(WAITER, KEY, lambda: lab.annotate(WAITER, KEY, None))
    result = lab.carry_out(JOIN, timeout_s=60.0)
    assert isinstance(result, Unverified)
    assert result.reverted == (Stale(object=service_ref(WAITER), field=key_field(), was="dns", now=None),)


def test_the_foretold_state_has_to_last(lab: Lab) -> None:
    def there_and_gone() -> None:
        lab.assign(WAITER, HELD)
        lab.assign(WAITER)

    lab.when(WAITER, KEY, there_and_gone)
    assert isinstance(lab.carry_out(JOIN, timeout_s=0.3, settle_s=0.1), Unverified)


def test_between_edits_it_waits_for_a_visible_change(lab: Lab) -> None:
    seen: list[Any] = []

    def late() -> None:
        lab.api.pause(0.1)
        lab.assign(WAITER, HELD)

    lab.when(WAITER, KEY, late)
    lab.when(HOLDER, KEY, lambda: seen.append(lab.get(WAITER)["status"]))
    turned = way(GIVE_WAITER, GIVE_HOLDER, effects=JOIN.effects)
    assert isinstance(lab.carry_out(turned, wake_after_s=5.0), Done)
    assert seen == [{"loadBalancer": {"ingress": [{"ip": HELD}]}}]


def test_a_change_that_stays_out_does_not_hold_up_the_next_edit(lab: Lab) -> None:
    lab.when(HOLDER, KEY, lambda: lab.assign(WAITER, HELD))
    turned = way(GIVE_WAITER, GIVE_HOLDER, effects=JOIN.effects)
    assert isinstance(lab.carry_out(turned, wake_after_s=0.1), Done)


def test_a_wake_up_is_not_sent_where_metallb_acts(lab: Lab) -> None:
    lab.when(HOLDER, KEY, lambda: lab.assign(WAITER, HELD))
    result = lab.carry_out(way(GIVE_HOLDER, WAKE, effects=JOIN.effects), wake_after_s=5.0)
    assert isinstance(result, Done)
    assert result.skipped == (WAKE,)
    assert lab.patches() == ["holder"]
    assert lab.states() == ["done", "skipped"]
    assert Skipped(edit=WAKE) in lab.events


def test_a_wake_up_is_sent_where_metallb_does_not_act(lab: Lab) -> None:
    lab.when(WAITER, "sharedip/woken", lambda: lab.assign(WAITER, HELD))
    result = lab.carry_out(way(GIVE_HOLDER, WAKE, effects=JOIN.effects), wake_after_s=0.1)
    assert isinstance(result, Done)
    assert (result.skipped, lab.states()) == ((), ["done", "done"])


def test_a_wake_up_alone_is_sent_at_once(lab: Lab) -> None:
    lab.when(WAITER, "sharedip/woken", lambda: lab.assign(WAITER, HELD))
    assert isinstance(lab.carry_out(way(WAKE, effects=JOIN.effects), wake_after_s=60.0), Done)


def test_a_way_without_edits_is_verified(lab: Lab) -> None:
    assert lab.carry_out(way()) == Done(applied=(), skipped=())


def test_a_dry_run_has_every_edit_judged_and_changes_nothing(lab: Lab) -> None:
    before = lab.before()
    chosen = way(GIVE_HOLDER, GIVE_WAITER, WAKE, effects=JOIN.effects)
    result = carry_out(
        lab.connection,
        chosen,
        before,
        None,
        dry_run_server=True,
        timeout_s=1.0,
        progress=lab.events.append,
    )
    assert result == Judged(edits=chosen.edits)
    assert [asked.query["dryRun"] for asked in lab.api.requests if asked.method == "PATCH"] == ["All"] * 3
    assert lab.before() == before


def test_a_dry_run_names_the_edit_that_is_refused(lab: Lab) -> None:
    lab.api.fail("services", Fault(status=422, body=b'{"message": "no", "reason": "Invalid"}'))
    result = carry_out(
        lab.connection,
        JOIN,
        lab.before(),
        None,
        dry_run_server=True,
        timeout_s=1.0,
        progress=lab.events.append,
    )
    assert isinstance(result, Judged)
    ((edit, because),) = [(each.edit, each.because) for each in result.refused]
    assert (edit, result.edits) == (GIVE_HOLDER, (GIVE_WAITER,))
    assert isinstance(because, Failed)
    assert because.kind == "invalid"
    assert lab.patches() == ["holder", "waiter"]


def test_without_a_journal_there_is_no_edit(lab: Lab) -> None:
    with pytest.raises(ValueError, match="journal"):
        carry_out(
            lab.connection,
            JOIN,
            lab.before(),
            None,
            dry_run_server=False,
            timeout_s=1.0,
            progress=lab.events.append,
        )
    assert lab.patches() == []


@pytest.mark.parametrize(("count", "expected_s"), [(0, 60.0), (2000, 60.0), (10_000, 300.0)])
def test_the_default_timeout_grows_with_the_cluster(count: int, expected_s: float) -> None:
    assert default_timeout_s(count) == pytest.approx(expected_s)
