"""Documents as programs read them: keys in their order, where they come from, what a schema refuses."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from kubectl_sharedip.report.schema import kinds
from tests.command_line.inside import ran
from tests.command_line.lab import Lab
from tests.command_line.program import EXAMPLES, Program
from tests.command_line.schema import broken_promises
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


@pytest.mark.parametrize("words", COMMANDS[:-1], ids=" ".join)
def test_a_schema_refuses_whatever_is_not_promised(lab: Lab, words: list[str]) -> None:
    """Each value made wrong in turn, each field left out and one more: none of it passes."""
    document = ran(*lab.words(*words, "-o", "json")).document

    assert document["kind"] in kinds()
    passed = []
    for path, wrong in _wrong(document, ()):
        if path == ("kind",):
            continue  # by it the schema is found
        changed = copy.deepcopy(document)
        _put(changed, path, wrong)
        if not broken_promises(changed):
            passed.append(path)
    # What is free by its nature: labels of a selector.
    assert [path for path in passed if "selector" not in path] == []


_GONE = object()
Path = tuple[str | int, ...]


def _wrong(part: Any, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(part, dict):
        yield (*path, "notPromised"), "x"
        for key, value in part.items():
            yield (*path, key), _GONE
            yield from _wrong(value, (*path, key))
    elif isinstance(part, list):
        for place, value in enumerate(part[:2]):
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
