"""What holds for every case, whatever it shows: order, repetition, and plans that keep their word."""

from __future__ import annotations

import copy
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.diagnose_room, however pytest was started

from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.diagnose.announcement.announced import announced
from kubectl_sharedip.diagnose.environments import USUAL
from kubectl_sharedip.diagnose.habits import habits
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.diagnose.view import view_of
from kubectl_sharedip.intake.services import read_service
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.edits import ServiceEdit
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.settle import Settled, held_by, settle, unrested
from kubectl_sharedip.metallb.speaker import bgp, layer2
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.allowance import ALLOWANCES, Allowance
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.model.raw import Origin, RawDocument
from kubectl_sharedip.plan.make import make_plan
from tests.diagnose_room.case import Case, all_cases
from tests.diagnose_room.program import Answer, ask, ask_again, fix, reading_of

CASES = all_cases()
each_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
_PENDING = [
    pytest.param(case, one.name, id=f"{case.name}-{one.name}")
    for case in CASES
    for one in case.services
    if one.decisive is not None or one.unexplained
]
each_pending = pytest.mark.parametrize(("case", "name"), _PENDING)

Json = dict[str, Any]


def _answers(file: Path) -> list[str]:
    """Every document that the commands give of a file, byte for byte."""
    names = sorted(str(name) for name in reading_of(file).snapshot.services)
    found = [ask("ls", "-f", str(file), "-o", form).text for form in ("json", "yaml")]
    found.append(ask("why", *names, "-f", str(file), "-o", "json").text)
    found.append(fix(file, names[-1]).text)
    return found


@each_case
def test_the_same_objects_give_the_same_bytes(case: Case, tmp_path: Path) -> None:
    """Asked twice; and in whatever order they stand, where all of them are applied."""
    documents = case.documents
    file = tmp_path / "input.yaml"
    file.write_text(case.written(documents))
    before = _answers(file)
    orders = [documents]
    if case.applied:
        shuffled = random.Random(case.name).sample(documents, len(documents))
        orders = [shuffled if shuffled != documents else documents[::-1]]

    for order in orders:
        file.write_text(case.written(order))
        assert _answers(file) == before


@each_case
def test_json_and_yaml_are_read_alike(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "input"
    folder.mkdir()
    (folder / "input.yaml").write_text(case.file.read_text())
    before = ask("why", *_names(case), "-f", str(folder), "-o", "json").document
    (folder / "input.yaml").unlink()
    head = case.snapshot or {"apiVersion": "v1", "kind": "List"}
    listed = {**head, "items": case.documents}
    (folder / "input.json").write_text(json.dumps(listed))

    assert ask("why", *_names(case), "-f", str(folder), "-o", "json").document == before


@each_case
def test_deciding_changes_nothing_that_was_read(case: Case) -> None:
    reading = reading_of(case.file)
    before = copy.deepcopy([document.body for document in reading.raw.documents])
    snapshot = repr(reading.snapshot)
    views = repr(reading.views)

    for service in reading.snapshot.services.values():
        first = diagnose(reading.snapshot, reading.views, service)
        state = state_for(reading.views, service)
        if state is not None:
            make_plan(state, Goal(service=service.name), ALLOWANCES, unseen=False)
        assert diagnose(reading.snapshot, reading.views, service) == first

    assert [document.body for document in reading.raw.documents] == before
    assert repr(reading.snapshot) == snapshot
    assert repr(reading.views) == views


@each_case
def test_an_answer_does_not_depend_on_how_many_are_asked_about(case: Case) -> None:
    """What there is nowhere in the cluster is found of nobody, whoever is asked."""
    reading = reading_of(case.file)
    beside = habits(USUAL)
    for service in reading.snapshot.services.values():
        alone = diagnose(reading.snapshot, reading.views, service, beside=beside)
        assert diagnose(reading.snapshot, reading.views, service, beside=beside, many=True) == alone


@each_case
def test_services_alike_in_what_decides_it_are_announced_alike(case: Case) -> None:
    reading = reading_of(case.file)
    for service in reading.snapshot.services.values():
        state = state_for(reading.views, service)
        if state is None:
            continue
        view = view_of(reading.snapshot, state, service, decide(state, service))
        one = announced(view, service)
        if one is not None:
            assert one.layer2 == layer2(service, one.pool, one.addresses[0], one.around, state.version)
            assert one.bgp == bgp(service, one.pool, one.around, state.version)


@each_case
def test_a_pending_service_has_one_decisive_finding_and_a_cause(case: Case) -> None:
    unexplained = {one.name for one in case.services if one.unexplained}
    for item in ask("why", *_names(case), "-f", str(case.file), "-o", "json").document["items"]:
        decisive = [finding for finding in item["findings"] if finding["decisive"]]
        causes = [finding for finding in item["findings"] if finding["cause"]]
        if item["state"] == "NotHandled" or item["addresses"]:
            assert not decisive
        elif f"{item['namespace']}/{item['name']}" in unexplained:
            assert (item["findings"], item["proof"]) == ([], None)
            assert item["skipped"]
        else:
            assert len(decisive) == 1
            assert causes
            assert item["proof"] is not None
            assert item["cause"] is not None


@each_case
def test_services_share_a_cause_only_where_all_that_is_said_of_it_is_the_same(case: Case) -> None:
    """The text tells a common cause once: nobody's own reason may be lost with it."""
    told: dict[str, list[str]] = {}
    for item in ask("why", *_names(case), "-f", str(case.file), "-o", "json").document["items"]:
        causes = sorted(f["message"] for f in item["findings"] if f["cause"] and f["severity"] == "error")
        assert (item["cause"] is not None) == bool(causes)
        if item["cause"] is not None:
            assert told.setdefault(item["cause"], causes) == causes


@each_case
def test_every_finding_can_be_said(case: Case) -> None:
    for item in ask("why", *_names(case), "-f", str(case.file), "-o", "json").document["items"]:
        for finding in item["findings"]:
            assert "{" not in finding["message"]
            for remedy in finding["remedies"]:
                assert remedy["command"].startswith(("kubectl sharedip fix ", "kubectl "))
                assert set(remedy["needs"]) <= set(ALLOWANCES)
                assert remedy["leaves"] == sorted(set(remedy["leaves"]))


@each_pending
def test_each_way_reaches_its_goal_and_moves_nobody_untold(case: Case, name: str) -> None:
    reading = reading_of(case.file)
    for goal, way in _ways(case.file, name):
        settled = _carried_out(reading, goal, way["edits"])

        assert settled.complete
        assert not settled.restless
        told = {_name(effect): effect for effect in way["effects"]}
        for service in reading.snapshot.services:
            before = held_by(_state(reading, goal), service)
            after = [[str(address) for address in one] for one in settled.addresses(service)]
            if str(service) in told:
                assert told[str(service)]["before"] == [str(address) for address in before]
                assert told[str(service)]["after"] == after
                assert told[str(service)]["certain"] is (len(after) == 1)
            else:
                assert after == [[str(address) for address in before]], f"{service} moves untold"
        for end in settled.ends:
            held = set(held_by(end, goal.service))
            assert held
            if goal.share_with is not None:
                assert held & set(held_by(end, goal.share_with))


@each_pending
def test_each_way_is_the_one_that_its_command_goes(case: Case, name: str) -> None:
    document = _plan(case.file, name)
    for way in document["alternatives"]:
        again = ask_again(way["command"])

        assert again.status == 0
        assert again.document["items"][0]["feasible"] is True
        assert again.document["edits"] == way["edits"]
        assert again.document["effects"] == way["effects"]
        assert again.document["losses"] == way["losses"]
        for spared in way["needs"]:
            assert _without_leave(way, spared).document["edits"] != way["edits"]


@each_pending
def test_the_remedies_of_why_are_the_ways_of_fix(case: Case, name: str) -> None:
    """``why`` and ``fix`` foretell alike, so that what the one advises the other does."""
    document = _plan(case.file, name)
    item = ask("why", name, "-f", str(case.file), "-o", "json").document["items"][0]
    remedies = [remedy for finding in item["findings"] for remedy in finding["remedies"]]
    advised = [r for r in remedies if r["command"].startswith("kubectl sharedip fix ")]

    if not item["findings"]:
        assert item["skipped"]  # what is not said to be wrong has no remedy
        return
    chosen: list[list[str]] = [[]] if document["edits"] else []
    assert [r["needs"] for r in advised] == chosen + [way["needs"] for way in document["alternatives"]]
    for remedy in advised:
        assert ask_again(remedy["command"]).status == 0
        assert remedy["leaves"] == []


@each_pending
def test_no_leave_makes_a_plan_do_more_than_it_needs(case: Case, name: str) -> None:
    """Leave that is given and not needed changes nothing; all of it finds the cheapest way there is."""
    without = _plan(case.file, name)
    everything = fix(case.file, name, allow=ALLOWANCES).document

    if without["items"][0]["feasible"]:
        assert everything["edits"] == without["edits"]
    elif without["alternatives"] and "--share-with" not in without["alternatives"][0]["command"]:
        assert everything["edits"] == without["alternatives"][0]["edits"]
    else:
        assert everything["items"][0]["feasible"] is False


@cache
def _plan(file: Path, name: str) -> Json:
    """The plan without any leave; that it is the same every time is tested above."""
    return fix(file, name).document


def _ways(file: Path, name: str) -> Iterator[tuple[Goal, Json]]:
    """Every way to this Service's goal, the chosen one and those that need leave, with its goal."""
    named = ServiceName(*name.split("/"))
    document = _plan(file, name)
    if document["edits"]:
        yield Goal(service=named), document
    for way in document["alternatives"]:
        words = way["command"].split()
        partner = words[words.index("--share-with") + 1] if "--share-with" in words else None
        if partner is None:
            yield Goal(service=named), way
        else:
            namespace, _, bare = partner.rpartition("/")
            yield Goal(service=named, share_with=ServiceName(namespace or named.namespace, bare)), way


def _without_leave(way: Json, spared: Allowance) -> Answer:
    needs = ",".join(need for need in way["needs"] if need != spared)
    words = way["command"].split()
    place = words.index("--allow")
    kept = [*words[:place], *words[place + 2 :], *(["--allow", needs] if needs else [])]
    return ask_again(" ".join(kept))


def _state(reading: Reading, goal: Goal) -> State:
    state = state_for(reading.views, reading.snapshot.services[goal.service])
    assert state is not None
    return state


def _carried_out(reading: Reading, goal: Goal, edits: Sequence[Json]) -> Settled:
    """The ends after the edits of a document, made on the objects as a client would make them."""
    bodies = {
        ServiceName(document.body["metadata"]["namespace"], document.body["metadata"]["name"]): document.body
        for document in reading.raw.documents
        if document.body["kind"] == "Service"
    }
    steps = []
    for edit in edits:
        named = ServiceName(edit["namespace"], edit["name"])
        body = copy.deepcopy(dict(bodies[named]))
        for operation in edit["operations"]:
            _operate(body, operation)
        bodies[named] = body
        after = read_service(RawDocument(body=body, origin=Origin()), [], "default", _families(reading))
        assert after is not None
        steps.append(ServiceEdit(service=after))
    state = _state(reading, goal)
    return settle(state, steps, unrested(state))


def _families(reading: Reading) -> tuple[str, ...]:
    pairs = (s.cluster_ips for s in reading.snapshot.services.values() if len(s.cluster_ips) > 1)
    return ("ipv4", "ipv6") if next(pairs, None) else ("ipv4",)


def _operate(body: Json, operation: Mapping[str, Any]) -> None:
    *path, last = (step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:])
    target = body
    for step in path:
        target = target.setdefault(step, {})
    assert target.get(last) == operation["was"] or (last, operation["was"]) == (
        "externalTrafficPolicy",
        "Cluster",  # what the API server fills in
    )
    if operation["op"] == "remove":
        assert operation["value"] is None
        del target[last]
    else:
        assert operation["op"] == ("add" if operation["was"] is None else "replace")
        target[last] = operation["value"]


def _names(case: Case) -> list[str]:
    return [one.name for one in case.services]


def _name(named: Mapping[str, Any]) -> str:
    return f"{named['namespace']}/{named['name']}"
