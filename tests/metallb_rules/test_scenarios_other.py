"""Scenarios 80 to 84 of the rules; 85 is in test_speaker.py.

Also texts of older versions, as section 14 has them from real controllers.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kubectl_sharedip.metallb.decide import converge, decide
from kubectl_sharedip.metallb.families import go_quote
from kubectl_sharedip.metallb.outcomes import NotHandled
from kubectl_sharedip.metallb.refusals import NoClusterIP
from tests.metallb_rules.worlds import (
    BOTH,
    World,
    assigned,
    failed,
    in_use,
    kept_for,
    named,
    pool,
    read_service,
    service,
    state,
)

TEN = pool("p", "10.0.0.0/24")

NOTED = "metallb.io/ip-allocated-from-pool"


def test_every_scenario_has_its_test() -> None:
    texts = (path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    tested = {int(number) for text in texts for number in re.findall(r"^def test_(\d\d)_", text, re.M)}
    assert tested == set(range(1, 86))


def test_80_without_cluster_ips() -> None:
    world = World(TEN).apply("a", cluster_ips=[])
    assert world.held("a") == {()}
    assert world.silent
    assert world.refusal("a") is NoClusterIP
    world.apply("b", cluster_ips=["None"])
    assert world.events == (failed("b", 'IPFamilyForAddresses: Invalid address ["None"]'),)
    assert world.refusal("b") is NoClusterIP


def test_81_foreign_status_with_a_hostname() -> None:
    document = service("a")
    document["status"]["loadBalancer"]["ingress"] = [{"hostname": "foo"}, {"ip": "10.10.10.10"}]
    world = World(pool("p", "1.2.3.0/31"), document).restart()
    assert world.held("a") == {("1.2.3.0",)}
    (end,) = world.ends
    assert [entry.hostname for entry in end.services[named("a")].ingress] == [""]


def test_82_former_load_balancer() -> None:
    world = World(TEN, service("a", status=["10.0.0.5"], type="NodePort")).restart()
    assert world.held("a") == {()}
    (end,) = world.ends
    assert end.services[named("a")].ingress == ()


def test_83_other_class() -> None:
    other = service("a", loadBalancerClass="x", status=["10.0.0.5"])
    known = state(TEN, other)
    outcome = decide(known, read_service(other))
    assert isinstance(outcome, NotHandled)
    assert outcome.because == "class"
    assert World(TEN, other).apply("b", ip="10.0.0.5").held("b") == {("10.0.0.5",)}


def test_83_class_of_its_own() -> None:
    world = World(TEN, lb_class="x").apply("a", loadBalancerClass="x")
    assert world.held("a") == {("10.0.0.0",)}
    # Section 1: another type takes the class away, so the Service is left alone from then on,
    # and its address stays reserved until a restart.
    world.apply("a", type="ClusterIP", loadBalancerClass=None).apply("b", loadBalancerClass="x")
    assert world.held("b") == {("10.0.0.1",)}
    world.restart().apply("c", loadBalancerClass="x")
    assert world.held("c") == {("10.0.0.0",)}


OLD = "metallb.universe.tf/"


def test_whose_class_was_taken_away_is_left_alone_by_a_full_pass() -> None:
    world = World(TEN, lb_class="x").apply("a", loadBalancerClass="x").apply("b", loadBalancerClass="x")
    world.apply("c", loadBalancerClass="x", ip="10.0.0.1")
    world.apply("a", type="ClusterIP", loadBalancerClass=None)
    world.delete("b")
    assert (world.held("a"), world.held("c")) == ({("10.0.0.0",)}, {("10.0.0.1",)})


@pytest.mark.parametrize(
    ("kubernetes", "told"), [("v1.29.9", False), ("v1.30.0", True), ("v1.34.1", True), (None, False)]
)
def test_84_old_annotation_is_told_of_at_every_look(kubernetes: str | None, told: bool) -> None:
    there = service("a", status=["10.0.0.5"], annotations={f"{OLD}allow-shared-ip": "k", NOTED: "p"})
    known = state(TEN, there, kubernetes=kubernetes)
    (step,) = converge(known, known.services[named("a")])
    message = f"Service uses deprecated annotation {OLD}allow-shared-ip"
    assert [(one.reason, one.message) for one in step.events] == [("deprecatedAnnotation", message)] * told
    assert step.service is known.services[named("a")]  # the address, and all else, as before


def test_84_what_is_not_written_is_not_told_of() -> None:
    there = service("a", status=["10.0.0.5"], annotations={f"{OLD}loadBalancerIPs": "10.0.0.300", NOTED: "p"})
    known = state(TEN, there, kubernetes="v1.34.1")
    (step,) = converge(known, known.services[named("a")])
    assert [one.reason for one in step.events] == ["LoadBalancerFailed"]


def test_type_changed_tells_of_old_annotations() -> None:
    world = World(TEN).apply("a", annotations={f"{OLD}allow-shared-ip": "k"}).apply("a", type="ClusterIP")
    told = f"Service uses deprecated annotation {OLD}allow-shared-ip"
    assert world.events == (("deprecatedAnnotation", told),)


def test_0_13_knows_the_old_annotations_only() -> None:
    world = World(TEN, version="0.13.12").apply("a", ip="10.0.0.5")
    assert world.held("a") == {("10.0.0.0",)}
    world.apply("b", annotations={f"{OLD}loadBalancerIPs": "10.0.0.300"})
    assert world.events == (failed("b", f'invalid {OLD}loadBalancerIPs: "10.0.0.300"'),)
    world.apply("c", annotations={f"{OLD}loadBalancerIPs": "10.0.0.7"})
    assert (world.held("c"), world.events) == ({("10.0.0.7",)}, (assigned("10.0.0.7"),))


@pytest.mark.parametrize(
    ("version", "single", "dual"),
    [
        (
            "0.13.12",
            'no available IPs in pool "p" for ipv4 IPFamily',
            'no available IPs in pool "p" for dual IPFamily',
        ),
        (
            "0.14.9",
            "no available IPs in pool p for ipv4 IPFamily",
            "no available IPs in pool p for dual IPFamily",
        ),
        ("0.15.2", '["<nil>"] is not allowed in config', "no available IPs in pool p for dual IPFamily"),
        ("0.16.1", "no available IPs in pool p", "no available IPs in pool p"),
    ],
)
def test_full_requested_pool(version: str, single: str, dual: str) -> None:
    request = {"annotations": {f"{OLD}address-pool": "p"}}
    world = World(pool("p", "10.0.0.0/32"), version=version).apply("a").apply("b", **request)
    assert world.events[0] == failed("b", single)
    world.apply("c", cluster_ips=BOTH, ipFamilyPolicy="RequireDualStack", **request)
    assert world.events[0] == failed("c", dual)


EARLY = "0.13.7"


def test_early_0_13_keeps_an_address_that_may_not_be_shared_any_more() -> None:
    # Section 8.1, read there and not played: no status is written, an event of its own is sent.
    keyed = {"annotations": {f"{OLD}allow-shared-ip": "k", f"{OLD}loadBalancerIPs": "10.0.0.5"}}
    other = {"annotations": {f"{OLD}allow-shared-ip": "z", f"{OLD}loadBalancerIPs": "10.0.0.5"}}
    world = World(TEN, version=EARLY).apply("a", **keyed).apply("b", ports=["TCP/81"], **keyed)
    world.apply("b", **other)
    text = f"{in_use('b', 'a')}: services can't share key"
    assert world.held("b") == {("10.0.0.5",)}
    assert world.events == (("svcCannotShareKey", f"current IP not allowed by config:{text}"),)
    assert world.apply("c", ports=["TCP/82"], **other).events == (
        failed("c", f"{in_use('c', 'a', 'b')}: services can't share key"),
    )
    assert World(TEN, version="0.13.8").apply("a", **keyed).apply("b", ports=["TCP/81"], **keyed).apply(
        "b", **other
    ).held("b") == {()}


def test_early_0_13_takes_an_address_away_for_a_port_without_a_word() -> None:
    keyed = {"annotations": {f"{OLD}allow-shared-ip": "k"}}
    world = World(TEN, version=EARLY).apply("a", **keyed).apply("b", ports=["TCP/81"], **keyed)
    world.apply("b", ports=["TCP/80"])
    assert world.held("b") == {("10.0.0.1",)}
    assert world.events == (assigned("10.0.0.1"),)


def test_early_0_13_complains_of_a_status_without_a_family_and_leaves_it() -> None:
    there = service("a", status=["10.0.0.5", "10.0.0.6"])
    text = 'IPFamilyForAddresses: same address family ["10.0.0.5" "10.0.0.6"]'
    said = f'Failed to retrieve LBIPs IPFamily for ["10.0.0.5" "10.0.0.6"]: {text}'
    world = World(TEN, there, version=EARLY).apply("a")
    assert world.held("a") == {("10.0.0.5", "10.0.0.6")}
    assert world.events == (("nolbIPsIPFamily", said),)


def test_early_0_13_knows_neither_notes_nor_pools_kept_for_some() -> None:
    kept = pool("p", "10.0.0.0/24", serviceAllocation=kept_for("elsewhere"), avoidBuggyIPs=True)
    world = World(kept, version="0.13.3").apply("a")
    assert world.held("a") == {("10.0.0.0",)}
    (end,) = world.ends
    assert end.services[named("a")].annotations == {}
    assert World(kept, version="0.13.4").apply("a").held("a") == {("10.0.0.1",)}
    assert World(kept, version="0.13.8").apply("a").held("a") == {()}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", '"plain"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("\n\t\r\a\b\f\v", '"\\n\\t\\r\\a\\b\\f\\v"'),
        ("\x01\x7f", '"\\x01\\x7f"'),
        ("\x80\u200b\uffff", '"\\u0080\\u200b\\uffff"'),
        ("\U0001fffe\U00010000é", '"\\U0001fffe𐀀é"'),
    ],
)
def test_texts_are_quoted_as_go_quotes_them(text: str, shown: str) -> None:
    assert go_quote(text) == shown


def test_0_13_takes_one_unreadable_cluster_ip_for_ipv6() -> None:
    # Seen on the controller; scenario 80 names no version.
    headless = {"cluster_ips": ["None"]}
    world = World(TEN, version="0.13.12").apply("a", **headless)
    assert (world.held("a"), world.events) == ({()}, (failed("a", "no available IPs"),))
    assert world.refusal("a") is NoClusterIP
    assert World(pool("p", "fc00::/127"), version="0.13.12").apply("a", **headless).held("a") == {("fc00::",)}
    two = World(pool("p", "fc00::/127"), version="0.13.12").apply("a", cluster_ips=["None", "None"])
    assert two.events == (failed("a", 'IPFamilyForAddresses: Invalid address ["None" "None"]'),)


@pytest.mark.parametrize("version", ["0.13.12", "0.14.0"])
def test_before_0_14_9_nobody_is_asked_for_a_second_family(version: str) -> None:
    both = pool("p", "10.0.0.0/31", "fc00::/127")
    world = World(both, version=version).apply("a", ipFamilyPolicy="PreferDualStack")
    assert world.held("a") == {("10.0.0.0",)}
    assert world.apply("a", ports=["TCP/81"]).held("a") == {("10.0.0.0",)}
    assert not world.restless
