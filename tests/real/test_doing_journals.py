"""Journals on a real cluster: which plan is meant, and those that nobody can use: named, nothing changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.command_line.schema import promised
from tests.real.between import Between, edits, once
from tests.real.crash_town import KEY, CrashTown, parsed, records
from tests.real.running import Ended, Plugin


def _named(ended: Ended, *said: str) -> None:
    """An error of two lines at most, and the exit status of input that cannot be had."""
    assert ended.status == 3, ended.err
    assert ended.out == "" and "Traceback" not in ended.err
    lines = ended.err.splitlines()
    assert lines[0].startswith("error: ") and len(lines) <= 2, ended.err
    for text in said:
        assert text in ended.err


@pytest.fixture
def fixed(town: CrashTown, plugin: Plugin) -> Path:
    """The journal of a ``fix`` that gave ``one`` the address of ``home``."""
    town.begin(1)
    ended = plugin("fix", *town.fix.words, "--yes")
    assert ended.status == 0, ended.err
    (path,) = plugin.journals.glob("*.json")
    town.cluster.settle()
    return path


def _as_of_another_cluster(path: Path) -> str:
    """A copy of the journal that says it was made elsewhere, later; returns its id."""
    document = parsed(path)
    document |= {"id": "elsewhere", "at": "2099-01-01T00:00:00.000Z"}
    document["cluster"] |= {"context": "production", "uid": "00000000-0000-0000-0000-000000000000"}
    path.with_name("elsewhere.json").write_text(json.dumps(document))
    return "elsewhere"


def test_the_last_plan_of_this_cluster_is_taken_back(town: CrashTown, plugin: Plugin, fixed: Path) -> None:
    """By the uid of kube-system: a later one of another cluster is not meant, and refused by its id."""
    plan_id = parsed(fixed)["id"]
    namespace = town.cluster.request("GET", "/api/v1/namespaces/kube-system")
    assert parsed(fixed)["cluster"]["uid"] == namespace["metadata"]["uid"]
    other = _as_of_another_cluster(fixed)
    versions = town.versions()
    _named(plugin("undo", other, "--yes"), "another cluster", "production")
    _named(plugin("undo", other, "--resume", "--yes"), "another cluster")
    assert town.versions() == versions

    listed = promised(json.loads(plugin("undo", "--list", "-o", "json").out))["items"]
    assert [(item["id"], item["state"]) for item in listed] == [(other, "done"), (plan_id, "done")]
    taken_back = plugin("undo", "--yes")
    assert taken_back.status == 0, taken_back.err
    assert town.state() == town.start
    listed = promised(json.loads(plugin("undo", "--list", "-o", "json").out))["items"]
    assert {item["id"]: item["state"] for item in listed}[plan_id] == "undone"
    _named(plugin("undo", "--yes"), "no plan of this cluster to take back")


def test_a_plan_is_taken_back_by_its_id(town: CrashTown, plugin: Plugin, fixed: Path) -> None:
    first = parsed(fixed)["id"]
    second = plugin("fix", "two", "--yes", "-o", "json")
    assert second.status == 0, second.err
    taken_back = plugin("undo", first, "--yes")
    assert taken_back.status == 0, taken_back.err
    assert KEY not in town.annotations("one")
    assert town.annotations("two")[KEY] == "k"
    states = {record.id: record.state for record in records(plugin.journals)}
    assert (states[first], states[promised(json.loads(second.out))["id"]]) == ("undone", "done")


def test_a_damaged_one_is_named_and_nothing_changed(town: CrashTown, plugin: Plugin, fixed: Path) -> None:
    whole, versions = fixed.read_bytes(), town.versions()
    for text in (
        b"",
        whole[: len(whole) // 2],
        whole[:-2],
        b"\xff" + whole,
        whole.replace(b'"version": 1', b'"version": 9'),
    ):
        fixed.write_bytes(text)
        for words in ((), (fixed.stem, "--resume")) if len(text) == len(whole) // 2 else ((),):
            _named(plugin("undo", *words, "--yes"), str(fixed))
    fixed.unlink()
    fixed.mkdir()
    _named(plugin("undo", fixed.stem, "--yes"), str(fixed))
    assert town.versions() == versions


def test_a_folder_that_cannot_be_written(town: CrashTown, plugin: Plugin) -> None:
    """A file in its place, and a path below a file: no journal, no edit."""
    town.begin(1)
    versions = town.versions()
    in_the_way = plugin.folder / "file"
    in_the_way.write_text("")
    for folder in (in_the_way, in_the_way / "journals", in_the_way / "a" / "b"):
        plugin.journals = folder
        ended = plugin("fix", *town.fix.words, "--yes")
        assert ended.status == 3, ended.err
        assert "cannot write the journal" in ended.err and str(folder) in ended.err
        assert "nothing was changed" in ended.err and "Traceback" not in ended.err
    assert town.versions() == versions


def test_a_journal_that_is_lost_midway_stops_the_run(town: CrashTown, plugin: Plugin) -> None:
    """The edit that is under way is told as made, and no further one is sent."""
    town.begin(2)

    def lose() -> None:
        shutil.move(plugin.journals, plugin.folder / "moved")
        plugin.journals.write_text("a file in the way")

    with Between(town.cluster, before=once(edits("home"), lose)) as between:
        kubeconfig = between.kubeconfig(plugin.folder / "between.kubeconfig")
        ended = plugin.start("fix", *town.fix.words, "--yes", kubeconfig=kubeconfig).ended()
    assert ended.status == 4, ended.err
    assert "Stopped after the edit of default/home: " in ended.err
    assert "cannot write the journal" in ended.err
    assert "Edits made: default/home; not made: 1." in ended.err
    assert KEY not in town.annotations("one")
    plugin.journals = plugin.folder / "moved"
    assert plugin("undo", "--yes").status == 0
    assert town.state() == town.start
