"""undo --list, which plan is meant, and journals that nobody can use: named, and nothing changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.command_line.lab import KEY, SHARED, Lab
from tests.command_line.program import Program, refused
from tests.command_line.schema import broken_promises
from tests.fakeapi import FakeApi


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


def journal(lab: Lab, plan_id: str, at: str, **more: Any) -> Path:
    """A journal of a plan that gave ``dot`` its key; ``more`` replaces what it holds."""
    name = {"namespace": "shop", "name": "dot"}
    pointer = "/metadata/annotations/" + KEY.replace("/", "~1")
    operations = [{"op": "add", "path": pointer, "value": "dns", "was": None}]
    body = lab.get("dot")
    document = {
        "version": 1,
        "id": plan_id,
        "at": at,
        "cluster": {"context": "lab", "server": lab.api.url, "uid": "the-cluster"},
        "summary": f"share ({plan_id})",
        "edits": [
            {
                "service": name,
                "resourceVersion": "1",
                "owner": None,
                "wakesOnly": False,
                "operations": operations,
            }
        ],
        "before": [{"service": name, "object": body}],
        "effects": [{"service": name, "before": [], "after": [[SHARED]]}],
        "progress": [{"edit": 0, "state": "done", "resourceVersion": "2"}],
        **more,
    }
    lab.journals.mkdir(exist_ok=True)
    path = lab.journals / f"{at.replace('-', '').replace(':', '')}-{plan_id}.json"
    path.write_text(json.dumps(document))
    seconds = 1_700_000_000
    os.utime(path, (seconds, seconds))
    return path


ELSEWHERE = {"context": "prod", "server": "https://prod:6443", "uid": "another"}
OLD, NEW, NEWEST = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00.500Z"
CUT_OFF = [{"edit": 0, "state": "sent", "resourceVersion": None}]


def test_every_plan_is_listed_the_newest_first(lab: Lab) -> None:
    journal(lab, "aaaa1111", NEW, progress=CUT_OFF)
    journal(lab, "bbbb2222", OLD, cluster=ELSEWHERE)
    journal(lab, "cccc3333", NEWEST, undone="dddd4444")
    (lab.journals / "notes.txt").write_text("not a journal")
    (lab.journals / ".x-1.tmp").write_text("{")

    table = lab.program("undo", "--list", "--journal-dir", str(lab.journals))
    document = lab.program("undo", "--list", "--journal-dir", str(lab.journals), "-o", "json").document

    assert table.status == 0
    assert table.err == ""
    rows = [line.split() for line in table.out.splitlines()]
    assert rows[0] == ["ID", "AT", "CLUSTER", "STATE", "SUMMARY"]
    assert [row[:4] for row in rows[1:]] == [
        ["cccc3333", "2026-01-02T00:00:00Z", "lab", "undone"],
        ["aaaa1111", NEW, "lab", "partly"],
        ["bbbb2222", OLD, "prod", "done"],
    ]
    assert broken_promises(document) == []
    assert [item["id"] for item in document["items"]] == ["cccc3333", "aaaa1111", "bbbb2222"]
    assert document["items"][2]["cluster"] == ELSEWHERE
    assert document["items"][1]["summary"] == "0 of 1 edits made: share (aaaa1111)"
    assert lab.api.requests == []


def test_a_damaged_one_costs_nobody_else_the_list(lab: Lab) -> None:
    torn = journal(lab, "aaaa1111", NEW)
    torn.write_text(torn.read_text()[:-40])
    journal(lab, "bbbb2222", OLD)

    ended = lab("undo", "--list", "-o", "yaml")
    shown = lab("undo", "--list")

    assert (ended.status, shown.status) == (0, 0)
    assert "bbbb2222" in ended.out and "bbbb2222" in shown.out
    for text in (str(torn), "not a whole journal", "SIP903"):
        assert text in shown.err


def test_a_damaged_one_that_is_meant_is_named(lab: Lab) -> None:
    torn = journal(lab, "aaaa1111", NEW)
    torn.write_text("{")

    refused(lab("undo", torn.stem, "--yes"), 3, str(torn), "not a whole journal")
    refused(lab("undo", "--yes"), 3, str(torn), "may be the last plan")


def test_an_older_damaged_one_is_no_hindrance(lab: Lab) -> None:
    torn = journal(lab, "aaaa1111", OLD)
    torn.write_text("{")
    os.utime(torn, (1_700_000_000, 1_700_000_000))
    journal(lab, "bbbb2222", NEW)

    assert lab("undo", "--dry-run=client").status == 0


def test_an_id_may_be_shortened_while_one_plan_begins_so(lab: Lab) -> None:
    journal(lab, "abcd1111", OLD)
    journal(lab, "abce2222", NEW)

    assert lab("undo", "abcd", "--dry-run=client").status == 0
    refused(lab("undo", "abc", "--yes"), 3, "one of several", "abcd1111", "abce2222")
    refused(lab("undo", "abcf2222", "--yes"), 3, 'no plan "abcf2222"', "abce2222")
    refused(lab("undo", "zzzz", "--yes"), 3, 'no plan "zzzz"', "undo --list")
    assert lab.patches() == []


def test_a_plan_that_was_tried_again_is_the_one_that_did_something(lab: Lab) -> None:
    journal(lab, "abcd1111", OLD, progress=[{"edit": 0, "state": "failed", "resourceVersion": None}])
    journal(lab, "abcd1111", NEW)
    lab.annotate("dot", KEY, "dns")

    document = lab("undo", "abcd1111", "--dry-run=client", "-o", "json").document

    assert len(document["edits"]) == 1


def test_a_plan_of_another_cluster_is_refused(lab: Lab) -> None:
    journal(lab, "aaaa1111", NEW, cluster=ELSEWHERE)

    refused(lab("undo", "aaaa1111", "--yes"), 3, "another cluster", "prod")
    refused(lab("undo", "--yes"), 3, "no plan of this cluster")
    refused(lab("undo", "--resume", "--yes"), 3, "no plan of this cluster")
    assert lab.patches() == []


def test_where_kube_system_cannot_be_read_the_plan_is_named(lab: Lab) -> None:
    journal(lab, "aaaa1111", NEW)
    lab.api.forbidden.add(("namespaces", "*"))
    lab.api.forbidden.add(("namespaces", None))

    refused(lab("undo", "--yes"), 3, "kube-system")
    assert lab("undo", "aaaa1111", "--dry-run=client").status == 0


@pytest.mark.parametrize("words", [("undo",), ("undo", "--list"), ("undo", "--resume")])
def test_a_file_in_the_place_of_the_folder(lab: Lab, words: tuple[str, ...]) -> None:
    lab.journals.write_text("a file in the way")

    refused(lab(*words), 3, str(lab.journals))


@pytest.mark.parametrize(
    "words",
    [
        ("--list", "aaaa1111"),
        ("--list", "--resume"),
        ("-f", "x.yaml"),
        ("-o", "table"),
        ("--list", "-o", "text"),
        ("--timeout", "soon"),
    ],
)
def test_flags_that_contradict_each_other(lab: Lab, words: tuple[str, ...]) -> None:
    refused(lab("undo", *words), 2)
    assert lab.api.requests == []


def test_what_is_finished_is_not_finished_again(lab: Lab) -> None:
    journal(lab, "aaaa1111", NEW, verified=True)
    journal(lab, "bbbb2222", OLD, undone="aaaa1111")

    done, undone = lab("undo", "--resume", "--yes"), lab("undo", "bbbb2222", "--resume", "--yes")

    assert (done.status, undone.status) == (0, 1)
    assert "nothing to finish" in done.err
    assert "taken back" in undone.err
    assert lab.patches() == []


def test_a_run_that_was_cut_off_is_finished(lab: Lab) -> None:
    journal(lab, "aaaa1111", NEW, progress=CUT_OFF)
    off_a_terminal = lab("undo", "--resume")
    lab.metallb_gives("dot", SHARED)

    ended = lab("undo", "--resume", "--yes", "-o", "json")

    assert off_a_terminal.status == 1
    assert "finish plan aaaa1111" in off_a_terminal.out
    assert ended.status == 0, ended.err
    assert broken_promises(ended.document) == []
    assert ended.document["id"] == "aaaa1111"
    assert len(lab.patches()) == 1
    (kept,) = lab.journals.glob("*.json")
    assert json.loads(kept.read_text())["verified"] is True
    assert [line for line in ended.document["result"]["wayBack"] if KEY in line]


def test_a_run_is_not_finished_over_what_somebody_wrote(lab: Lab) -> None:
    journal(lab, "aaaa1111", NEW, progress=CUT_OFF)
    lab.annotate("dot", KEY, "mine")

    ended = lab("undo", "--resume", "--yes", "-o", "json")

    assert ended.status == 1
    assert '"mine"' in ended.document["items"][0]["blocked"][0]["message"]
    assert lab.patches() == []


def test_the_edits_as_kubectl_lines(lab: Lab) -> None:
    journal(lab, "aaaa1111", NEW)
    lab.annotate("dot", KEY, "dns")

    ended = lab("undo", "--dry-run=client", "-o", "commands")

    assert ended.status == 0, ended.err
    (line,) = ended.out.splitlines()
    assert line.startswith("kubectl ")
    assert line.endswith(f"annotate -n shop svc/dot {KEY}- --overwrite")


def test_two_fixes_at_once_are_one_fix(lab: Lab) -> None:
    """The same plan twice: one is done, the other stops at what the first one wrote."""
    lab.metallb_gives("dot", SHARED)
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(lab, "fix", "dot", "--yes") for _ in range(2)]
        ended = sorted((each.result() for each in both), key=lambda one: one.status)

    assert ended[0].status == 0, [one.err for one in ended]
    assert ended[1].status in (0, 1, 4), ended[1].err
    if ended[1].status:
        assert "shop/dot" in ended[1].err
    else:
        assert any("Nothing to do" in one.out for one in ended)
    assert len([one for one in lab.patches() if KEY in one["metadata"]["annotations"]]) in (1, 2)
    assert lab.get("dot")["metadata"]["annotations"][KEY] == "dns"
    assert lab.get("dot")["status"]["loadBalancer"]["ingress"] == [{"ip": SHARED}]
    lab.metallb_gives("dot")
    assert lab("undo", "--yes").status == 0
    assert KEY not in lab.get("dot")["metadata"]["annotations"]


def test_an_undo_beside_an_undo(lab: Lab) -> None:
    journal(lab, "aaaa1111", NEW)
    lab.annotate("dot", KEY, "dns")
    lab.assign("dot", SHARED)
    lab.metallb_gives("dot")
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(lab, "undo", "aaaa1111", "--yes") for _ in range(2)]
        ended = [each.result() for each in both]

    assert 0 in [one.status for one in ended], [one.err for one in ended]
    assert {one.status for one in ended} <= {0, 1, 4}
    assert KEY not in lab.get("dot")["metadata"]["annotations"]


def test_completion_knows_undo(lab: Lab) -> None:
    code = (
        "import sys; from kubectl_sharedip.cli import main; sys.argv = ['x', 'undo', '--']; main.complete()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=dict(lab.program.env),
        cwd=lab.program.home,
        check=False,
    )
    offered = {line.split("\t")[0] for line in ended.stdout.splitlines()}
    flags = {"--list", "--resume", "--yes", "--dry-run", "--timeout", "--journal-dir"}
    assert flags <= offered
