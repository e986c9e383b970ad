"""What counts as changed: values of others, never resourceVersions, and never MetalLB's own writing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubectl_sharedip.apply.fields import field_value
from kubectl_sharedip.apply.preflight import preflight
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.intake.services import read_service
from kubectl_sharedip.metallb import facts
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.names import ObjectRef, service_ref
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.raw import Origin, RawDocument
from kubectl_sharedip.model.results import Stale
from tests.apply_room.cluster_of_three import (
    BYSTANDER,
    GIVE_WAITER,
    HELD,
    HOLDER,
    JOIN,
    KEY,
    POOL,
    THIRD,
    WAITER,
    WAKE,
    Lab,
    effect,
    service,
    set_annotation,
    set_spec,
    way,
)

INGRESS = "status.loadBalancer.ingress"


def fact(field: str, value: str | None) -> Fact:
    return Fact(object=service_ref(BYSTANDER), field=field, value=value)


def stale(field: str, was: str | None, now: str | None, name: str = "waiter") -> Stale:
    return Stale(object=ObjectRef("Service", "shop", name), field=field, was=was, now=now)


def check(lab: Lab, *relied_on: Fact) -> tuple[Stale, ...]:
    return preflight(lab.connection, JOIN, lab.before(), relied_on).stale


def test_nothing_changed(lab: Lab) -> None:
    found = preflight(lab.connection, JOIN, lab.before(), ())
    assert found.stale == ()
    assert found.now == {HOLDER: lab.get(HOLDER), WAITER: lab.get(WAITER)}


def test_what_metallb_writes_is_no_change(lab: Lab) -> None:
    before = lab.before()
    body = lab.get(HOLDER)
    body["metadata"]["annotations"][POOL] = "lab"
    body["metadata"]["annotations"]["metallb.universe.tf/ip-allocated-from-pool"] = "lab"
    body["metadata"]["managedFields"] = [{"manager": "controller"}]
    body["status"]["conditions"] = [{"type": "x"}]
    lab.api.put(body)
    found = preflight(lab.connection, JOIN, before, ())
    assert found.stale == ()
    assert found.now[HOLDER]["metadata"]["resourceVersion"] != before[HOLDER]["metadata"]["resourceVersion"]


@pytest.mark.parametrize("key", ["note", "metallb.io/loadBalancerIPs"])
def test_an_edited_service_that_somebody_changed(lab: Lab, key: str) -> None:
    before = lab.before()
    lab.annotate(WAITER, key, "x")
    found = preflight(lab.connection, JOIN, before, ())
    assert found.stale == (stale(f'metadata.annotations["{key}"]', None, "x"),)


def test_lists_and_numbers_are_compared_too(lab: Lab) -> None:
    before = lab.before()
    body = lab.get(WAITER)
    body["spec"]["ports"] = body["spec"]["ports"][:1]
    body["spec"]["healthCheckNodePort"] = 30_500
    lab.api.put(body)
    fields = [each.field for each in preflight(lab.connection, JOIN, before, ()).stale]
    assert fields == ["spec.healthCheckNodePort", "spec.ports"]


def test_the_field_to_edit_is_not_what_it_was(lab: Lab) -> None:
    before = lab.before()
    lab.annotate(WAITER, KEY, "mine")
    found = preflight(lab.connection, JOIN, before, ())
    assert found.stale == (stale(f'metadata.annotations["{KEY}"]', None, "mine"),)


def test_an_address_that_came_by_itself_was_not_foretold(lab: Lab) -> None:
    before = lab.before()
    lab.assign(WAITER, HELD)
    found = preflight(lab.connection, JOIN, before, ())
    assert found.stale == (stale(INGRESS, None, HELD),)


def test_a_service_that_would_move_has_moved(lab: Lab) -> None:
    moves = way(GIVE_WAITER, effects=(effect(BYSTANDER, "192.0.2.11", THIRD),))
    before = lab.before()
    lab.assign(BYSTANDER, HELD)
    found = preflight(lab.connection, moves, before, ())
    assert found.stale == (stale(INGRESS, "192.0.2.11", HELD, "bystander"),)


def test_services_that_are_gone_are_named_once(lab: Lab) -> None:
    before = lab.before()
    for name in (WAITER, BYSTANDER):
        lab.api.delete("services", *name)
    found = preflight(lab.connection, JOIN, before, (fact("spec.type", "LoadBalancer"),))
    assert found.stale == (stale("", None, None, "bystander"), stale("", None, None))
    assert list(found.now) == [HOLDER]


def test_without_a_before_image_the_resource_version_decides(lab: Lab) -> None:
    version = lab.get(WAITER)["metadata"]["resourceVersion"]
    chosen = way(replace(GIVE_WAITER, resource_version=version))
    assert preflight(lab.connection, chosen, {}, ()).stale == ()
    lab.annotate(WAITER, "note", "x")
    now = lab.get(WAITER)["metadata"]["resourceVersion"]
    assert preflight(lab.connection, chosen, {}, ()).stale == (
        stale("metadata.resourceVersion", version, now),
    )


def test_a_second_edit_of_one_service_expects_what_the_first_leaves(lab: Lab) -> None:
    again = set_annotation(WAITER, KEY, "dns2", "dns")
    assert preflight(lab.connection, way(GIVE_WAITER, again, WAKE), lab.before(), ()).stale == ()


def test_a_removal_of_what_is_there(lab: Lab) -> None:
    chosen = way(set_spec(WAITER, "loadBalancerIP", None, HELD))
    assert preflight(lab.connection, chosen, lab.before(), ()).stale == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ('metadata.annotations["metallb.io/allow-shared-ip"]', "web"),
        ('metadata.annotations["metallb.universe.tf/allow-shared-ip"]', None),
        ('metadata.annotations["empty"]', ""),
        ("spec.type", "LoadBalancer"),
        ("spec.externalTrafficPolicy", "Cluster"),
        ("spec.loadBalancerIP", None),
        ("spec.loadBalancerClass", None),
        ("spec.ipFamilyPolicy", "SingleStack"),
        ("spec.selector", "app=bystander,tier=edge"),
        ("spec.ports[0]", "80/UDP"),
        ("spec.ports[1]", "80/TCP"),
        ("spec.ports[2]", None),
        ("spec.clusterIPs", "10.96.0.9"),
        (INGRESS, "192.0.2.11"),
    ],
)
def test_facts_are_compared_by_the_values_of_their_fields(lab: Lab, field: str, value: str | None) -> None:
    body = service(
        "bystander", "192.0.2.11", annotations={KEY: "web", "empty": ""}, ipFamilyPolicy="SingleStack"
    )
    lab.api.put(body)
    assert check(lab, fact(field, value)) == ()
    assert check(lab, fact(field, "other")) == (stale(field, "other", value, "bystander"),)


def test_facts_have_the_texts_that_the_rules_give_them() -> None:
    body = service("bystander", "192.0.2.11", "2001:db8::1", annotations={KEY: "web"}, loadBalancerIP=HELD)
    body["spec"]["clusterIPs"].append("fd00::9")
    read = read_service(RawDocument(body=body, origin=Origin()), [], "default", ())
    assert read is not None
    version = Version(0, 16, 1)
    for given in (
        facts.key_fact(read, version),
        facts.policy_fact(read),
        facts.selector_fact(read),
        facts.address_fact(read),
        facts.cluster_ips_fact(read),
        *(facts.port_fact(read, port) for port in read.ports),
        facts.service_fact(read, "spec.loadBalancerIP", read.load_balancer_ip),
    ):
        assert field_value(body, given.field) == given.value, given.field


def test_a_key_under_the_other_prefix_is_a_change_too(lab: Lab) -> None:
    before = lab.before()
    lab.annotate(BYSTANDER, KEY, "web")
    old = 'metadata.annotations["metallb.universe.tf/allow-shared-ip"]'
    found = preflight(lab.connection, JOIN, before, (fact(old, None),))
    assert found.stale == (stale(f'metadata.annotations["{KEY}"]', None, "web", "bystander"),)


def test_facts_about_other_kinds_are_not_looked_at(lab: Lab) -> None:
    node = Fact(object=ObjectRef("Node", "", "one"), field="metadata.labels", value="x")
    assert check(lab, node) == ()
    pool = ObjectRef("IPAddressPool", "metallb-system", "lab")
    assert check(lab, Fact(object=pool, field="metadata.namespace", value="x")) == ()


POOL_SPEC = {
    "addresses": ["192.0.2.10-192.0.2.15", "198.51.100.0/28"],
    "serviceAllocation": {
        "priority": 7,
        "namespaces": ["shop"],
        "serviceSelectors": [{"matchLabels": {"edge": "yes"}}],
    },
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("spec.addresses", "192.0.2.10-192.0.2.15, 198.51.100.0/28"),
        ("spec.addresses[1]", "198.51.100.0/28"),
        ("spec.addresses[2]", None),
        ("spec.autoAssign", "true"),
        ("spec.avoidBuggyIPs", "false"),
        ("spec.serviceAllocation.priority", "7"),
        ("spec.serviceAllocation.namespaces", "shop"),
        ("spec.serviceAllocation.namespaceSelectors", None),
        ("spec.serviceAllocation.serviceSelectors", "edge In yes"),
    ],
)
def test_pools_are_compared_by_the_fields_that_facts_name(lab: Lab, field: str, value: str | None) -> None:
    ref = ObjectRef("IPAddressPool", "metallb-system", "lab")
    metadata = {"namespace": "metallb-system", "name": "lab"}
    lab.api.put(
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": metadata,
            "spec": POOL_SPEC,
            "status": {"assignedIPv4": 3},
        }
    )
    assert check(lab, Fact(object=ref, field=field, value=value)) == ()
    changed = Stale(object=ref, field=field, was="other", now=value)
    assert check(lab, Fact(object=ref, field=field, value="other")) == (changed,)


def test_a_pool_that_is_gone_is_named_once(lab: Lab) -> None:
    ref = ObjectRef("IPAddressPool", "metallb-system", "lab")
    facts = [Fact(object=ref, field=f"spec.{name}", value="true") for name in ("autoAssign", "avoidBuggyIPs")]
    assert check(lab, *facts) == (Stale(object=ref, field="", was=None, now=None),)


def test_a_service_that_may_not_be_read_is_an_error(lab: Lab) -> None:
    before = lab.before()
    lab.api.forbidden.add(("services", "*"))
    with pytest.raises(ClusterError):
        preflight(lab.connection, JOIN, before, ())


def test_unreadable_bodies_have_no_fields() -> None:
    assert field_value({"kind": "Service"}, "spec.type") is None
