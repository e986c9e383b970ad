"""A journal cut off or scratched anywhere: named as damaged, or read as what it was; never a fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kubectl_sharedip.apply.journal import Journal, JournalCluster, JournalError, read_journal
from kubectl_sharedip.apply.journal_reading import from_text
from kubectl_sharedip.apply.journals import read_journals
from kubectl_sharedip.cli import main
from tests.apply_room.cluster_of_three import (
    HELD,
    HOLDER,
    WAITER,
    WAKE,
    effect,
    service,
    set_annotation,
    set_spec,
    way,
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """One of a run that was cut off after its first edit."""
    chosen = way(
        set_annotation(HOLDER, "a~b/c", 'x"ü\n', ""),
        set_spec(WAITER, "loadBalancerIP", None, HELD),
        WAKE,
        effects=(effect(WAITER, None, HELD, "2001:db8::1"), effect(HOLDER, HELD)),
    )
    opened = Journal.open_new(
        tmp_path / "journals",
        cluster=JournalCluster(context="lab", server="https://lab:6443", uid="u1"),
        way=chosen,
        before={HOLDER: service("holder", HELD), WAITER: service("waiter")},
        summary="join",
        named=(WAITER,),
    )
    opened.record(0, "done", "1002")
    opened.record(1, "sent")
    return opened


def test_cut_at_every_byte(journal: Journal) -> None:
    whole = journal.path.read_bytes()
    assert len(whole) > 2000
    damaged = 0
    for length in range(len(whole)):
        journal.path.write_bytes(whole[:length])
        try:
            assert read_journal(journal.path) == journal.entry
        except JournalError as error:
            assert error.where == str(journal.path)
            assert "not a whole journal" in error.what and len(str(error).splitlines()) == 2
            damaged += 1
    assert damaged == len(whole) - 1  # all but the last line end is needed


def test_scratched_at_every_byte(journal: Journal) -> None:
    whole = journal.path.read_bytes()
    scratches = (b"\0", b"\xff", b" ", b"}", b"9")
    for place in range(len(whole)):
        journal.path.write_bytes(whole[:place] + scratches[place % len(scratches)] + whole[place + 1 :])
        try:
            read_journal(journal.path)
        except JournalError as error:
            assert error.where == str(journal.path) and len(str(error).splitlines()) == 2


def test_half_of_one_write_and_the_whole_of_another(journal: Journal) -> None:
    whole = journal.path.read_text()
    for text in (whole + whole, whole[: len(whole) // 2] + whole, whole + "{", "", "null", "[]", "[" * 9999):
        with pytest.raises(JournalError, match="not a whole journal"):
            from_text(text, "here")


@pytest.mark.parametrize(
    "path", ["/spec/type", "/metadata/labels/app", "/status", "/metadata/annotations", "/spec", "", "spec"]
)
def test_a_field_that_no_plan_edits_is_damage(journal: Journal, path: str) -> None:
    document: Any = json.loads(journal.path.read_text())
    document["edits"][1]["operations"][0]["path"] = path
    with pytest.raises(JournalError, match="not a whole journal"):
        from_text(json.dumps(document), "here")


def test_the_program_names_a_torn_one(journal: Journal, capsys: pytest.CaptureFixture[str]) -> None:
    """``undo`` with its name ends in 3, before any cluster is asked; ``undo --list`` notes it."""
    whole = journal.path.read_bytes()
    where = ("--journal-dir", str(journal.path.parent), "-s", "https://127.0.0.1:1")
    for length in [*range(0, len(whole) - 1, len(whole) // 40), len(whole) - 2]:
        journal.path.write_bytes(whole[:length])
        assert main._run(["undo", journal.path.stem, "--yes", *where]) == 3
        told = capsys.readouterr()
        assert told.out == "" and "Traceback" not in told.err
        assert str(journal.path) in told.err and len(told.err.splitlines()) == 2
        assert main._run(["undo", "--list", *where]) == 0
        assert str(journal.path) in capsys.readouterr().err
        assert len(read_journals(journal.path.parent).damaged) == 1
