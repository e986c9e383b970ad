"""Each cause on the real thing: MetalLB does and says what its rules foretell, and ``why`` names it.

Each remedy that is offered is then done on that very cluster, held against what it foretold for every
Service, and taken back; selection.py says which of them are each time.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

import pytest

from kubectl_sharedip.cli.commands.fix import fix
from kubectl_sharedip.cli.options import allowances
from tests.real.asking import Json
from tests.real.broken import Broken
from tests.real.causes import Expected, Said
from tests.real.conftest import Clusters, Played
from tests.real.making import Making, holders_sorted
from tests.real.offers import UNREACHABLE, by_hand, offers
from tests.real.remedies import done_and_undone, done_by_hand
from tests.real.selection import CAUSES, Named, of_causes, of_commands, of_fixes
from tests.realcluster import parts
from tests.realcluster.cluster import RealCluster
from tests.realcluster.processes import wait_until

_IPV4_ONLY = "10.96.0.0/12"
_FLAPS_WITHIN_S = 5.0
# "agrees" may be null where the event is not about allocation.
_BESIDE = ("AdditionalAssignFailed", "not enough clusterips")


@pytest.fixture(scope="module")
def broken(
    request: pytest.FixtureRequest, clusters: Clusters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broken]:
    """A cluster that is broken in one way, for all the tests about it."""
    version, name = request.param
    cause = CAUSES[name]
    if not cause.single_stack:
        yield Broken(lambda: clusters.clean(version), version, cause)
        return
    folder = tmp_path_factory.mktemp("single-stack")
    with RealCluster(parts.obtain(version), folder, service_ranges=_IPV4_ONLY) as own:

        def clean() -> RealCluster:
            own.wipe()
            return own

        yield Broken(clean, version, cause)


def _each(named: Iterable[Named]) -> pytest.MarkDecorator:
    found = [pytest.param(one, id="-".join(one)) for one in named]
    return pytest.mark.parametrize("broken", found, indirect=True, scope="module")


@_each(of_causes())
def test_cause(broken: Broken) -> None:
    expected = broken.expected
    if expected.flaps:
        _check_restless(broken.cluster, broken.making, broken.cause.service, expected)
    else:
        assert broken.making.said() == tuple(expected.events)
    item = broken.diagnosed()
    _check_diagnosis(item, expected)
    _check_events(item, expected)
    _check_remedies(item)


@_each(of_fixes())
def test_fixes(broken: Broken, played: list[Played]) -> None:
    found = offers(broken.ready(), broken.diagnosed())
    assert sorted(found.fixes) == sorted(broken.cause.fixes[broken.version])
    typed = sorted(one.command for one in found.by_hand)
    assert typed == sorted(broken.cause.by_hand[broken.version])
    for told, listed in sorted(found.fixes.items()):
        cluster = broken.ready()
        broken.spoil()
        played.append(Played(version=broken.version, cause=broken.cause.name, remedy=f"fix {told}"))
        if done_and_undone(cluster, told, listed):
            broken.as_made()


@_each(of_commands())
def test_commands(broken: Broken, played: list[Played]) -> None:
    found = by_hand(broken.diagnosed())
    assert sorted(one.command for one in found) == sorted(broken.cause.by_hand[broken.version])
    for remedy in found:
        cluster = broken.cluster if remedy.follows else broken.ready()
        broken.spoil()
        played.append(Played(version=broken.version, cause=broken.cause.name, remedy=remedy.command))
        rests = not broken.expected.flaps
        done_by_hand(cluster, broken.cause.service, remedy, rests=rests, runs=broken.making.runs)


def test_a_start_parts_those_who_may_not_share(cluster: RealCluster) -> None:
    cause = CAUSES["SIP213"]
    Making(cluster, cause.service, rests=True).play(cause.steps)
    assert cluster.addresses() == {"default/other": ["192.0.2.12"], "default/web": ["192.0.2.12"]}
    cluster.restart_controller()
    cluster.settle()
    after = cluster.addresses()
    (keeper,) = (name for name, addresses in after.items() if addresses == ["192.0.2.12"])
    (loser,) = after.keys() - {keeper}
    assert after[loser] == ["192.0.2.10"]
    said = [(e["reason"], e["message"]) for e in cluster.events("default", loser.partition("/")[2])]
    lost = f'can\'t change sharing key for "{loser}", address also in use by {keeper}'
    start = f'current IP for "{loser}" not allowed by config, will attempt for new IP assignment: '
    assert ("ClearAssignment", start + lost) in said
    assert said[-1] == ("IPAllocated", 'Assigned IP ["192.0.2.10"]')


def _check_restless(cluster: RealCluster, making: Making, service: str, expected: Expected) -> None:
    """The status goes from one list to another and back; its events are those foretold, in any order."""
    lists = {tuple(one) for one in expected.flaps}
    seen: list[tuple[str, ...]] = []

    def came_back() -> bool:
        addresses = tuple(cluster.addresses()[service])
        if addresses and seen[-1:] != [addresses]:
            seen.append(addresses)
        return len(seen) > 2 * len(lists)

    wait_until(came_back, _FLAPS_WITHIN_S, f"the status of {service} to go to and fro")
    assert set(seen) == lists
    assert sorted(making.said()) == sorted(expected.events)


def _check_diagnosis(item: Json, expected: Expected) -> None:
    findings = item["findings"]
    assert item["state"] == expected.state
    decisive = [finding["code"] for finding in findings if finding["decisive"]]
    assert decisive == ([] if expected.decisive is None else [expected.decisive])
    causes = {finding["code"] for finding in findings if finding["cause"]}
    if expected.causes is not None:
        told = sorted(code for code in causes if not code.startswith(UNREACHABLE))
        assert told == sorted(expected.causes)
    assert set(expected.findings) <= {finding["code"] for finding in findings}
    if item["state"] == "Pending":
        assert item["addresses"] == []
        assert any(finding["cause"] and finding["severity"] == "error" for finding in findings)


def _check_events(item: Json, expected: Expected) -> None:
    """``why`` shows the newest event, and it is what the rules foretell; where none came none is."""
    if expected.agrees is None or expected.flaps:
        return
    if not expected.events:
        if item["state"] == "Pending":
            assert [event for event in item["events"] if event["agrees"]] == []
        return
    newest = expected.events[-1]
    agreeing = [event["agrees"] for event in item["events"] if _said(event) == newest]
    assert agreeing, newest
    assert agreeing[-1] is expected.agrees or (agreeing[-1] is None and newest.reason in _BESIDE)


def _said(event: Json) -> Said:
    return Said(reason=event["reason"], type=event["type"], text=holders_sorted(event["message"]))


def _check_remedies(item: Json) -> None:
    """Each ``fix`` that is offered is one that the command line takes, for this very Service."""
    for finding in item["findings"]:
        for remedy in finding["remedies"]:
            program, plugin, command, *words = shlex.split(remedy["command"] or "none none none")
            if (program, plugin, command) == ("kubectl", "sharedip", "fix"):
                given = fix.make_context("fix", words).params
                allowances(given["allow"])
                named = given.get("services") or (given["service"],)
                assert item["name"] in named, remedy["command"]
                assert f"-n {item['namespace']}" in remedy["command"]
