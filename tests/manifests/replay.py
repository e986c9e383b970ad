"""``check -f`` asked before, held against what a real cluster did afterwards."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubectl_sharedip.cli.main import cli
from tests.command_line.schema import broken_promises
from tests.fakeapi import FakeApi

from .play import Addresses, Played


def foretold(played: Played, folder: Path) -> dict[str, Any]:
    """The report on the manifests of the set, made from what the API showed before any was applied."""
    file = folder / "manifests.json"
    documents = {"apiVersion": "v1", "kind": "List", "items": played["manifests"]}
    file.write_text(json.dumps(documents))
    with FakeApi(played["live"]) as api:
        kubeconfig = api.kubeconfig(folder / "config")
        return asked(kubeconfig, "-f", str(file))


def asked(kubeconfig: str, *more: str) -> dict[str, Any]:
    """The report of the program, called in this process."""
    out = io.StringIO()
    words = ["check", "--kubeconfig", kubeconfig, "-o", "json", *more]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        cli.main(words, prog_name="kubectl sharedip", standalone_mode=False)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def disagreements(played: Played, document: dict[str, Any]) -> Iterator[str]:
    """Where the report says otherwise than the cluster did, a line each."""
    yield from broken_promises(document)
    codes = {note["code"] for note in document["notes"]}
    items = {_name(item): item for item in document["items"] if item["kind"] == "Service"}
    end = played["after"][-1]
    for name, item in items.items():
        if item["predicted"] is not None and "SIP906" not in codes:
            yield from _unlike(name, item["predicted"], end)
    for name, addresses in played["before"].items():
        if name not in items and set(addresses) - set(end.get(name, [])):
            yield f"{name} is not spoken of, had {addresses} and has {end.get(name)}"
    certain = not any(i["predicted"] and i["predicted"]["state"] == "OneOf" for i in items.values())
    seen = list(_losses(played))
    for manifest, names in seen:
        told = {_name(one) for item in document["items"] if _is(item, manifest) for one in item["disturbs"]}
        if not names <= told:
            yield f"{manifest} cost {sorted(names - told)} an address, foretold are {sorted(told)}"
    if certain and "SIP905" not in codes:
        observed = {name for _, names in seen for name in names}
        told = {_name(one) for item in document["items"] for one in item["disturbs"]}
        if told - observed:
            yield f"{sorted(told - observed)} were to lose an address, and did not"


def _unlike(name: str, predicted: dict[str, Any], end: Addresses) -> Iterator[str]:
    state, lists = predicted["state"], predicted["addresses"]
    has = end.get(name, [])
    possible = [[]] if state in ("Pending", "NotHandled") else lists
    if has not in possible:
        yield f"{name} was to be {state} {lists}, and has {has}"


def _losses(played: Played) -> Iterator[tuple[str, set[str]]]:
    """For each manifest the Services that were there before all of them and lost an address by it."""
    before = played["before"]
    earlier = before
    for manifest, after in zip(played["manifests"], played["after"], strict=True):
        metadata = manifest["metadata"]
        lost = {
            name for name, has in earlier.items() if name in before and set(has) - set(after.get(name, []))
        }
        yield f"{manifest['kind']} {metadata['namespace']}/{metadata['name']}", lost
        earlier = after


def _is(item: dict[str, Any], manifest: str) -> bool:
    return f"{item['kind']} {_name(item)}" == manifest


def _name(named: dict[str, Any]) -> str:
    return f"{named['namespace']}/{named['name']}"
