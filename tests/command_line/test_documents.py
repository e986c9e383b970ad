"""Documents as programs read them: keys in their order, where they come from, what a schema refuses."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from kubectl_sharedip.report.schema import kinds
from tests.command_line.inside import ran
from tests.command_line.lab import SHARED, Lab
from tests.command_line.probed import HERE, POOL, pods, svc
from tests.command_line.program import EXAMPLES, Program
from tests.command_line.schema import broken_promises, is_promised
from tests.diagnose_room.program import ask
from tests.fakeapi import FakeApi

_HEAD = ["apiVersion", "kind", "source", "items", "notes"]
#: Written from the contract; what is new goes to the end of its list.
KEYS = {
    "AddressList": [*_HEAD, "pending", "notHandled"],
    "DiagnosisList": _HEAD,
    "CheckReport": [*_HEAD, "summary"],
    "PoolList": _HEAD,
    "JournalList": _HEAD,
    "Plan": [
        *("apiVersion", "kind", "id", "cluster", "source", "items", "edits", "effects", "reliedOn"),
        *("losses", "warnings", "alternatives", "result", "notes"),
    ],
}
KEYS |= {
    "ProbeReport": [*_HEAD, "from"],
    "Snapshot": [*_HEAD[:3], "clusterUID", "redacted", "read", "items", "elections", "notes"],
    "Version": [*_HEAD, "client"],
}
ITEM_KEYS = {
    "AddressList": ["address", "pool", "keys", "shared", "services"],
    "DiagnosisList": [
        *("namespace", "name", "state", "addresses", "pool", "key", "requested", "sharers"),
        *("sameKeyElsewhere", "cause", "proof", "findings", "skipped", "events"),
    ],
    "CheckReport": ["kind", "namespace", "name", "predicted", "disturbs", "findings"],
    "PoolList": [
        *("name", "namespace", "ranges", "autoAssign", "avoidBuggyIPs", "allocation", "accepted"),
        *("advertisedBy", "ipv4", "ipv6", "addresses", "findings"),
    ],
    "Plan": ["namespace", "name", "goal", "feasible", "blocked"],
}
SERVICE_KEYS = [
    *("namespace", "name", "key", "ports", "externalTrafficPolicy", "selector", "class", "addresses"),
    *("requested", "terminating"),
]
COMMANDS = (["ls"], ["why"], ["check"], ["pools"], ["fix", "--dry-run=client"], ["undo", "--list"])


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_keys_stand_in_their_order_and_the_same_input_gives_the_same_bytes(
    lab: Lab, words: list[str]
) -> None:
    ended = ran(*lab.words(*words, "-o", "json"))
    document = ended.document

    kind = document["kind"]
    assert list(document) == KEYS[kind]
    for item in document["items"]:
        assert list(item) == ITEM_KEYS[kind]
    for service in (*(s for item in document["items"] for s in item.get("services", ())),):
        assert list(service) == SERVICE_KEYS
    again = ran(*lab.words(*words, "-o", "json")).document
    for one in (document, again):  # when it was taken, and what it is called, is another each time
        one["source"]["takenAt"] = one["id"] = None
    assert document == again
    assert str(document) == str(again)


@pytest.mark.parametrize("words", COMMANDS[:-1], ids=" ".join)
def test_the_source_of_a_live_answer_is_filled(lab: Lab, words: list[str]) -> None:
    lab.api.forbidden = {("namespaces", None), ("namespaces", "*")}

    document = ran(*lab.words(*words, "-o", "json")).document

    source = document["source"]
    assert list(source) == [
        *("context", "server", "files", "takenAt", "kubernetes", "metallb", "notRead"),
    ]
    assert (source["context"], source["server"], source["kubernetes"]) == ("lab", lab.api.url, "v1.34.1")
    assert (source["files"], source["takenAt"][-1]) == ([], "Z")
    assert [(one["namespace"], one["version"], one["how"]) for one in source["metallb"]] == [
        ("metallb-system", "0.16.1", "image")
    ]
    reads_namespaces = words != ["ls"]
    unread = {(gap["resource"], gap["reason"]) for gap in source["notRead"]}
    assert (("namespaces", "forbidden") in unread) == reads_namespaces
    assert ("SIP901" in {note["code"] for note in document["notes"]}) == reads_namespaces


def test_the_source_of_files_names_them() -> None:
    source = ask("ls", "-f", str(EXAMPLES / "classic" / "apply"), "-o", "json").document["source"]

    assert (source["context"], source["server"], source["takenAt"]) == (None, None, None)
    assert source["files"] == [str(EXAMPLES / "classic" / "apply")]
    assert {gap["reason"] for gap in source["notRead"]} == {"not-in-files"}


def _answered(lab: Lab) -> dict[str, dict[str, Any]]:
    """A document of each kind, as full as it gets: a plan before and after it was done, and its journal."""
    lab.api.put(pods("local", True))
    local = lab.program.home / "local.json"
    local.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [svc("local", HERE, 1), POOL]}))
    answers = {
        " ".join(words): ran(*lab.words(*words, "-o", "json")).document
        for words in (*COMMANDS[:-1], ["snapshot"], ["version"])
    }
    # Off loopback nothing may be dialled.
    answers["probe"] = ran("probe", "-f", str(local), "--connect-timeout", "200ms", "-o", "json").document
    lab.metallb_gives("dot", SHARED)
    done = ran(*lab.words("fix", "dot", "--yes", "-o", "json"))
    assert done.status == 0, done.err
    answers["fix --yes"] = done.document
    answers["undo --list"] = ran(*lab.words("undo", "--list", "-o", "json")).document
    return answers


def test_a_schema_refuses_whatever_is_not_promised(lab: Lab) -> None:
    """Each value made wrong in turn, each field left out and one more: none of it passes."""
    answers = _answered(lab)

    assert {document["kind"] for document in answers.values()} == set(kinds())
    for words, document in answers.items():
        assert document["items"] or document["kind"] == "Version"
        short = _short(document)
        assert broken_promises(short) == []
        passed = []
        for path, wrong in _wrong(short, ()):
            if path == ("kind",) or _is_free(document["kind"], path):
                continue  # by the kind the schema is found
            changed = copy.deepcopy(short)
            _put(changed, path, wrong)
            if is_promised(changed):
                passed.append(path)
        assert passed == [], words


def _short(part: Any) -> Any:
    """The same with two of each list, which are as good as more: all of it is looked at each time."""
    if isinstance(part, dict):
        return {key: _short(value) for key, value in part.items()}
    return [_short(value) for value in part[:2]] if isinstance(part, list) else part


def _is_free(kind: str, path: Path) -> bool:
    """What is a promise of somebody else: the labels of a selector, and the objects of a snapshot."""
    if kind == "Snapshot":
        theirs = path[:1] == ("items",) and len(path) > 2 and path[2] not in ("apiVersion", "kind")
        return theirs or path == ("elections", "notPromised")
    return "selector" in path


_GONE = object()
Path = tuple[str | int, ...]


def _wrong(part: Any, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(part, dict):
        yield (*path, "notPromised"), "x"
        for key, value in part.items():
            yield (*path, key), _GONE
            yield from _wrong(value, (*path, key))
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _wrong(value, (*path, place))
        yield path, {"not": "a list"}
    else:
        yield path, {"not": "a value"}


def _put(whole: Any, path: Path, value: object) -> None:
    *before, last = path
    for step in before:
        whole = whole[step]
    if value is _GONE:
        del whole[last]
    else:
        whole[last] = value
