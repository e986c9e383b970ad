"""What an answer rests on: the fields to look at, object by object, and the rules that join them.

It refuses to leave out a fact: what several rules look at is shown once, and they point to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubectl_sharedip.render.text import visible, wrap

_Document = Mapping[str, Any]
_Object = tuple[str, str, str]


def proof_lines(proof: _Document | None, others: Sequence[_Document], width: int | None) -> Iterator[str]:
    """The facts of the proof, each object under a number, then its rules, the conclusion last.

    ``others`` are facts beside those of the proof, of further findings.
    """
    nodes = list(_flat(proof)) if proof else []
    facts = [fact for node in nodes if node["rule"] is None for fact in node["objects"]]
    objects: dict[_Object, dict[str, str | None]] = {}
    for fact in (*facts, *others):
        objects.setdefault(_object(fact), {})[fact["field"]] = fact["value"]
    if not objects:
        return
    numbers = {thing: str(place) for place, thing in enumerate(objects, start=1)}
    yield ""
    for thing, fields in objects.items():
        kind, namespace, name = thing
        path = f"{namespace}/{name}" if namespace else name
        yield from wrap(f"  {numbers[thing]:>2}  {visible(f'{kind} {path}')}", width, 6)
        for field, value in fields.items():
            shown = "is not set" if value is None else f'= "{value}"'
            yield from wrap(f"        {visible(f'{field} {shown}')}", width, 10)
    stands: dict[int, str] = {}
    for node in nodes:
        if node["rule"] is None:
            stands[node["id"]] = numbers[_object(node["objects"][0])]
    place = len(numbers)
    for node in nodes:
        if node["rule"] is None:
            continue
        place += 1
        premises = list(dict.fromkeys(stands[premise["id"]] for premise in node["from"]))
        stands[node["id"]] = str(place)
        reason = f"  ({', '.join(sorted(premises, key=int))})" if premises else ""
        yield from wrap(f"  {place:>2}  {visible(node['text'])}{reason}", width, 6)


def _flat(proof: _Document) -> Iterator[_Document]:
    """The nodes of the tree, premises before what follows from them, each once."""
    for premise in proof["from"]:
        if "text" in premise:
            yield from _flat(premise)
    yield proof


def _object(fact: _Document) -> _Object:
    return fact["kind"], fact["namespace"] or "", fact["name"]
