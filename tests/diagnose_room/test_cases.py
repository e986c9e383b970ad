"""Every folder of tests/cases: what is found, with which values, and which plans there are.

What a folder holds is told in case.py; adding a case is adding a folder.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.diagnose_room, however pytest was started

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.environments import USUAL
from kubectl_sharedip.diagnose.habits import habits
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.model.allowance import ALLOWANCES
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.names import ServiceName
from tests.command_line.schema import broken_promises
from tests.diagnose_room.case import DECISIVE, SELDOM_READ, Aim, Case, Expected, all_cases
from tests.diagnose_room.program import ask, fix, reading_of

CASES = all_cases()
_SERVICES = [pytest.param(case, one, id=f"{case.name}-{one.name}") for case in CASES for one in case.services]
_HABITS = [
    pytest.param(case, one, id=f"{case.name}-{one.name}")
    for case in CASES
    if case.of_habits
    for one in case.services
]
_AIMS = [
    pytest.param(case, aim, id=f"{case.name}-{aim.service}-{'+'.join(aim.allow) or 'no-leave'}-{number}")
    for case in CASES
    for number, aim in enumerate(case.aims)
]
_TRAPS = [
    pytest.param(case, one.name, id=f"{case.name}-{one.name}")
    for case in CASES
    for one in case.services
    if case.never
]
_OWNERS = ("SIP702", "SIP704")
each_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])


def name_of(text: str) -> ServiceName:
    return ServiceName(*text.split("/"))


def diagnosis(case: Case, name: str) -> Diagnosis:
    reading = reading_of(case.file)
    return diagnose(reading.snapshot, reading.views, reading.snapshot.services[name_of(name)])


def codes(findings: list[Finding]) -> list[str]:
    return sorted(finding.code for finding in findings)


@each_case
def test_every_service_of_the_input_is_expected(case: Case) -> None:
    services = {str(name) for name in reading_of(case.file).snapshot.services}

    assert {one.name for one in case.services} == services


@pytest.mark.parametrize(("case", "expected"), _SERVICES)
def test_the_findings_are_those_of_the_rules(case: Case, expected: Expected) -> None:
    found = diagnosis(case, expected.name)

    decisive = found.decisive
    assert (decisive.code if decisive else None) == expected.decisive
    assert codes([f for f in found.findings if f.cause]) == sorted(expected.causes)
    assert codes([f for f in found.findings if not f.cause and not f.decisive]) == sorted(expected.others)
    skipped = {one.code for one in found.skipped if not set(one.resources) <= SELDOM_READ}
    assert skipped <= case.skipped(expected) <= {one.code for one in found.skipped}


@pytest.mark.parametrize(("case", "expected"), _SERVICES)
def test_the_findings_carry_their_values(case: Case, expected: Expected) -> None:
    found = diagnosis(case, expected.name).findings

    for code, wanted in expected.values.items():
        values = [finding.values for finding in found if finding.code == code]
        plain = [{key: _plain(value) for key, value in one.items() if key in wanted} for one in values]
        assert dict(wanted) in plain
    if expected.holders is not None:
        holders = {str(holder) for finding in found if finding.cause for holder in finding.holders}
        assert sorted(holders) == sorted(expected.holders)
    for code, severity in expected.severities.items():
        assert {finding.severity for finding in found if finding.code == code} == {severity}
    if expected.objects is not None:
        assert {str(fact.object) for f in found if f.decisive for fact in f.facts} == set(expected.objects)
    for finding in found:
        possible = ("SIP308", *expected.uncertain)
        assert finding.certain is (finding.code not in possible and expected.certain), finding.code


@pytest.mark.parametrize(("case", "expected"), _HABITS)
def test_the_habits_are_told_where_they_are_asked_for(case: Case, expected: Expected) -> None:
    reading = reading_of(case.file)
    service = reading.snapshot.services[name_of(expected.name)]
    plain = diagnose(reading.snapshot, reading.views, service).findings
    asked = diagnose(reading.snapshot, reading.views, service, beside=habits(USUAL)).findings

    told = [finding for finding in asked if finding not in plain]
    assert codes(list(told)) == sorted(expected.habits)
    assert [finding for finding in asked if finding in plain] == list(plain)
    for finding in told:
        assert finding.severity == CATALOGUE[finding.code].severity
        assert not finding.cause
        assert not finding.decisive
        wanted = expected.habit_values.get(finding.code, {})
        assert {name: _plain(finding.values[name]) for name in wanted} == dict(wanted)
    item = ask("why", expected.name, "-f", str(case.file), "--habits", "-o", "json").document["items"][0]
    assert sorted(one["code"] for one in item["findings"]) == codes(list(asked))


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(("case", "expected"), _SERVICES)
def test_the_document_says_the_same(case: Case, expected: Expected) -> None:
    answer = ask("why", expected.name, "-f", str(case.file), "-o", "json")

    item = answer.document["items"][0]
    assert (answer.status, broken_promises(answer.document)) == (0, [])
    assert (item["state"], item["addresses"]) == (expected.state, list(expected.addresses))
    assert sorted(f["code"] for f in item["findings"] if f["cause"]) == sorted(expected.causes)
    assert [f["code"] for f in item["findings"] if f["decisive"]] == (
        [expected.decisive] if expected.decisive else []
    )
    for finding in item["findings"]:
        row = CATALOGUE[finding["code"]]
        assert finding["name"] == row.name
        assert finding["severity"] in ({row.severity} | {expected.severities.get(row.code, row.severity)})
        assert finding["objects"] or finding["code"] == "SIP402"  # there is nothing to point at
    beside = [f"{f['code']} {_name(f['objects'][0])}" for f in item["findings"] if f["code"] in _OWNERS]
    assert beside == list(expected.beside)
    ends_at_causes = [f["cause"] for f in item["findings"]]
    assert ends_at_causes == sorted(ends_at_causes, reverse=True), "causes come first"


@each_case
def test_the_list_says_the_same(case: Case) -> None:
    document = ask("ls", "-f", str(case.file), "-o", "json").document

    assert broken_promises(document) == []
    assigned: dict[str, set[str]] = {}
    for item in document["items"]:
        for service in item["services"]:
            assigned.setdefault(_name(service), set()).add(item["address"])
    pending = {_name(service): service["reason"]["code"] for service in document["pending"]}
    for expected in case.services:
        is_pending = expected.state in ("Pending", "Predicted") and not expected.addresses
        assert assigned.get(expected.name, set()) == set(expected.addresses)
        assert (expected.name in pending) == is_pending
        if is_pending:
            listed = expected.decisive if expected.listed == DECISIVE else expected.listed
            assert pending[expected.name] == listed
    assert sorted({note["code"] for note in document["notes"]}) == sorted(set(case.notes))


@each_case
def test_the_notes_say_what_limits_the_answer(case: Case) -> None:
    first = case.services[0].name
    document = ask("why", first, "-f", str(case.file), "-o", "json").document

    assert sorted(note["code"] for note in document["notes"]) == sorted(case.notes)


@pytest.mark.parametrize(("case", "aim"), _AIMS)
def test_the_plan_is_the_one_of_the_contract(case: Case, aim: Aim, request: pytest.FixtureRequest) -> None:
    if aim.differs is not None:
        request.applymarker(pytest.mark.xfail(strict=True, reason=aim.differs))
    answer = fix(case.file, aim.service, allow=aim.allow, share_with=aim.share_with)

    document = answer.document
    assert broken_promises(document) == []
    (item,) = document["items"]
    assert answer.status == (0 if aim.feasible else 1)
    assert item["feasible"] is aim.feasible
    if not aim.feasible:
        assert document["edits"] == document["effects"] == []
        assert [way["needs"] for way in document["alternatives"]] == [list(one) for one in aim.ways or ()]
        assert item["blocked"]
        if aim.blocked:
            assert item["blocked"][0]["code"] == aim.blocked
        if aim.partners is not None:
            asked = [way["command"].split("--share-with ")[1].split()[0] for way in document["alternatives"]]
            assert asked == [name_of(partner).name for partner in aim.partners]
        return
    assert item["blocked"] == []
    effects = {_name(effect): effect for effect in document["effects"]}
    if aim.chosen is not None:
        assert [_edit(edit) for edit in document["edits"]] == [dict(edit) for edit in aim.chosen]
    if aim.gets is not None:
        assert effects.pop(aim.service)["after"] == [list(aim.gets)]
    others = {name: effect["after"] for name, effect in effects.items() if name != aim.service}
    assert others == {name: [list(after)] for name, after in aim.moves.items()}


@pytest.mark.parametrize(("case", "aim"), _AIMS)
def test_the_plan_needs_no_more_leave(case: Case, aim: Aim) -> None:
    """What it needs is asked for with exactly that leave, and refused with any less."""
    if aim.needs is None:
        return
    needs = list(aim.needs)
    assert fix(case.file, aim.service, allow=needs, share_with=aim.share_with).status == 0
    for spared in needs:
        less = [need for need in needs if need != spared]
        assert fix(case.file, aim.service, allow=less, share_with=aim.share_with).status == 1


@pytest.mark.parametrize(("case", "name"), _TRAPS)
def test_the_trap_is_not_offered(case: Case, name: str) -> None:
    for text in _offered(case, name):
        for trap in case.never:
            assert trap not in text


def _offered(case: Case, name: str) -> Iterator[str]:
    """All that is advised for a Service: remedies, and the edits of plans with no leave and with all."""
    item = ask("why", name, "-f", str(case.file), "-o", "json").document["items"][0]
    for finding in item["findings"]:
        for remedy in finding["remedies"]:
            yield remedy["summary"]
            yield remedy["command"].replace(str(case.file), "FILE")
    for leave in ((), ALLOWANCES):
        document = fix(case.file, name, allow=leave).document
        for way in (document, *document["alternatives"]):
            for edit in way["edits"]:
                for service, fields in _edit(edit).items():
                    for field, value in fields.items():
                        yield f"{service} {field}={'null' if value is None else value}"


def _name(named: Mapping[str, Any]) -> str:
    return f"{named['namespace']}/{named['name']}"


def _edit(edit: Mapping[str, Any]) -> dict[str, dict[str, str | None]]:
    """An edit of a document as cases write it."""
    fields = {}
    for operation in edit["operations"]:
        last = operation["path"].split("/")[-1].replace("~1", "/").replace("~0", "~")
        fields[last] = operation["value"]
    return {_name(edit): fields}
