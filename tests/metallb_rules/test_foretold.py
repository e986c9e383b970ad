"""What is not applied yet, and what is only planned: who counts as new, and which answer is given first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from kubectl_sharedip.metallb import settle as settling
from kubectl_sharedip.metallb.predict import Prediction, predict
from kubectl_sharedip.metallb.settle import Settled, settle
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Operation
from kubectl_sharedip.model.snapshot import Snapshot
from tests.metallb_rules.worlds import V4, Document, named, pool, second_metallb, service, snapshot_of

TEN = pool("p", "10.0.0.0/24")


def unapplied(name: str, **fields: Any) -> Document:
    document = service(name, **fields)
    del document["metadata"]["uid"]
    return document


def lists(prediction: Prediction, name: str) -> list[str]:
    return [",".join(map(str, one)) for one in prediction.lists[named(name)]]


def test_who_counts_as_new() -> None:
    prediction = predict(
        snapshot_of(
            TEN,
            unapplied("new"),
            unapplied("shown", status=["10.0.0.9"]),  # its status is taken as it is
            unapplied("inside", type="ClusterIP"),
            service("applied"),  # it waits, and nothing wakes it
        )
    )
    assert prediction.new == {named("new")}
    assert {name: lists(prediction, name) for name in ("new", "shown", "inside", "applied")} == {
        "new": ["10.0.0.0"],
        "shown": ["10.0.0.9"],
        "inside": [""],
        "applied": [""],
    }
    assert prediction.snapshot.services[named("new")].ingress[0].ip == "10.0.0.0"


def test_who_is_new_is_not_there_for_those_before_it() -> None:
    """The first takes .0, though the second, which shares with nobody, asks for it."""
    prediction = predict(snapshot_of(TEN, unapplied("first"), unapplied("second", ip="10.0.0.0")))
    assert (lists(prediction, "first"), lists(prediction, "second")) == (["10.0.0.0"], [""])


def test_of_several_ends_the_lowest_addresses_are_shown() -> None:
    prediction = predict(snapshot_of(pool("q", "10.1.0.0/24"), TEN, unapplied("a")))
    assert lists(prediction, "a") == ["10.0.0.0", "10.1.0.0"]
    assert prediction.snapshot.services[named("a")].ingress[0].ip == "10.0.0.0"


KEY = ("metadata", "annotations", "metallb.io/allow-shared-ip")


def planned(snapshot: Snapshot, *edits: tuple[str, tuple[str, ...], str | None]) -> Snapshot:
    return replace(
        snapshot,
        edits=tuple(
            Edit(
                service=named(name),
                resource_version=None,
                owner=None,
                operations=(Operation(path=path, value=value, was=None),),
            )
            for name, path, value in edits
        ),
    )


def test_planned_edits_build_on_each_other() -> None:
    known = snapshot_of(TEN, service("a", status=["10.0.0.0"], key="k"), service("b", ports=["TCP/81"]))
    pinned = ("b", ("spec", "loadBalancerIP"), "10.0.0.0")
    keyed = ("b", KEY, "k")
    assert lists(predict(planned(known, pinned)), "b") == [""]
    assert lists(predict(planned(known, keyed)), "b") == ["10.0.0.0"]
    after = predict(planned(known, pinned, keyed))
    assert lists(after, "b") == ["10.0.0.0"]
    assert after.snapshot.edits == ()
    assert after.snapshot.services[named("b")].load_balancer_ip == "10.0.0.0"


def test_an_edit_of_who_is_not_there_is_passed_over() -> None:
    known = snapshot_of(TEN, service("a", status=["10.0.0.0"]))
    prediction = predict(planned(known, ("gone", KEY, "k")))
    assert list(prediction.lists) == [named("a")]
    assert lists(prediction, "a") == ["10.0.0.0"]


def crowd(*, first: bool) -> list[Document]:
    """Seven new Services that have two pools to themselves, which makes 128 ends; and a quiet one."""
    own: dict[str, Any] = {} if first else {"loadBalancerClass": "x"}
    other: dict[str, Any] = {"loadBalancerClass": "x"} if first else {}
    return [*(unapplied(f"s{n}", **own) for n in range(7)), unapplied("quiet", **other)]


def both(*, first: bool) -> Prediction:
    several = (pool("a", "10.0.0.0/28"), pool("b", "10.1.0.0/28"))
    alone = (pool("c", "10.2.0.0/28"),)
    mine, theirs = (several, alone) if first else (alone, several)
    return predict(snapshot_of(*mine, *second_metallb(*theirs), *crowd(first=first)))


def test_that_one_metallb_has_too_many_ends_is_not_forgotten_for_the_next() -> None:
    for first in (True, False):
        prediction = both(first=first)
        assert (prediction.complete, prediction.lists_complete, prediction.restless) == (False, True, False)
        assert lists(prediction, "quiet") == ["10.2.0.0"]
        assert len(prediction.lists[named("s6")]) == 14


def test_that_one_metallb_never_rests_is_not_forgotten_for_the_next() -> None:
    dual = pool("a", "10.0.0.0/32", "fc00::/128")
    for first in (True, False):
        own: dict[str, Any] = {} if first else {"loadBalancerClass": "x"}
        other: dict[str, Any] = {"loadBalancerClass": "x"} if first else {}
        mine, theirs = (dual, pool("c", "10.2.0.0/28")) if first else (pool("c", "10.2.0.0/28"), dual)
        prediction = predict(
            snapshot_of(
                mine,
                *second_metallb(theirs),
                unapplied("flaps", cluster_ips=[V4], ipFamilyPolicy="PreferDualStack", **own),
                unapplied("quiet", **other),
            )
        )
        assert prediction.restless
        assert prediction.flapping == {named("flaps")}
        assert prediction.by_chance == ()
        assert set(lists(prediction, "flaps")) == {"10.0.0.0", "10.0.0.0,fc00::"}


def test_who_flaps_already_and_is_not_edited() -> None:
    prefers: dict[str, Any] = {"cluster_ips": [V4], "ipFamilyPolicy": "PreferDualStack"}
    dual = pool("a", "10.0.0.0/32", "fc00::/128")
    prediction = predict(snapshot_of(dual, service("flaps", status=["10.0.0.0"], **prefers)))
    assert prediction.flapping == {named("flaps")}
    assert ServiceName("default", "flaps") in prediction.lists
    assert len(prediction.lists[named("flaps")]) > 1


@pytest.mark.parametrize("whole", [(True, True), (True, False), (False, True), (False, False)])
def test_of_two_metallbs_either_may_leave_the_answer_a_part(whole: tuple[bool, bool]) -> None:
    ends = iter(whole)

    def settle_so(*arguments: Any) -> Settled:
        one = next(ends)
        return replace(settle(*arguments), complete=one, lists_complete=one)

    both = snapshot_of(
        TEN,
        *second_metallb(pool("far", "10.7.0.0/24")),
        unapplied("a"),
        unapplied("b", loadBalancerClass="x"),
    )
    with mock.patch.object(settling, "settle", settle_so):
        prediction = predict(both)

    assert next(ends, None) is None  # both were asked
    assert (prediction.complete, prediction.lists_complete) == (all(whole), all(whole))


def test_of_two_metallbs_either_may_be_restless() -> None:
    asked: list[object] = []

    def settle_so(*arguments: Any) -> Settled:
        asked.append(arguments)
        return replace(settle(*arguments), restless=len(asked) == 1)

    both = snapshot_of(
        TEN,
        *second_metallb(pool("far", "10.7.0.0/24")),
        unapplied("a"),
        unapplied("b", loadBalancerClass="x"),
    )
    with mock.patch.object(settling, "settle", settle_so):
        assert predict(both).restless
    assert len(asked) == 2
