"""The file with the state before: private, whole at any moment, and read back as it was."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_sharedip.apply.journal import (
    Journal,
    JournalCluster,
    JournalError,
    JournalRecord,
    default_journal_folder,
    read_journal,
)
from kubectl_sharedip.model.plan import Way
from tests.apply_room.cluster_of_three import (
    GIVE_HOLDER,
    HELD,
    HOLDER,
    JOIN,
    WAITER,
    WAKE,
    effect,
    service,
    set_annotation,
    set_spec,
    way,
)

LAB = JournalCluster(context="lab", server="https://lab:6443", uid="u1")
BEFORE = {HOLDER: service("holder", HELD), WAITER: service("waiter")}
EVERYTHING = way(
    set_annotation(HOLDER, "a~b/c", 'x"ü\n', ""),
    set_spec(WAITER, "loadBalancerIP", None, HELD),
    WAKE,
    effects=(effect(WAITER, None, HELD, "2001:db8::1"), effect(HOLDER, HELD)),
)


def opened(folder: Path, chosen: Way = JOIN, **more: Any) -> Journal:
    return Journal.open_new(folder, cluster=LAB, way=chosen, before=BEFORE, summary="join", **more)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        journal = opened(tmp_path / "state" / "journal")
        journal.record(0, "sent")
    finally:
        os.umask(old)
    assert mode(journal.path) == 0o600
    assert [mode(tmp_path / "state"), mode(tmp_path / "state" / "journal")] == [0o700, 0o700]


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    opened(tmp_path)
    assert mode(tmp_path) == 0o750


def test_its_name_is_time_and_chance(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    one, two = opened(tmp_path, at=at), opened(tmp_path, at=at)
    assert one.id != two.id
    assert one.path.name == f"{one.id}.json"
    stamp, chance = one.id.split("-")
    assert stamp == "20260228T233000Z"
    assert len(chance) == 8 and int(chance, 16) >= 0
    assert one.entry.at == "2026-02-28T23:30:00.000Z"


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    journal = opened(tmp_path, EVERYTHING)
    journal.record(0, "sent")
    journal.record(0, "done", "1002")
    journal.record(2, "skipped")
    assert read_journal(journal.path) == journal.entry
    assert [step.state for step in journal.entry.progress] == ["done", "planned", "skipped"]
    assert (journal.entry.edits, journal.entry.effects) == (EVERYTHING.edits, EVERYTHING.effects)


def test_its_fields_can_be_read_by_others(tmp_path: Path) -> None:
    document = json.loads(opened(tmp_path, EVERYTHING).path.read_text())
    assert list(document) == [
        "version", "id", "at", "cluster", "summary", "named", "undoes", "undone", "verified", "versions",
        "edits", "before", "effects", "progress",
    ]  # fmt: skip
    assert document["cluster"] == {"context": "lab", "server": "https://lab:6443", "uid": "u1"}
    assert document["edits"][0]["operations"] == [
        {"op": "replace", "path": "/metadata/annotations/a~0b~1c", "value": 'x"ü\n', "was": ""}
    ]
    assert document["edits"][2]["wakesOnly"] is True
    assert document["effects"][0] == {
        "service": {"namespace": "shop", "name": "waiter"},
        "before": [],
        "after": [[HELD], ["2001:db8::1"]],
    }
    assert document["progress"][0] == {"edit": 0, "state": "planned", "resourceVersion": None}


def test_it_has_the_whole_service_but_not_managed_fields(tmp_path: Path) -> None:
    body = service("holder", HELD)
    body["metadata"]["managedFields"] = [{"manager": "m"}]
    before = {**BEFORE, HOLDER: body}
    journal = Journal.open_new(tmp_path, cluster=LAB, way=way(GIVE_HOLDER), before=before, summary="s")
    assert read_journal(journal.path).before == {HOLDER: service("holder", HELD)}
    assert "managedFields" in body["metadata"]


@pytest.mark.parametrize("call", ["replace", "fsync", "mkstemp"])
def test_a_crash_at_any_write_leaves_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    steps = [(0, "sent", None), (0, "done", "1"), (1, "sent", None), (1, "done", "2")]
    place = {"replace": Path, "fsync": os, "mkstemp": tempfile}[call]
    for deadly in range(len(steps) + 1):
        folder = tmp_path / str(deadly)
        seen: list[JournalRecord] = []

        def crash(*_: Any, **__: Any) -> Any:
            raise OSError(5, "Input/output error")

        with monkeypatch.context() as patch:
            if deadly == 0:
                patch.setattr(place, call, crash)
                with pytest.raises(JournalError):
                    opened(folder)
                assert list(folder.glob("*.json")) == []
                continue
            journal = opened(folder)
            for number, (edit, state, version) in enumerate(steps, start=1):
                seen.append(read_journal(journal.path))
                if number == deadly:
                    patch.setattr(place, call, crash)
                    with pytest.raises(JournalError, match="Input/output error"):
                        journal.record(edit, state, version)  # type: ignore[arg-type]
                    break
                journal.record(edit, state, version)  # type: ignore[arg-type]
        assert read_journal(journal.path) == seen[-1]
        assert [path.name for path in folder.iterdir()] == [journal.path.name]


def test_what_a_killed_write_leaves_beside_it_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(tmp_path)

    def killed(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(SystemExit):
            journal.record(0, "sent")
    assert len(list(tmp_path.iterdir())) == 2
    assert read_journal(journal.path).progress[0].state == "planned"
    journal.record(0, "sent")
    assert read_journal(journal.path).progress[0].state == "sent"


def test_the_same_again_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(tmp_path)
    journal.record(0, "sent")
    monkeypatch.setattr(Path, "replace", None)
    journal.record(0, "sent")


def test_a_folder_that_cannot_sync_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        plain(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    opened(tmp_path)


def test_a_folder_that_cannot_be_written_is_said_in_two_lines(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError) as caught:
        opened(tmp_path / "file" / "journal")
    first, second = str(caught.value).split("\n")
    assert str(tmp_path / "file" / "journal") in first
    assert "Not a directory" in first or "File exists" in first
    assert "--journal-dir" in second


def test_no_rights_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")  # root may write everywhere

    monkeypatch.setattr(tempfile, "mkstemp", denied)
    with pytest.raises(JournalError, match="Permission denied"):
        opened(tmp_path)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d.update(version=2), "version 2"),
        (lambda d: d.update(version="1"), "version '1'"),
        (lambda d: d.pop("before"), "before"),
        (lambda d: d["before"].pop(), "not under before"),
        (lambda d: d["before"][0].update(object=[]), "not an object"),
        (lambda d: d["progress"].pop(), "do not belong together"),
        (lambda d: d["progress"][0].update(state="made"), "state 'made'"),
        (lambda d: d["edits"][0]["operations"][0].update(path="metadata"), "JSON Pointer"),
        (lambda d: d["edits"][0]["operations"][0].update(value=1), "not a string"),
        (lambda d: d["effects"][0].update(after=[["x"]]), "not an address"),
    ],
)
def test_a_damaged_one_is_refused(tmp_path: Path, change: Any, word: str) -> None:
    path = opened(tmp_path).path
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(JournalError, match=word):
        read_journal(path)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"version": 1', "[" * 100_000, "\udcff"])
def test_what_is_no_journal_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "j.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(JournalError):
        read_journal(path)


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="No such file"):
        read_journal(tmp_path / "j.json")


def test_where_they_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_journal_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/kubectl-sharedip/journal")
    home = Path.home() / ".local/state/kubectl-sharedip/journal"
    assert default_journal_folder({}) == home
    assert default_journal_folder({"XDG_STATE_HOME": "relative"}) == home

    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(JournalError, match="--journal-dir"):
        default_journal_folder({})
