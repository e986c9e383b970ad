"""The plan that takes a run back, and the one that finishes it: by the values that are there."""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.apply.finishing import Rest, plan_rest
from kubectl_sharedip.apply.journal_record import JournalRecord, Progress
from kubectl_sharedip.apply.journal_record import State as Step
from kubectl_sharedip.apply.patches import HEALTH_PORT, values
from kubectl_sharedip.apply.undoing import plan_undo
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.metallb.installed import states
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.given import GivenPlan
from kubectl_sharedip.model.journal import JournalCluster
from kubectl_sharedip.model.names import service_ref
from kubectl_sharedip.model.plan import Edit, Effect, Operation
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument
from kubectl_sharedip.model.results import Stale
from tests.apply_room.cluster_of_three import (
    GIVE_HOLDER,
    GIVE_WAITER,
    HELD,
    HOLDER,
    KEY,
    OTHER,
    THIRD,
    WAITER,
    WAKE,
    address,
    effect,
    service,
    set_annotation,
    set_spec,
)
from tests.fakeapi import Json

KEY_FIELD = f'metadata.annotations["{KEY}"]'
POOL: Json = {
    "apiVersion": "metallb.io/v1beta1",
    "kind": "IPAddressPool",
    "metadata": {"namespace": "metallb-system", "name": "lab"},
    "spec": {"addresses": [f"{HELD}-{THIRD}"]},
}


def holder(*ips: str, **annotations: str) -> Json:
    return _live(service("holder", *(ips or (HELD,)), annotations=annotations))


def waiter(*ips: str, wanted: str = HELD, **annotations: str) -> Json:
    return _live(service("waiter", *ips, annotations=annotations, loadBalancerIP=wanted))


def _live(body: Json) -> Json:
    body["metadata"] |= {"uid": f"uid-{body['metadata']['name']}", "resourceVersion": "7"}
    return body


def run(
    *made: tuple[Edit, Step], before: tuple[Json, ...], effects: tuple[Effect, ...] = ()
) -> JournalRecord:
    """What a journal says of these edits, each with how far it came."""
    return JournalRecord(
        id="p",
        at="2026-01-01T00:00:00Z",
        cluster=JournalCluster(context=None, server=None, uid=None),
        summary="s",
        edits=tuple(edit for edit, _ in made),
        before={HOLDER if b["metadata"]["name"] == "holder" else WAITER: b for b in before},
        effects=effects,
        progress=tuple(
            Progress(edit=index, state=state, resource_version=None) for index, (_, state) in enumerate(made)
        ),
        versions={},
    )


def views(*bodies: Json) -> tuple[State, ...]:
    raw = RawCluster(
        documents=tuple(RawDocument(body=body, origin=Origin()) for body in (POOL, *bodies)),
        read=frozenset(("services", "ipaddresspools", "namespaces", "deployments")),
        not_read=(),
        taken_at=None,
        context=None,
        server=None,
        kubernetes=None,
    )
    given = Given(namespace=None, version=None, lb_class=None, newest_known=NEWEST_KNOWN)
    return states(build_snapshot(raw, given))


def undo(record: JournalRecord, *now: Json, beside: tuple[Json, ...] = ()) -> GivenPlan:
    found = {HOLDER if body["metadata"]["name"] == "holder" else WAITER: body for body in now}
    return plan_undo(record, views(*now, *beside), found)


def rest(record: JournalRecord, *now: Json, beside: tuple[Json, ...] = ()) -> Rest:
    found = {HOLDER if body["metadata"]["name"] == "holder" else WAITER: body for body in now}
    return plan_rest(record, views(*now, *beside), found)


BEFORE = (holder(), waiter())
KEYED = {KEY: "dns"}
JOINED = (effect(WAITER, None, HELD),)
DONE = run((GIVE_HOLDER, "done"), (GIVE_WAITER, "done"), before=BEFORE, effects=JOINED)


def test_the_newest_edit_is_taken_back_first() -> None:
    plan = undo(DONE, holder(**KEYED), waiter(HELD, **KEYED))
    back = Operation(path=("metadata", "annotations", KEY), value=None, was="dns")
    assert [(edit.service, edit.operations) for edit in plan.edits] == [(WAITER, (back,)), (HOLDER, (back,))]
    assert {edit.resource_version for edit in plan.edits} == {"7"}
    assert plan.effects == (Effect(service=WAITER, before=(address(HELD),), after=((),)),)
    assert [(loss.kind, loss.service, loss.value) for loss in plan.losses] == [("live-address", WAITER, HELD)]
    kinds = {fact.object.kind for fact in plan.relied_on}
    assert kinds == {"Service", "IPAddressPool"}


def test_an_edit_that_was_never_made_is_left_out() -> None:
    for state in ("planned", "failed", "skipped"):
        record = replace(DONE, progress=(DONE.progress[0], replace(DONE.progress[1], state=state)))
        plan = undo(record, holder(**KEYED), waiter(**KEYED))  # a person gave the waiter its key
        assert [edit.service for edit in plan.edits] == [HOLDER]


def test_an_edit_whose_answer_was_lost_is_there_or_not() -> None:
    record = run((GIVE_HOLDER, "done"), (GIVE_WAITER, "sent"), before=BEFORE)
    made = undo(record, holder(**KEYED), waiter(HELD, **KEYED))
    not_made = undo(record, holder(**KEYED), waiter())
    assert [edit.service for edit in made.edits] == [WAITER, HOLDER]
    assert [edit.service for edit in not_made.edits] == [HOLDER]


def test_what_is_back_already_is_left_out() -> None:
    assert [edit.service for edit in undo(DONE, holder(), waiter(**KEYED)).edits] == [WAITER]
    assert undo(DONE, holder(), waiter()).edits == ()


def test_one_foreign_value_stops_all_of_it() -> None:
    plan = undo(DONE, holder(**KEYED), waiter(**{KEY: "mine"}))
    assert plan.edits == ()
    assert plan.stale == (Stale(object=service_ref(WAITER), field=KEY_FIELD, was="dns", now="mine"),)


def test_a_service_that_is_gone_keeps_nobody_else() -> None:
    plan = undo(DONE, holder(**KEYED))
    assert ([edit.service for edit in plan.edits], plan.gone) == ([HOLDER], (WAITER,))


def test_two_edits_of_one_field_go_back_in_two_steps() -> None:
    again = set_annotation(HOLDER, KEY, "dns2", "dns")
    record = run((GIVE_HOLDER, "done"), (again, "done"), before=BEFORE[:1])
    values_back = [edit.operations[0].value for edit in undo(record, holder(**{KEY: "dns2"})).edits]
    assert values_back == ["dns", None]
    assert [edit.operations[0].value for edit in undo(record, holder(**KEYED)).edits] == [None]


def test_a_wake_up_goes_back_along_with_another_edit() -> None:
    record = run((GIVE_WAITER, "done"), (WAKE, "done"), before=BEFORE[1:])
    (edit,) = undo(record, waiter(HELD, **KEYED, **{"sharedip/woken": "1"})).edits
    assert [each.path[-1] for each in edit.operations] == [KEY, "sharedip/woken"]
    assert {each.value for each in edit.operations} == {None}
    (alone,) = undo(run((WAKE, "done"), before=BEFORE[1:]), waiter(HELD, **{"sharedip/woken": "1"})).edits
    assert not alone.wakes_only  # it would be left out where MetalLB is at rest


def test_local_gets_the_port_of_its_health_check_again() -> None:
    policy = set_spec(HOLDER, "externalTrafficPolicy", "Cluster", "Local")
    before = holder()
    before["spec"] |= {"externalTrafficPolicy": "Local", "healthCheckNodePort": 30_500}
    (edit,) = undo(run((policy, "done"), before=(before,)), holder()).edits
    assert values(edit) == {("spec", "externalTrafficPolicy"): "Local", HEALTH_PORT: 30_500}
    assert edit.operations[1].value == "30500"


def test_an_old_address_that_may_not_come_back_is_told() -> None:
    """The waiter had gone elsewhere; somebody else took what it had."""
    moved = run(
        (set_spec(WAITER, "loadBalancerIP", OTHER, HELD), "done"),
        before=(waiter(HELD),),
        effects=(Effect(service=WAITER, before=(address(HELD),), after=((address(OTHER),),)),),
    )
    free = undo(moved, waiter(OTHER, wanted=OTHER))
    assert free.not_as_before == ()
    assert free.effects[0].after == ((address(HELD),),)

    (told,) = undo(moved, waiter(OTHER, wanted=OTHER), beside=(holder(),)).not_as_before
    assert (told.before, told.after, told.holders) == ((address(HELD),), ((),), (HOLDER,))


def test_who_waited_and_keeps_its_address_is_told() -> None:
    """To wake MetalLB up was all; nobody takes back what it gave."""
    woken = run((WAKE, "done"), before=(waiter(wanted=OTHER),), effects=(effect(WAITER, None, OTHER),))
    back = undo(woken, waiter(OTHER, wanted=OTHER, **{"sharedip/woken": "1"}))
    assert [edit.service for edit in back.edits] == [WAITER]
    assert back.effects == ()
    (told,) = back.not_as_before
    assert (told.service, told.before, told.after) == (WAITER, (), ((address(OTHER),),))


def _key(value: str | None, was: str | None) -> Operation:
    return Operation(path=("metadata", "annotations", KEY), value=value, was=was)


JOINED_BY_HIS_KEY = replace(run((GIVE_HOLDER, "done"), before=(holder(),), effects=JOINED), named=(WAITER,))


def test_who_came_leaves_first_so_that_the_one_who_was_there_stays() -> None:
    """An edit takes the address from the one that is edited; the first state is back, to the letter."""
    plan = undo(JOINED_BY_HIS_KEY, holder(**KEYED), beside=(waiter(HELD, **KEYED),))
    assert [(edit.service, edit.operations) for edit in plan.edits] == [
        (WAITER, (_key(None, "dns"),)),
        (HOLDER, (_key(None, "dns"),)),
        (WAITER, (_key("dns", None),)),
    ]
    assert plan.effects == (Effect(service=WAITER, before=(address(HELD),), after=((),)),)
    assert (plan.makes_way, plan.not_as_before) == ((WAITER,), ())


def test_nobody_leaves_whom_the_run_was_not_about_or_whose_key_would_be_put_back() -> None:
    """Then it is told who loses what."""
    owned = waiter(HELD, **KEYED)
    owned["metadata"]["ownerReferences"] = [{"kind": "Shop", "name": "shop", "controller": True}]
    for record, guest in (
        (replace(JOINED_BY_HIS_KEY, named=(HOLDER,)), waiter(HELD, **KEYED)),
        (JOINED_BY_HIS_KEY, owned),
    ):
        plan = undo(record, holder(**KEYED), beside=(guest,))
        assert [(edit.service, edit.operations) for edit in plan.edits] == [(HOLDER, (_key(None, "dns"),))]
        assert plan.makes_way == ()
        told = [(one.service, one.before, one.after, one.holders) for one in plan.not_as_before]
        assert told == [
            (HOLDER, (address(HELD),), ((address(OTHER),),), (WAITER,)),
            (WAITER, (), ((address(HELD),),), ()),
        ]


def test_a_field_that_gets_its_own_value_again_is_not_taken_for_made_before_it_was_sent() -> None:
    """The run that takes one back, cut off at each of its edits: what is left of it is what is not there."""
    leave, holders, again = (
        replace(GIVE_WAITER, operations=(_key(None, "dns"),)),
        replace(GIVE_HOLDER, operations=(_key(None, "dns"),)),
        replace(GIVE_WAITER, operations=(_key("dns", None),)),
    )
    before = (holder(**KEYED), waiter(HELD, **KEYED))
    effects = (Effect(service=WAITER, before=(address(HELD),), after=((),)),)
    states: tuple[tuple[tuple[Step, Step, Step], Json, Json, tuple[int, ...]], ...] = (
        (("sent", "planned", "planned"), *before, (0, 1, 2)),
        (("sent", "planned", "planned"), holder(**KEYED), waiter(), (1, 2)),
        (("done", "sent", "planned"), holder(**KEYED), waiter(), (1, 2)),
        (("done", "sent", "planned"), holder(), waiter(), (2,)),
        (("done", "done", "sent"), holder(), waiter(), (2,)),
        (("done", "done", "sent"), holder(), waiter(**KEYED), ()),
    )
    for (first, second, third), holds, waits, left in states:
        record = run((leave, first), (holders, second), (again, third), before=before, effects=effects)
        found = rest(record, holds, waits)
        assert found.left == left
        assert (found.plan.stale, found.plan.unforetold) == ((), ())


def test_the_rest_of_a_run_is_what_is_not_there() -> None:
    record = run((GIVE_HOLDER, "sent"), (GIVE_WAITER, "planned"), before=BEFORE, effects=JOINED)
    begun = rest(record, holder(**KEYED), waiter())
    untouched = rest(record, holder(), waiter())
    assert (begun.made, begun.left, untouched.left) == ((0,), (1,), (0, 1))
    assert [edit.service for edit in begun.plan.edits] == [WAITER]
    assert begun.plan.edits[0].resource_version == "7"
    assert begun.plan.effects == untouched.plan.effects == JOINED
    assert begun.plan.unforetold == ()


def test_where_all_is_made_metallb_is_waited_for() -> None:
    found = rest(replace(DONE, effects=JOINED), holder(**KEYED), waiter(**KEYED))
    assert (found.left, found.plan.edits, found.plan.effects) == ((), (), JOINED)
    assert rest(DONE, holder(**KEYED), waiter(HELD, **KEYED)).plan.effects == ()


def test_a_run_is_not_finished_over_what_somebody_changed() -> None:
    record = run((GIVE_HOLDER, "done"), (GIVE_WAITER, "planned"), before=BEFORE, effects=JOINED)
    reverted = rest(record, holder(), waiter()).plan
    assert reverted.stale == (Stale(object=service_ref(HOLDER), field=KEY_FIELD, was="dns", now=None),)
    mine = rest(record, holder(**KEYED), waiter(**{KEY: "mine"})).plan
    assert mine.stale == (Stale(object=service_ref(WAITER), field=KEY_FIELD, was="dns", now="mine"),)
    gone = rest(record, holder(**KEYED)).plan
    assert gone.stale == (Stale(object=service_ref(WAITER), field="", was=None, now=None),)
    assert not any(plan.edits for plan in (reverted, mine, gone))


def test_a_run_that_would_now_come_to_something_else_is_not_finished() -> None:
    """The holder takes a port of the waiter by now: sharing would be refused."""
    record = run((GIVE_HOLDER, "done"), (GIVE_WAITER, "planned"), before=BEFORE, effects=JOINED)
    other = holder(**KEYED)
    other["spec"]["ports"] = waiter()["spec"]["ports"]
    plan = rest(record, other, waiter()).plan
    assert plan.unforetold == (Effect(service=WAITER, before=(), after=((),)),)


def test_an_edit_of_which_one_half_is_there_is_nobodys() -> None:
    both = Edit(
        service=WAITER,
        resource_version=None,
        owner=None,
        operations=(*GIVE_WAITER.operations, *set_spec(WAITER, "loadBalancerIP", OTHER, HELD).operations),
    )
    plan = rest(run((both, "sent"), before=BEFORE[1:]), waiter(**KEYED)).plan
    assert plan.stale == (
        Stale(object=service_ref(WAITER), field="spec.loadBalancerIP", was=OTHER, now=HELD),
    )
