"""One remedy on a broken cluster: done, and taken back, each time held against what was foretold.

Why it exists: a plan may reach its goal and still move somebody of whom it said nothing. So every
Service is looked at, before and after, and never only those that a document names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.real.asking import Addresses, Json, name_of, parsed, services_by_name, typed, written
from tests.real.offers import FIX, HERE, KUBECTL, UNREACHABLE, Typed, diagnosis
from tests.realcluster.cluster import RealCluster

_UNDO = "kubectl sharedip undo"
_WOKEN = "sharedip/woken"
_QUIET_S = 0.3  # the plugin itself has watched for a second that nothing changed any more
_GETS = re.compile(r"it gets (.+)$|it goes from .+ to (.+), and clients on ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Every LoadBalancer Service: its addresses, and what people wrote in it."""

    addresses: Addresses
    written: Mapping[str, Json]


def look(cluster: RealCluster) -> Seen:
    """What is there now."""
    return Seen(
        addresses=cluster.addresses(),
        written={name: written(item) for name, item in services_by_name(cluster).items()},
    )


def done_and_undone(cluster: RealCluster, told: str, listed: Json | None) -> bool:
    """Does the ``fix`` and takes it back; whether the cluster is then as it was.

    Where it is not, the plan to take it back has said of whom.
    """
    first = look(cluster)
    plan = parsed(typed(cluster, f"{FIX}{told}", "--yes", "-o", "json"))
    between = _settled(cluster)
    assert all(item["feasible"] and not item["blocked"] for item in plan["items"])
    assert (plan["result"]["applied"], plan["result"]["verified"]) == (True, True)
    assert plan["edits"]
    if listed is not None:
        assert [_edit(one) for one in plan["edits"]] == [_edit(one) for one in listed["edits"]]
        assert plan["effects"] == listed["effects"]
    _check_foretold(plan, first, between)
    assert _but_marks(between.written) == _but_marks(_as_edited(first.written, plan))
    assert all(between.addresses[name_of(item)] for item in plan["items"])

    back = parsed(typed(cluster, _UNDO, plan["id"], "--yes", "-o", "json"))
    last = _settled(cluster)
    assert (back["result"]["applied"], back["result"]["verified"]) == (True, True)
    _check_foretold(back, between, last)
    assert last.written == first.written
    for name, addresses in first.addresses.items():
        if addresses and addresses == between.addresses[name]:  # to take it back takes it from nobody
            assert last.addresses[name] == addresses
    other = {name for name, addresses in first.addresses.items() if last.addresses[name] != addresses}
    assert other <= _warned_of(back, first.addresses)
    assert _warned_of(back, first.addresses) <= other | _uncertain(back)
    return not other


def done_by_hand(cluster: RealCluster, service: str, remedy: Typed, *, rests: bool, runs: bool) -> None:
    """Types the command: the Service becomes what the remedy says, and nobody else is moved.

    ``rests`` is false where the addresses go to and fro until it is typed. Where the controller does
    not run it is then started: what happens at a start is what shows it.
    """
    before = look(cluster)
    ran = typed(cluster, f"{KUBECTL}{remedy.command}{HERE}")
    assert ran.returncode == 0, ran.stderr
    if not runs:
        cluster.restart_controller()
    after = _settled(cluster)
    told = {name: [addresses] for name, addresses in before.addresses.items()}
    found = _GETS.search(remedy.summary)
    if found is not None:
        told[service] = [one.split(", ") for one in (found[1] or found[2]).split(" or ")]
    elif "no address moves" not in remedy.summary:
        del told[service]  # then it says of the Service that nothing stands in its way any more
        assert after.addresses[service] or not rests or remedy.leaves
    wrong = {
        name: (after.addresses[name], lists)
        for name, lists in told.items()
        if after.addresses[name] not in lists
    }
    assert not wrong, wrong
    (item,) = diagnosis(cluster, service)
    causes = {finding["code"] for finding in item["findings"] if finding["cause"]}
    assert {code for code in causes if not code.startswith(UNREACHABLE)} <= remedy.leaves


def _settled(cluster: RealCluster) -> Seen:
    cluster.settle(quiet_s=_QUIET_S)
    return look(cluster)


def _check_foretold(plan: Json, before: Seen, after: Seen) -> None:
    """Each Service has one of the lists that were foretold for it; of whom nothing is said keeps its own."""
    told = {name: [addresses] for name, addresses in before.addresses.items()}
    for effect in plan["effects"]:
        assert effect["before"] == before.addresses[name_of(effect)]
        assert effect["certain"] is (len(effect["after"]) == 1)
        told[name_of(effect)] = effect["after"]
    assert after.addresses.keys() == told.keys()
    wrong = {name: (now, told[name]) for name, now in after.addresses.items() if now not in told[name]}
    assert not wrong, wrong


def _as_edited(services: Mapping[str, Json], plan: Json) -> dict[str, Json]:
    """What people wrote, with the edits of the plan and no other."""
    after = {name: {**item, "annotations": dict(item["annotations"])} for name, item in services.items()}
    for edit in plan["edits"]:
        item = after[name_of(edit)]
        item["spec"] = dict(item["spec"])
        for operation in edit["operations"]:
            steps = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")]
            fields = item["spec"] if steps[1] == "spec" else item["annotations"]
            assert fields.get(steps[-1]) == operation["was"]
            fields[steps[-1]] = operation["value"]
            if operation["value"] is None:
                del fields[steps[-1]]
    return after


def _but_marks(services: Mapping[str, Json]) -> dict[str, Json]:
    """Without what need not come: the mark of a wake-up, and the port that goes with policy Local."""
    return {
        name: {
            "annotations": {key: v for key, v in item["annotations"].items() if key != _WOKEN},
            "labels": item["labels"],
            "spec": {key: v for key, v in item["spec"].items() if key != "healthCheckNodePort"},
        }
        for name, item in services.items()
    }


def _edit(edit: Json) -> tuple[str, Sequence[Json]]:
    return name_of(edit), edit["operations"]


def _warned_of(back: Json, services: Addresses) -> set[str]:
    """Of whom the plan to take it back says that it does not bring back what was."""
    return {name for name in services for warning in back["warnings"] if warning.startswith(f"{name} had ")}


def _uncertain(back: Json) -> set[str]:
    return {name_of(effect) for effect in back["effects"] if not effect["certain"]}
