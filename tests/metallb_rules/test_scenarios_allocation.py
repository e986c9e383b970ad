"""Scenarios 64 to 70 of the rules: pools that are kept for some Services."""

from __future__ import annotations

from tests.metallb_rules.worlds import World, assigned, cleared, failed, kept_for, namespace, pool

GENERAL = pool("z", "10.9.0.0/24")
A1, B2 = {"a": "1"}, {"b": "2"}


def test_64_priorities() -> None:
    names = {"a0": 0, "b0": 0, "c5": 5, "d5": 5, "e1": 1, "f": -1}
    pools = [
        pool(name, f"10.0.{n}.0/32", serviceAllocation=kept_for(labels=[A1], priority=priority))
        for n, (name, priority) in enumerate(names.items())
    ]
    world = World(*pools, pool("z", "10.0.6.0/32"))
    for name in "tuvwxyz":
        world.apply(name, labels=A1)
    order = ["f", "e1", "c5", "d5", "b0", "a0", "z"]
    places = [*names, "z"]
    assert [world.held(name) for name in "tuvwxyz"] == [{(f"10.0.{places.index(p)}.0",)} for p in order]


def test_65_namespace_and_labels() -> None:
    world = World(pool("p", "10.0.0.0/24", serviceAllocation=kept_for("n1", labels=[A1])), GENERAL)
    world.apply("n1/x", labels=A1).apply("n1/y").apply("n2/z", labels=A1)
    assert world.held("n1/x") == {("10.0.0.0",)}
    assert world.held("n1/y") == {("10.9.0.0",)}
    assert world.held("n2/z") == {("10.9.0.1",)}


def test_66_any_of_the_selectors() -> None:
    world = World(pool("p", "10.0.0.0/24", serviceAllocation=kept_for(labels=[A1, B2])))
    world.apply("x", labels=B2)
    assert world.held("x") == {("10.0.0.0",)}
    world.apply("y", labels={"c": "3"})
    assert world.events == (failed("y", "no available IPs"),)
    world.apply("y", from_pool="p")
    assert world.events == (failed("y", "pool p not compatible for ip assignment"),)


def test_67_namespace_selector_that_matches_nothing() -> None:
    allocation = {"namespaceSelectors": [{"matchLabels": {"team": "none"}}]}
    world = World(pool("p", "10.0.0.0/24", serviceAllocation=allocation), namespaces=[namespace("default")])
    world.apply("x")
    assert world.events == (failed("x", "no available IPs"),)
    world.apply("y", from_pool="p").apply("z", ip="10.0.0.9")
    assert world.held("y") == {("10.0.0.0",)}
    assert world.held("z") == {("10.0.0.9",)}


def test_68_allocation_without_terms() -> None:
    world = World(pool("p", "10.0.0.0/32", serviceAllocation={}), pool("q", "10.1.0.0/32"))
    world.apply("x").apply("y")
    assert world.held("x") == {("10.0.0.0",)}
    assert world.held("y") == {("10.1.0.0",)}


def test_68_before_0_15_it_is_for_nobody() -> None:
    world = World(pool("p", "10.0.0.0/32", serviceAllocation={}), version="0.14.9").apply("x")
    assert world.events == (failed("x", "no available IPs"),)
    assert world.apply("x", from_pool="p").held("x") == {("10.0.0.0",)}


def test_69_full_pinned_pool_gives_way() -> None:
    world = World(pool("p", "10.0.0.0/32", serviceAllocation=kept_for("default")), GENERAL)
    world.apply("x").apply("y")
    assert world.held("x") == {("10.0.0.0",)}
    assert world.held("y") == {("10.9.0.0",)}


def test_70_label_lost_and_back() -> None:
    world = World(pool("p", "10.0.0.0/24", serviceAllocation=kept_for(labels=[A1])), GENERAL)
    world.apply("x", labels=A1).apply("x", labels={})
    assert world.events == (cleared("x", "pool p not compatible for ip assignment"), assigned("10.9.0.0"))
    world.apply("x", labels=A1)
    assert world.held("x") == {("10.9.0.0",)}
    assert world.silent
