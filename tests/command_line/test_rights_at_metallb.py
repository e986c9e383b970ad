"""Who may look into MetalLB's namespace, and at its objects nowhere else, sees all that MetalLB sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line.lab import Lab
from tests.command_line.program import Program
from tests.command_line.schema import broken_promises
from tests.fakeapi import FakeApi, Json

_ITS_OWN = ("bgpadvertisements", "configurationstates", "deployments", "ipaddresspools", "l2advertisements")


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    """All namespaces may be read, but MetalLB's own objects in metallb-system alone."""
    with FakeApi(forbidden=[(plural, None) for plural in _ITS_OWN]) as api:
        yield Lab(api, program)


def _notes(document: Json) -> list[str]:
    return [note["message"] for note in document["notes"] if note["code"] == "SIP901"]


def _certain(document: Json) -> list[tuple[str, bool]]:
    (item,) = document["items"]
    return [(one["code"], one["certain"]) for one in item["findings"] if one["decisive"]]


def test_the_answer_is_certain_and_one_note_says_what_was_left_out(lab: Lab) -> None:
    document = lab("why", "dot", "-o", "json").document

    assert broken_promises(document) == []
    assert _certain(document) == [("SIP201", True)]
    assert [skipped["code"] for skipped in document["items"][0]["skipped"]] == []
    (note,) = _notes(document)
    assert note.startswith(f"{', '.join(_ITS_OWN)} outside MetalLB's namespace could not be read (forbidden)")
    assert "another MetalLB would not be seen" in note
    gaps = {(gap["resource"], gap["namespace"], gap["reason"]) for gap in document["source"]["notRead"]}
    assert ("ipaddresspools", None, "forbidden") in gaps


def test_there_is_a_plan(lab: Lab) -> None:
    ended = lab("fix", "dot", "--dry-run=client", "-o", "json")

    assert ended.status == 0
    assert [item["feasible"] for item in ended.document["items"]] == [True]


def test_a_snapshot_of_it_says_the_same(lab: Lab, program: Program, tmp_path: Path) -> None:
    live = lab("why", "dot", "-o", "json").document
    file = tmp_path / "taken.json"
    file.write_text(lab("snapshot").out)

    again = program("why", "dot", "-n", "shop", "-o", "json", "-f", str(file)).document

    assert _certain(again) == _certain(live)
    assert again["items"][0]["skipped"] == live["items"][0]["skipped"]
    assert [note for note in _notes(again) if "outside" in note] == _notes(live)


def test_pools_tell_where_metallb_is_and_a_deployment_that_it_was_seen(lab: Lab) -> None:
    lab.api.delete("deployments", "metallb-system", "controller")

    document = lab("why", "dot", "-o", "json").document

    unseen, elsewhere = _notes(document)
    assert unseen == "deployments could not be read (forbidden): MetalLB's version and class are assumed."
    others = ", ".join(plural for plural in _ITS_OWN if plural != "deployments")
    assert elsewhere.startswith(f"{others} outside MetalLB's namespace")
    assert "another MetalLB" not in elsewhere
    assert _certain(document) == [("SIP201", True)]


def test_without_any_sign_of_metallb_it_may_be_elsewhere(lab: Lab) -> None:
    lab.api.delete("deployments", "metallb-system", "controller")
    lab.api.delete("ipaddresspools", "metallb-system", "lab")

    document = lab("why", "dot", "-o", "json").document

    told = [note.partition(" ")[0] for note in _notes(document)]
    assert told == list(_ITS_OWN)
    hint = "give --metallb-namespace if MetalLB is not where it usually is"
    assert [hint in note for note in _notes(document)] == [plural == "ipaddresspools" for plural in _ITS_OWN]
    assert _certain(document) == [("SIP201", False)]


def test_of_a_metallb_that_is_elsewhere_the_flag_tells(lab: Lab) -> None:
    for plural, name in (("deployments", "controller"), ("ipaddresspools", "lab")):
        body = lab.api.get(plural, "metallb-system", name)
        lab.api.delete(plural, "metallb-system", name)
        lab.api.put({**body, "metadata": {**body["metadata"], "namespace": "lb"}})

    assert _certain(lab("why", "dot", "-o", "json").document) == [("SIP201", False)]
    told = lab("why", "dot", "-o", "json", "--metallb-namespace", "lb").document
    assert _certain(told) == [("SIP201", True)]


def test_pools_of_another_namespace_than_metallbs_tell_nothing(lab: Lab) -> None:
    """Its Deployment is seen in lb, and pools were looked for in metallb-system alone."""
    lab.api.forbidden.discard(("deployments", None))
    body = lab.api.get("deployments", "metallb-system", "controller")
    lab.api.delete("deployments", "metallb-system", "controller")
    lab.api.put({**body, "metadata": {**body["metadata"], "namespace": "lb"}})

    document = lab("why", "dot", "-o", "json").document

    assert _certain(document) == [("SIP201", False)]
    assert any(note.startswith("ipaddresspools could not be read") for note in _notes(document))
