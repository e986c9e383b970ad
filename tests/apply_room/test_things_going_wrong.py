"""Conflicts, lost answers, signals and a full disk: each ends in a value that says how far it came."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from kubectl_sharedip.apply.apply import carry_out
from kubectl_sharedip.apply.journal import Journal, JournalCluster, read_journal
from kubectl_sharedip.apply.run import Resumed
from kubectl_sharedip.model.names import service_ref
from kubectl_sharedip.model.results import (
    Applied,
    Changed,
    Done,
    Failed,
    Interrupted,
    JournalLost,
    Stale,
    Stopped,
    Unsure,
    Unverified,
)
from tests.apply_room.cluster_of_three import (
    GIVE_HOLDER,
    GIVE_WAITER,
    HELD,
    HOLDER,
    JOIN,
    KEY,
    THIRD,
    WAITER,
    WAKE,
    Lab,
    set_spec,
    way,
)
from tests.fakeapi import Fault, Recorded


def at_patch(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, number: int, act: object, fault: Fault | None = None
) -> None:
    """At the patch of that number (0 or more) ``act`` is called first, then ``fault`` happens."""
    record, plain = lab.api.record, lab.api.next_fault
    waiting: list[Fault | None] = []

    def recording(request: Recorded) -> None:
        record(request)
        if request.method == "PATCH" and len(lab.patches()) == number + 1:
            assert callable(act)
            act(request)
            waiting.append(fault)

    monkeypatch.setattr(lab.api, "record", recording)
    monkeypatch.setattr(lab.api, "next_fault", lambda what: waiting.pop() if waiting else plain(what))


def arrive(lab: Lab, request: Recorded) -> None:
    """The edit is done although its answer will be lost."""
    place = ("services", "shop", request.path.rpartition("/")[2])
    lab.api.store.patch(place, json.loads(request.body), status=False, dry_run=False)


def test_somebody_edits_the_second_service_meanwhile(lab: Lab) -> None:
    lab.when(HOLDER, KEY, lambda: lab.annotate(WAITER, KEY, "mine"))
    # The next reading must come after the person, who is played by the handler of the first edit.
    lab.api.fail("services", Fault())
    lab.api.fail("services", Fault(delay_s=0.1))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    field = f'metadata.annotations["{KEY}"]'
    stale = Stale(object=service_ref(WAITER), field=field, was=None, now="mine")
    assert result.because == Changed(stale=(stale,))
    assert [each.edit for each in result.applied] == [GIVE_HOLDER]
    assert (result.at, result.left) == (GIVE_WAITER, ())
    assert lab.states() == ["done", "failed"]
    assert lab.get(WAITER)["metadata"]["annotations"][KEY] == "mine"


def test_a_conflict_midway_stops_with_the_object_named(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    at_patch(lab, monkeypatch, 1, lambda _: lab.annotate(WAITER, "note", "mine"))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    stale = Stale(object=service_ref(WAITER), field='metadata.annotations["note"]', was=None, now="mine")
    assert result.because == Changed(stale=(stale,))
    assert lab.states() == ["done", "failed"]
    assert KEY not in lab.get(WAITER)["metadata"]["annotations"]


def test_a_conflict_with_metallb_is_tried_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    # Foretold to be at HELD in the end; before, MetalLB answers the first edit.
    at_patch(lab, monkeypatch, 1, lambda _: lab.assign(WAITER, HELD))
    assert isinstance(lab.carry_out(JOIN), Done)
    assert lab.patches() == ["holder", "waiter", "waiter"]


def test_an_address_that_nobody_foretold_stops_the_next_edit(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_patch(lab, monkeypatch, 1, lambda _: lab.assign(WAITER, THIRD))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    stale = Stale(object=service_ref(WAITER), field="status.loadBalancer.ingress", was=None, now=THIRD)
    assert result.because == Changed(stale=(stale,))


def test_conflicts_without_end_stop(lab: Lab) -> None:
    body = json.dumps({"message": "modified", "reason": "Conflict"}).encode()
    for _ in range(5):
        lab.api.fail("services", Fault(status=409, body=body))
        lab.api.fail("services", Fault())  # the reading between
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    assert isinstance(result.because, Failed)
    assert (result.because.kind, result.applied) == ("conflict", ())
    assert lab.states() == ["failed", "planned"]


def test_a_service_that_is_gone_stops(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Fault(status=409, body=b"{}")
    at_patch(lab, monkeypatch, 0, lambda _: lab.api.delete("services", *HOLDER), fault)
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    gone = Stale(object=service_ref(HOLDER), field="", was=None, now=None)
    assert result.because == Changed(stale=(gone,))


def test_a_service_that_cannot_be_read_before_its_edit(lab: Lab) -> None:
    lab.when(HOLDER, KEY, lambda: lab.api.forbidden.add(("services", "*")))
    lab.api.fail("services", Fault())
    lab.api.fail("services", Fault(delay_s=0.1))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    assert isinstance(result.because, Failed)
    assert (result.because.kind, result.at) == ("forbidden", GIVE_WAITER)
    assert lab.patches() == ["holder"]


def test_a_lost_answer_and_somebody_else_instead(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    at_patch(lab, monkeypatch, 0, lambda _: lab.annotate(HOLDER, "note", "mine"), Fault(drop=True))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    assert isinstance(result.because, Changed)
    assert lab.states() == ["failed", "planned"]


def test_a_refusal_is_an_end(lab: Lab) -> None:
    lab.api.fail("services", Fault(status=403, body=b'{"message": "webhook says no", "reason": "Forbidden"}'))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    assert isinstance(result.because, Failed)
    assert result.because.kind == "forbidden"
    assert "webhook says no" in result.because.error
    assert (result.left, lab.states()) == ((GIVE_WAITER,), ["failed", "planned"])


def test_an_edit_whose_answer_is_lost_is_found(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.when(WAITER, KEY, lambda: lab.assign(WAITER, HELD))
    at_patch(lab, monkeypatch, 0, lambda request: arrive(lab, request), Fault(drop=True))
    assert isinstance(lab.carry_out(JOIN), Done)
    assert lab.patches() == ["holder", "waiter"]


def test_a_policy_edit_whose_answer_is_lost_is_found(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    local = lab.get(HOLDER)
    local["spec"] |= {"externalTrafficPolicy": "Local", "healthCheckNodePort": 30_500}
    lab.api.put(local)

    def applied(request: Recorded) -> None:
        arrive(lab, request)
        body = lab.get(HOLDER)
        del body["spec"]["healthCheckNodePort"]  # as the API server does
        lab.api.put(body)

    at_patch(lab, monkeypatch, 0, applied, Fault(drop=True))
    edit = set_spec(HOLDER, "externalTrafficPolicy", "Cluster", "Local")
    assert isinstance(lab.carry_out(way(edit)), Done)


def test_a_lost_answer_and_somebody_else_is_unsure(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def both(request: Recorded) -> None:
        arrive(lab, request)
        lab.annotate(HOLDER, "note", "mine")

    at_patch(lab, monkeypatch, 0, both, Fault(drop=True))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    assert isinstance(result.because, Unsure)
    assert "note" in result.because.error
    assert lab.states() == ["sent", "planned"]


def test_a_connection_lost_for_good_is_unsure(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.api.fail("services", Fault(drop=True), times=50)
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    assert isinstance(result.because, Unsure)
    assert (result.because.kind, result.at, result.left) == ("unreachable", GIVE_HOLDER, (GIVE_WAITER,))
    assert lab.states() == ["sent", "planned"]


def test_a_server_that_failed_and_changed_nothing_is_a_failure(lab: Lab) -> None:
    lab.api.fail("services", Fault(status=500, body=b'{"message": "failed calling webhook"}'))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    assert isinstance(result.because, Failed)
    assert lab.states() == ["failed", "planned"]


def test_where_watching_is_forbidden_it_reads(lab: Lab) -> None:
    lab.api.forbidden.add(("services", None))
    lab.when(WAITER, KEY, lambda: lab.assign(WAITER, HELD))
    assert isinstance(lab.carry_out(JOIN), Done)
    assert lab.api.asked("/services/waiter")


def test_where_nothing_may_be_read_any_more_it_says_so(lab: Lab) -> None:
    lab.when(WAITER, KEY, lambda: lab.api.forbidden.add(("services", "*")))
    result = lab.carry_out(JOIN, timeout_s=60.0)
    assert isinstance(result, Unverified)
    assert "forbidden" in (result.error or "")


def test_a_watch_that_has_expired_begins_again(lab: Lab) -> None:
    def expire() -> None:
        lab.api.pause(0.05)
        lab.api.expire()
        lab.api.drop_watches()
        lab.api.pause(0.05)
        lab.assign(WAITER, HELD)

    lab.when(WAITER, KEY, expire)
    assert isinstance(lab.carry_out(JOIN), Done)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_between_the_edits(lab: Lab, number: signal.Signals) -> None:
    at_home = signal.getsignal(signal.SIGTERM)
    lab.when(WAITER, KEY, lambda: os.kill(os.getpid(), number))
    # The waiter goes first and never gets its address, so the signal comes while that is waited for.
    result = lab.carry_out(way(GIVE_WAITER, GIVE_HOLDER, effects=JOIN.effects), wake_after_s=60.0)
    assert isinstance(result, Interrupted)
    assert result.signal == number.name
    assert [each.edit for each in result.applied] == [GIVE_WAITER]
    assert (result.left, result.unsure, result.journal_error) == ((GIVE_HOLDER,), None, None)
    assert lab.states() == ["done", "planned"]
    assert signal.getsignal(signal.SIGTERM) is at_home


def test_a_signal_while_an_edit_is_under_way(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def applied(request: Recorded) -> None:
        arrive(lab, request)
        os.kill(os.getpid(), signal.SIGTERM)

    at_patch(lab, monkeypatch, 0, applied, Fault(delay_s=0.3))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Interrupted)
    assert [each.edit for each in result.applied] == [GIVE_HOLDER]
    assert (result.unsure, lab.states()) == (None, ["done", "planned"])


def test_a_signal_while_an_edit_hangs(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    at_patch(
        lab, monkeypatch, 0, lambda _: os.kill(os.getpid(), signal.SIGINT), Fault(delay_s=0.3, drop=True)
    )
    result = lab.carry_out(JOIN)
    assert isinstance(result, Interrupted)
    assert (result.unsure, result.applied, result.left) == (GIVE_HOLDER, (), (GIVE_WAITER,))
    assert lab.states() == ["sent", "planned"]


def test_outside_the_main_thread_signals_are_left_alone(lab: Lab) -> None:
    results: list[object] = []
    lab.when(WAITER, KEY, lambda: lab.assign(WAITER, HELD))
    thread = threading.Thread(target=lambda: results.append(lab.carry_out(JOIN)))
    thread.start()
    thread.join()
    assert [type(result) for result in results] == [Done]


@pytest.mark.parametrize(("writes", "made"), [(0, 0), (1, 1), (2, 1), (3, 2)])
def test_where_the_journal_cannot_go_on_nothing_more_is_sent(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, writes: int, made: int
) -> None:
    plain, count = Path.replace, [-1]  # the first one opens the journal

    def full(self: Path, target: Path) -> Path:
        count[0] += 1
        if count[0] > writes:
            raise OSError(28, "No space left on device")
        return plain(self, target)

    monkeypatch.setattr(Path, "replace", full)
    result = lab.carry_out(JOIN)
    assert isinstance(result, Stopped)
    assert isinstance(result.because, JournalLost)
    assert "No space left on device" in result.because.error
    assert len(lab.patches()) == len(result.applied) == made
    assert all(isinstance(each, Applied) for each in result.applied)
    assert lab.recorded().id


def test_a_signal_and_a_full_disk(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def applied(request: Recorded) -> None:
        arrive(lab, request)
        monkeypatch.setattr(Path, "replace", full)
        os.kill(os.getpid(), signal.SIGINT)

    at_patch(lab, monkeypatch, 0, applied, Fault(delay_s=0.3))
    result = lab.carry_out(JOIN)
    assert isinstance(result, Interrupted)
    assert [each.edit for each in result.applied] == [GIVE_HOLDER]
    assert "No space left on device" in (result.journal_error or "")
    assert lab.states() == ["sent", "planned"]


@pytest.mark.parametrize("acts", [True, False])
def test_a_wake_up_that_is_left_of_a_run_waits_for_what_was_made_before(lab: Lab, acts: bool) -> None:
    """Another process made the first edit: MetalLB is given its time all the same."""
    chosen = way(GIVE_HOLDER, WAKE, effects=JOIN.effects)
    before = lab.before()
    cluster = JournalCluster(context="lab", server=lab.api.url, uid="1")
    journal = Journal.open_new(lab.folder, cluster=cluster, way=chosen, before=before, summary="s")
    journal.record(0, "sent")
    lab.annotate(HOLDER, KEY, "dns")
    if acts:
        threading.Timer(0.1, lambda: lab.assign(WAITER, HELD)).start()
    lab.when(WAITER, "sharedip/woken", lambda: lab.assign(WAITER, HELD))
    result = carry_out(
        lab.connection,
        way(WAKE, effects=JOIN.effects),
        lab.before(),
        Journal(journal.path, read_journal(journal.path)),
        dry_run_server=False,
        timeout_s=5.0,
        progress=lab.events.append,
        wake_after_s=2.0 if acts else 0.1,
        settle_s=0.02,
        resumed=Resumed(places=(1,), made={0: lab.get(HOLDER)}),
    )
    assert isinstance(result, Done)
    kept = read_journal(journal.path)
    assert [step.state for step in kept.progress] == ["done", "skipped" if acts else "done"]
    assert kept.verified
    assert lab.patches() == ([] if acts else ["waiter"])
