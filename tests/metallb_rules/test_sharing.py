"""Who may share (section 3): the rules taken one by one say the same as taken together."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.metallb.selectors import matches
from kubectl_sharedip.metallb.sharing import (
    SharingRule,
    Terms,
    failing_rules,
    first_failing,
    may_all_share,
    may_share,
    terms_of,
)
from kubectl_sharedip.metallb.versions import parse_version
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.pool import SelectorTerm
from kubectl_sharedip.model.service import ServicePort
from tests.metallb_rules.worlds import World, addresses, named, pool, read_service, service, state

ports = st.lists(
    st.builds(ServicePort, st.sampled_from([53, 80]), st.sampled_from(["TCP", "UDP"])),
    min_size=1,
    max_size=3,
    unique=True,
)


def terms(name: str) -> st.SearchStrategy[Terms]:
    return st.builds(
        lambda key, backend, ports: Terms(
            service=ServiceName("n", name), sharing_key=key, backend_key=backend, ports=tuple(ports)
        ),
        st.sampled_from(["", "k", "K", "k "]),
        st.sampled_from(["", "app=x", "app=y"]),
        ports,
    )


@given(terms("a"), terms("b"))
def test_may_share_where_no_rule_fails(one: Terms, other: Terms) -> None:
    assert may_share(one, other) == (not failing_rules(one, other))
    assert may_share(one, other) == may_share(other, one)


@given(st.lists(terms("a"), min_size=1, max_size=4))
def test_all_may_share_where_each_may_with_each(several: list[Terms]) -> None:
    assert may_all_share(several) == all(may_share(one, other) for one, other in permutations(several, 2))


@given(terms("a"))
def test_who_names_a_port_twice_is_told_nothing(one: Terms) -> None:
    other = replace(one, sharing_key="k", ports=(ServicePort(443, "TCP"), ServicePort(443, "TCP", "again")))
    there = replace(one, sharing_key="k", backend_key=other.backend_key)
    assert may_share(other, there)
    assert not may_all_share([other, there])


@given(terms("a"), terms("b"))
def test_rules_come_in_order_and_once(one: Terms, other: Terms) -> None:
    rules = [rule for rule, _ in failing_rules(one, other)]
    assert rules == sorted(set(rules), key=lambda rule: rule.value)
    clashing = dict(failing_rules(one, other)).get(SharingRule.PORTS_FREE, ())
    assert list(clashing) == [port for port in one.ports if port in other.ports]


@given(terms("a"), terms("b"))
def test_metallb_stops_at_the_first_rule_that_fails(one: Terms, other: Terms) -> None:
    rules = [rule for rule, _ in failing_rules(one, other)]
    assert first_failing(one, other) == (rules[0] if rules else None)


@given(terms("a"), terms("b"), terms("c"))
def test_who_may_share_with_one_of_a_group_clashes_with_the_rest_by_ports_only(
    one: Terms, other: Terms, third: Terms
) -> None:
    if may_share(one, other) and may_share(other, third):
        assert {rule for rule, _ in failing_rules(one, third)} <= {SharingRule.PORTS_FREE}


def test_backend_key() -> None:
    version = parse_version("0.16.1")
    assert version is not None

    def backend(**fields: object) -> str:
        return terms_of(read_service(service("a", **fields)), version).backend_key  # type: ignore[arg-type]

    both = {"b": "2", "a": "1"}
    assert backend(selector=both) == ""
    assert backend(selector=both, externalTrafficPolicy="Local") == "a=1,b=2"
    assert backend(externalTrafficPolicy="Local") == ""


def test_every_rule_that_fails_is_kept_with_its_holder() -> None:
    world = World(pool("p", "10.0.0.0/24")).apply("a", key="k", ports=["TCP/80", "UDP/53"])
    world.apply("b", key="k", ports=["TCP/81"])
    (end,) = world.ends
    asking = read_service(service("c", key="z", local="x", ports=["UDP/53", "TCP/81"]))
    conflict = conflict_on(end, addresses("10.0.0.0")[0], asking)
    assert conflict is not None
    assert conflict.decisive is SharingRule.KEYS_EQUAL
    assert conflict.holders == (named("a"), named("b"))
    assert [(one.holder.name, one.rule.name, [str(p) for p in one.ports]) for one in conflict.conflicts] == [
        ("a", "KEYS_EQUAL", []),
        ("a", "POLICIES_EQUAL", []),
        ("a", "PORTS_FREE", ["53/UDP"]),
        ("b", "KEYS_EQUAL", []),
        ("b", "POLICIES_EQUAL", []),
        ("b", "PORTS_FREE", ["81/TCP"]),
    ]
    assert all(len(one.facts) >= 2 for one in conflict.conflicts)


def test_own_address_is_no_conflict() -> None:
    own = service("a", key="k", status=["10.0.0.0"])
    known = state(pool("p", "10.0.0.0/24"), own)
    assert conflict_on(known, addresses("10.0.0.0")[0], read_service(own)) is None


@pytest.mark.parametrize(
    ("mine", "theirs", "failing"),
    [
        ("", "", [SharingRule.HOLDER_HAS_KEY, SharingRule.REQUESTER_HAS_KEY]),
        ("", "k", [SharingRule.REQUESTER_HAS_KEY]),
        ("k", "", [SharingRule.HOLDER_HAS_KEY]),
        ("k", "K", [SharingRule.KEYS_EQUAL]),
        ("k", "k ", [SharingRule.KEYS_EQUAL]),
        ("k", "k", []),
    ],
)
def test_a_missing_key_is_not_an_unequal_one(mine: str, theirs: str, failing: list[SharingRule]) -> None:
    def with_key(name: str, key: str, port: int) -> Terms:
        ports = (ServicePort(port, "TCP"),)
        return Terms(service=ServiceName("n", name), sharing_key=key, backend_key="", ports=ports)

    found = failing_rules(with_key("a", mine, 80), with_key("b", theirs, 81))
    assert [rule for rule, _ in found] == failing


@pytest.mark.parametrize(
    ("one", "other", "failing"),
    [
        ("", "app=x", [SharingRule.POLICIES_EQUAL]),
        ("app=x", "", [SharingRule.POLICIES_EQUAL]),
        ("app=x", "app=y", [SharingRule.LOCAL_SELECTORS_EQUAL]),
        ("app=x", "app=x", []),
        ("", "", []),
    ],
)
def test_policies_are_told_from_selectors(one: str, other: str, failing: list[SharingRule]) -> None:
    def behind(name: str, backend: str, port: int) -> Terms:
        ports = (ServicePort(port, "TCP"),)
        return Terms(service=ServiceName("n", name), sharing_key="k", backend_key=backend, ports=ports)

    assert [rule for rule, _ in failing_rules(behind("a", one, 80), behind("b", other, 81))] == failing


@pytest.mark.parametrize(
    ("operator", "values", "labels", "holds"),
    [
        ("In", ("1", "2"), {"l": "2"}, True),
        ("In", ("1",), {"l": "2"}, False),
        ("In", ("1",), {}, False),
        ("NotIn", ("1",), {"l": "1"}, False),
        ("NotIn", ("1",), {"l": "2"}, True),
        ("NotIn", ("1",), {}, True),
        ("Exists", (), {"l": ""}, True),
        ("Exists", (), {}, False),
        ("DoesNotExist", (), {"l": ""}, False),
        ("DoesNotExist", (), {"other": "1"}, True),
    ],
)
def test_label_selectors(operator: str, values: tuple[str, ...], labels: dict[str, str], holds: bool) -> None:
    term = SelectorTerm(key="l", operator=operator, values=values)
    assert matches((term,), labels) is holds
    assert matches((), labels)
    assert not matches((term, SelectorTerm(key="l", operator="In", values=("no",))), labels)
