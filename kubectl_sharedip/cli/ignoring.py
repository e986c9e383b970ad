"""What ``check`` is not to tell: the codes of --ignore, annotations on objects, and a baseline."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence

import click

from kubectl_sharedip.cli.failures import InputError
from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.ignored import IGNORE, Debt, Ignored
from kubectl_sharedip.intake.baseline import NotABaseline, annotated, baseline_rows
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.raw import RawCluster
from kubectl_sharedip.model.snapshot import Note

_BETWEEN = re.compile(r"[,\s]+")


def codes(flag: str, words: Iterable[str]) -> frozenset[str]:
    """The codes of words that may each hold several; a usage error names the one that nobody knows."""
    found = {code for word in words for code in _codes(word)}
    unknown = sorted(code for code in found if code not in CATALOGUE)
    if unknown:
        raise click.UsageError(f"{flag} {unknown[0]}: no such code; kubectl sharedip explain lists them.")
    return frozenset(found)


def _codes(text: str) -> list[str]:
    words = [word.upper() for word in _BETWEEN.split(text) if word]
    return [f"SIP{word}" if word.isdigit() else word for word in words]


def by_annotation(raw: RawCluster, namespace: str) -> tuple[Mapping[ObjectRef, frozenset[str]], list[Note]]:
    """The codes that objects ask to have ignored on them, and a note of each that nobody knows.

    ``namespace`` is that of manifests which name none.
    """
    found: dict[ObjectRef, frozenset[str]] = {}
    notes: list[Note] = []
    for object_, text in annotated(raw.documents, IGNORE):
        named = frozenset(_codes(text))
        for code in sorted(named - CATALOGUE.keys()):
            because = f'"{code}" is no code of a finding'
            values = {"object": str(object_), "where": "", "field": f'metadata.annotations["{IGNORE}"]'}
            notes.append(Note(code="SIP903", values={**values, "because": because}))
        there = object_ if object_.namespace else object_._replace(namespace=namespace)
        found[there] = named
        found[object_] = named  # an object of the whole cluster has no namespace
    return found, notes


def baseline(file: str | None, *, beside: Sequence[str]) -> frozenset[Debt]:
    """The old debts of a saved CheckReport; none without a file. ``beside`` are the paths of -f.

    Raises FileError where it cannot be read, InputError where it is something else.
    """
    if file is None:
        return frozenset()
    if file == "-" and "-" in beside:
        raise InputError("stdin is given twice", "give -f - or --baseline -, not both")
    from kubectl_sharedip.files.read import parsed
    from kubectl_sharedip.files.sources import text_of

    bodies = [body for _, body in parsed(file, text_of(file, sys.stdin.buffer))]
    if len(bodies) != 1:
        raise _not_one(file, "it is not one document")
    try:
        rows = list(baseline_rows(bodies[0]))
    except NotABaseline as error:
        raise _not_one(file, str(error)) from error
    return frozenset(Debt(code=code, object=object_, field=field) for code, object_, field in rows)


def looked_at(
    debts: frozenset[Debt], there: Collection[ObjectRef], *, scope: str | None, labels: bool
) -> frozenset[Debt]:
    """The old debts of which it would be seen that they are paid.

    Those of objects that are ``there``, of Services that would be if they existed (in ``scope``, None for
    all namespaces; with ``labels`` nobody knows), and of whatever is no Service.
    """

    def is_seen(object_: ObjectRef) -> bool:
        if object_.kind != "Service" or object_ in there:
            return True
        return not labels and scope in (None, object_.namespace)

    return frozenset(debt for debt in debts if is_seen(debt.object))


def _not_one(file: str, because: str) -> InputError:
    todo = f"write one: kubectl sharedip check ... -o json > {file if file != '-' else 'FILE'}"
    return InputError(f"{file}: no baseline: {because}", todo)


def ignored(
    asked: frozenset[str], raw: RawCluster, debts: frozenset[Debt], namespace: str
) -> tuple[Ignored, list[Note]]:
    """All of it together, with the notes on annotations."""
    on, notes = by_annotation(raw, namespace)
    return Ignored(codes=asked, on=on, debts=debts), notes
