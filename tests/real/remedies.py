"""One remedy on a broken cluster: done, and taken back, each time held against what was foretold.

Why it exists: a plan may reach its goal and still move somebody of whom it said nothing. So every
Service is looked at, before and after, and never only those that a document names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.real.asking import Addresses, Json, document, name_of, parsed, services_by_name, typed, written
from tests.realcluster.cluster import RealCluster

UNREACHABLE = "SIP6"  # nobody announces an address here, and no Service has a pod
_KUBECTL, _HERE = "kubectl ", " -n default"
_FIX = "kubectl sharedip fix "
_UNDO = "kubectl sharedip undo"
_WOKEN = "sharedip/woken"
_QUIET_S = 0.3  # the plugin itself has watched for a second that nothing changed any more
_BY_HAND = ("annotate", "label", "patch")
_GETS = re.compile(r"(?:it gets|it goes from .+ to) (?P<after>[^ ]+(?: or [^ ]+)*?)(?:,? and clients .*)?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Every LoadBalancer Service: its addresses, and what people wrote in it."""

    addresses: Addresses
    written: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """A remedy that a person types, by what follows "kubectl", and what the document says of it.

    ``follows``: it is for when the one before it was done.
    """

    command: str
    summary: str
    leaves: frozenset[str]

    @property
    def follows(self) -> bool:
        """Whether it says so."""
        return self.summary.startswith("Then ")


def look(cluster: RealCluster) -> Seen:
    """What is there now."""
    return Seen(
        addresses=cluster.addresses(),
        written={name: written(item) for name, item in services_by_name(cluster).items()},
    )


def diagnosis(cluster: RealCluster, service: str) -> list[Json]:
    """What ``why`` says of the Service."""
    namespace, _, name = service.partition("/")
    items: list[Json] = document(cluster, "why", name, "-n", namespace)["items"]
    return items


def offered(cluster: RealCluster, service: str) -> dict[str, Json | None]:
    """Every ``fix`` that is offered for the Service, by what follows "fix".

    With each comes what the refused plan lists of it; None where it needs no leave. What ``why``
    offers is the same: that is held here, too.
    """
    (item,) = diagnosis(cluster, service)
    namespace, _, name = service.partition("/")
    by_why = {_told(one["command"]) for one in _remedies(item) if (one["command"] or "").startswith(_FIX)}
    found = dict(_ways(cluster, f"{_FIX}{name} -n {namespace}"))
    assert by_why == set(found)
    if not found and item["addresses"]:
        for command in _uniting(cluster, name, namespace):
            found.update(_ways(cluster, command))
    return found


def done_and_undone(cluster: RealCluster, told: str, listed: Json | None) -> bool:
    """Does the ``fix`` and takes it back; whether the cluster is then as it was.

    Where it is not, the plan to take it back has said of whom.
    """
    first = look(cluster)
    plan = parsed(typed(cluster, _FIX + told, "--yes", "-o", "json"))
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
    other = {name for name, addresses in first.addresses.items() if last.addresses[name] != addresses}
    assert other <= _warned_of(back, first.addresses)
    assert _warned_of(back, first.addresses) <= other | _uncertain(back)
    return not other


def by_hand(cluster: RealCluster, service: str) -> list[Typed]:
    """The remedies that are plain kubectl commands and need no editor, in their order."""
    (item,) = diagnosis(cluster, service)
    return [
        Typed(
            command=one["command"].removeprefix(_KUBECTL).replace(_HERE, ""),
            summary=one["summary"],
            leaves=frozenset(one["leaves"]),
        )
        for one in _remedies(item)
        if one["command"] and one["command"].split()[1] in _BY_HAND
    ]


def done_by_hand(cluster: RealCluster, service: str, remedy: Typed, *, rests: bool) -> None:
    """Types the command: the Service becomes what the remedy says, and nobody else is moved.

    ``rests`` is false where the addresses go to and fro until it is typed.
    """
    before = look(cluster)
    ran = typed(cluster, f"{_KUBECTL}{remedy.command}{_HERE}")
    assert ran.returncode == 0, ran.stderr
    after = _settled(cluster)
    told = {name: [addresses] for name, addresses in before.addresses.items()}
    found = _GETS.search(remedy.summary)
    if found is not None:
        told[service] = [one.split(", ") for one in found["after"].split(" or ")]
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


def _remedies(item: Json) -> Iterator[Json]:
    for finding in item["findings"]:
        yield from finding["remedies"]


def _ways(cluster: RealCluster, command: str) -> Iterator[tuple[str, Json | None]]:
    """The ways that the command has: itself, or those that it lists instead; nothing is done."""
    done = typed(cluster, command, "-o", "json")
    plan = parsed(done, done.returncode)
    if plan["edits"]:
        yield _told(command), None
    for alternative in plan["alternatives"]:
        yield _told(alternative["command"]), alternative


def _uniting(cluster: RealCluster, name: str, namespace: str) -> Iterator[str]:
    """The commands that would unite the Service with others of its key, where it needs nothing."""
    plan = document(cluster, "fix", name, "-n", namespace)
    for warning in plan["warnings"]:
        _, unites, command = warning.partition("To unite them: ")
        if unites:
            yield command


def _told(command: str) -> str:
    return command.removeprefix(_FIX).replace(_HERE, "")


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
