"""Every case once more from a snapshot of it: the same documents, apart from where they come from."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.diagnose_room, however pytest was started

from tests.command_line.schema import broken_promises, promised
from tests.diagnose_room.case import Case, all_cases
from tests.diagnose_room.program import Answer, ask

# A plan among the files is no part of a cluster.
CASES = [case for case in all_cases() if all(body["kind"] != "Plan" for body in case.documents)]
each_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])


def answers(file: Path, names: list[str]) -> list[tuple[int, Any]]:
    """What each command says, without where it read that."""
    commands = [
        ("ls", "-o", "json"),
        ("why", *names, "-o", "json"),
        ("pools", "--for", "443/TCP", "-o", "json"),
        ("check", "--offline", "-o", "json"),
        ("fix", names[0], "--dry-run=client", "-o", "json"),
    ]
    return [_said(ask(*command, "-f", str(file)), file) for command in commands]


def _said(answer: Answer, file: Path) -> tuple[int, Any]:
    document = answer.document
    document.pop("source")
    return answer.status, _without(document, f" -f {file}", f" ({file}")


def _without(value: Any, *texts: str) -> Any:
    """The document without the file's name, which commands repeat and notes give as the place."""
    if isinstance(value, dict):
        return {name: _without(one, *texts) for name, one in value.items()}
    if isinstance(value, list):
        return [_without(one, *texts) for one in value]
    if isinstance(value, str):
        for text in texts:
            head, there, rest = value.partition(text)
            value = head + (rest.partition(")")[2] if text.startswith(" (") else rest) if there else value
    return value


@each_case
def test_a_snapshot_gives_the_same_answers(case: Case, tmp_path: Path) -> None:
    taken = tmp_path / "snapshot.json.gz"
    names = [one.name for one in case.services]
    ask("snapshot", "-f", str(case.file), "--to", str(taken))

    assert answers(taken, names) == answers(case.file, names)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES[::4]])
def test_a_snapshot_keeps_its_promise_and_taken_again_it_is_the_same(case: Case, tmp_path: Path) -> None:
    taken = tmp_path / "snapshot.json"
    ask("snapshot", "-f", str(case.file), "--to", str(taken))
    first = promised(json.loads(taken.read_text()))
    again = ask("snapshot", "-f", str(taken)).document
    renamed = ask("snapshot", "-f", str(taken), "--redact").document

    assert broken_promises(first) == broken_promises(renamed) == []
    assert (first.pop("source") | {"files": []}) == (again.pop("source") | {"files": []})
    assert again | {"notes": []} == first | {"notes": []}
    assert (first["redacted"], renamed["redacted"]) == (False, True)


@each_case
def test_the_pools_keep_their_promise(case: Case) -> None:
    document = ask("pools", "-f", str(case.file), "-o", "json").document

    assert broken_promises(document) == []
    for item in document["items"]:
        for family, mark in (("ipv4", "."), ("ipv6", ":")):
            held = [one for one in item["addresses"] if mark in one["address"]]
            if item[family] is None:
                assert (item["accepted"], held) == (False, [])
                continue
            numbers = {name: int(text) for name, text in item[family].items()}
            assert numbers["used"] == len(held)
            assert numbers["shared"] == sum(1 for one in held if len(one["services"]) > 1)
            assert numbers["used"] + numbers["free"] == numbers["size"]


def test_a_plan_is_no_part_of_a_cluster(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("{apiVersion: sharedip/v1, kind: Plan, edits: []}")

    with pytest.raises(Exception, match="plan among the files"):
        ask("snapshot", "-f", str(plan))


def test_a_name_that_says_how_it_is_written_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match=r"\.json"):
        ask("snapshot", "-f", str(CASES[0].file), "--to", str(tmp_path / "snapshot.yaml"))
