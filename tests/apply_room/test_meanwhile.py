"""Between two edits: what was edited and what the plan rests on must still be so, or the run ends there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubectl_sharedip.apply.apply import carry_out
from kubectl_sharedip.apply.journal import Journal, JournalCluster
from kubectl_sharedip.apply.meanwhile import Meanwhile
from kubectl_sharedip.model.names import ObjectRef, ServiceName, service_ref
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.results import Changed, Done, Failed, Result, Stale, Stopped
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
    Lab,
    service,
)
from tests.fakeapi import Fault

POOL = ObjectRef("IPAddressPool", "metallb-system", "lab")
RANGES = "192.0.2.10-192.0.2.15"
FACTS = (
    Fact(object=service_ref(HOLDER), field=f'metadata.annotations["{KEY}"]', value=None),
    Fact(object=service_ref(WAITER), field="spec.externalTrafficPolicy", value="Cluster"),
    Fact(object=service_ref(BYSTANDER), field="spec.externalTrafficPolicy", value="Cluster"),
    Fact(object=service_ref(BYSTANDER), field="status.loadBalancer.ingress", value=OTHER),
    Fact(object=POOL, field="spec.addresses", value=RANGES),
)


@pytest.fixture(autouse=True)
def pool(lab: Lab) -> None:
    lab.api.put(
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"namespace": POOL.namespace, "name": POOL.name},
            "spec": {"addresses": [RANGES]},
        }
    )


def joined(lab: Lab) -> Result:
    """What comes of the two edits, where these facts are relied on."""
    cluster = JournalCluster(context="lab", server=lab.api.url, uid="1")
    before = lab.before()
    lab.journal = Journal.open_new(lab.folder, cluster=cluster, way=JOIN, before=before, summary="s")
    return carry_out(
        lab.connection,
        JOIN,
        before,
        lab.journal,
        dry_run_server=False,
        timeout_s=5.0,
        progress=lab.events.append,
        wake_after_s=0.2,
        settle_s=0.02,
        relied_on=FACTS,
    )


def after_the_first_edit(lab: Lab, then: Callable[[], None]) -> Result:
    """What comes of the two edits, where ``then`` happens while the first one is waited for."""
    lab.when(HOLDER, KEY, then)
    # The next reading must come after ``then``, which is done by the handler of the first edit.
    lab.api.fail("services", Fault())
    lab.api.fail("services", Fault(delay_s=0.1))
    return joined(lab)


def other_policy(lab: Lab) -> None:
    body = lab.get(BYSTANDER)
    body["spec"]["externalTrafficPolicy"] = "Local"
    lab.api.put(body)


def other_ranges(lab: Lab) -> None:
    body = lab.api.get("ipaddresspools", POOL.namespace, POOL.name)
    body["spec"]["addresses"] = ["192.0.2.0/29"]
    lab.api.put(body)


def metallb_writes_a_pool_status(lab: Lab) -> None:
    body = lab.api.get("ipaddresspools", POOL.namespace, POOL.name)
    lab.api.put({**body, "status": {"assignedIPv4": 2}})


_STOPPED: list[tuple[Callable[[Lab], Any], Stale]] = [
    (
        lambda lab: lab.annotate(HOLDER, KEY, None),
        Stale(object=service_ref(HOLDER), field=f'metadata.annotations["{KEY}"]', was="dns", now=None),
    ),
    (
        lambda lab: lab.assign(HOLDER, THIRD),
        Stale(object=service_ref(HOLDER), field="status.loadBalancer.ingress", was=HELD, now=THIRD),
    ),
    (
        lambda lab: lab.api.delete("services", *HOLDER),
        Stale(object=service_ref(HOLDER), field="", was=None, now=None),
    ),
    (
        other_policy,
        Stale(object=service_ref(BYSTANDER), field="spec.externalTrafficPolicy", was="Cluster", now="Local"),
    ),
    (
        lambda lab: lab.assign(BYSTANDER, THIRD),
        Stale(object=service_ref(BYSTANDER), field="status.loadBalancer.ingress", was=OTHER, now=THIRD),
    ),
    (other_ranges, Stale(object=POOL, field="spec.addresses", was=RANGES, now="192.0.2.0/29")),
]


@pytest.mark.parametrize(
    ("then", "stale"),
    _STOPPED,
    ids=["an operator", "another address", "gone", "a fact", "a holder moves", "a pool"],
)
def test_it_stops_before_the_next_edit(lab: Lab, then: Callable[[Lab], Any], stale: Stale) -> None:
    result = after_the_first_edit(lab, lambda: then(lab))
    assert isinstance(result, Stopped)
    assert result.because == Changed(stale=(stale,))
    assert ([each.edit for each in result.applied], result.at) == ([GIVE_HOLDER], GIVE_WAITER)
    assert lab.patches() == ["holder"]
    assert lab.states() == ["done", "failed"]


def test_what_metallb_was_foretold_to_write_stops_nothing(lab: Lab) -> None:
    lab.when(WAITER, KEY, lambda: lab.assign(WAITER, HELD))

    def metallb() -> None:
        metallb_writes_a_pool_status(lab)
        lab.assign(HOLDER, HELD)
        lab.assign(BYSTANDER, OTHER)

    assert isinstance(after_the_first_edit(lab, metallb), Done)
    assert lab.patches() == ["holder", "waiter"]


def test_what_cannot_be_read_between_the_edits_stops_it(lab: Lab) -> None:
    result = after_the_first_edit(lab, lambda: lab.api.forbidden.add(("ipaddresspools", "*")))
    assert isinstance(result, Stopped)
    assert isinstance(result.because, Failed)
    assert (result.because.kind, result.at) == ("forbidden", GIVE_WAITER)
    assert lab.patches() == ["holder"]


def test_where_many_are_relied_on_it_looks_once_a_second(lab: Lab) -> None:
    many = [ServiceName("shop", f"one-of-{number}") for number in range(9)]
    for name in many:
        lab.api.put(
            {**service("holder", THIRD), "metadata": {"namespace": name.namespace, "name": name.name}}
        )
    facts = [Fact(object=service_ref(name), field="spec.type", value="ClusterIP") for name in many]
    looking = Meanwhile(lab.connection, facts, lambda name: ((),))

    found = looking.changed({}, but=WAITER)
    asked = len(lab.api.requests)
    again = looking.changed({}, but=WAITER)

    assert [stale.object for stale in found] == [service_ref(name) for name in many]
    assert (again, len(lab.api.requests)) == ((), asked)
    few = Meanwhile(lab.connection, facts[:8], lambda name: ((),))
    assert few.changed({}, but=WAITER) == few.changed({}, but=WAITER) != ()
