"""One seed of spoilt input: clusters with spoilt fields, and damaged texts of the recorded cases."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import yaml

from kubectl_sharedip.files.json_text import MAX_DEPTH
from tests.files_room.any_cluster import any_cluster
from tests.hostile.asking import Said, say
from tests.hostile.mutate import spoilt

_ROOT = Path(__file__).parents[2]
_TEXTS = (
    *sorted(_ROOT.glob("tests/cases/*/input.yaml")),
    *sorted(_ROOT.glob("examples/*/cluster.yaml")),
)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BITS = (
    *(b"\xff", b"\xc3", b"\x00", b"\t", b"{", b"}", b"[", b"]", b":", b"- ", b"&a ", b"*a", b"*a ", b"<<: "),
    *(
        b"!!python/object:os.system ",
        b"!!binary ",
        b"---\n",
        b"...\n",
        b"\xe2\x80\xae",
        b"\x1b[31m",
        b"'",
        b'"',
    ),
    *(b"#", b"%", b"null", b"~", b"9" * 500, b"1e999", b".inf", b".nan", b"2001-01-01", b"0x1f", b"0o17"),
    *(
        b"1_000",
        b"yes",
        b"@",
        b"`",
        b"|",
        b">",
        b"? ",
        b"\xef\xbb\xbf",
        b"\r",
        b"\n",
        b"\x85",
        b"metadata:\n",
    ),
    *(b"kind: Service\n", b"items: [", b"a: " * 50, b"[ " * 2000),
)


def play_objects(seed: str, folder: Path, words: tuple[str, ...]) -> Said:
    """A command on a random cluster in which some fields are spoilt."""
    bodies, after, touched = _cluster(seed)
    said = say(*words, "-f", str(_written(folder, after)))
    if words == ("ls", "-o", "json"):
        _sound_part(said, bodies, after, touched)
    return said


def objects_file(seed: str, folder: Path) -> Path:
    """The file of such a cluster."""
    return _written(folder, _cluster(seed)[1])


def _cluster(seed: str) -> tuple[list[Any], list[Any], set[int]]:
    chance = Random(seed)
    bodies: list[Any] = [dict(document.body) for document in any_cluster(chance).documents]
    return bodies, *spoilt(bodies, chance)


def _written(folder: Path, bodies: list[Any]) -> Path:
    file = folder / "objects.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies}))
    return file


def _sound_part(said: Said, bodies: list[Any], after: list[Any], touched: set[int]) -> None:
    """Every Service that nobody touched, and whose name no other took, is told of.

    What is no Kubernetes object any more makes a file one that cannot be read, as for kubectl, and so does
    nesting that no object has.
    """
    if said.status == 3:
        unreadable = ("not a Kubernetes object", "not an object", f"nested more than {MAX_DEPTH} levels deep")
        assert any(word in said.err for word in unreadable), said.err
        return
    spoilt_names = {_name(body) for at in touched for body in (bodies[at], after[at])}
    sound = {
        _name(body)
        for at, body in enumerate(after)
        if at not in touched and body["kind"] == "Service" and body["spec"].get("type") == "LoadBalancer"
    }
    assert sound - spoilt_names <= services_told(json.loads(said.out)), said


def _name(body: Any) -> str:
    metadata = body.get("metadata") if isinstance(body, dict) else None
    found = metadata if isinstance(metadata, dict) else {}
    return f"{found.get('namespace') or 'default'}/{found.get('name')}"


def services_told(document: dict[str, Any]) -> set[str]:
    """The Services of an AddressList, as "namespace/name"."""
    listed = [one for item in document["items"] for one in item["services"]]
    return {
        f"{one['namespace']}/{one['name']}"
        for one in (*listed, *document["pending"], *document["notHandled"])
    }


def play_text(seed: str, folder: Path, words: tuple[str, ...]) -> Said:
    """A command on the text of a recorded case that was damaged in some places, as YAML or as JSON."""
    return say(*words, "-f", str(text_file(seed, folder)))


def text_file(seed: str, folder: Path) -> Path:
    """The file of such a text."""
    chance = Random(seed)
    text = chance.choice(_TEXTS).read_bytes()
    form = chance.choice(("yaml", "yaml", "json"))
    if form == "json":
        items = [body for body in yaml.load_all(text, Loader=_LOADER) if body]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, default=str).encode()
    for _ in range(chance.choice((1, 1, 2, 4))):
        text = chance.choice((_put_in, _put_in, _cut_out, _cut_off, _line_twice, _line_moved))(text, chance)
    file = folder / f"text.{form}"
    file.write_bytes(text or b" ")
    return file


def _put_in(text: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(_BITS) + text[at:]


def _cut_out(text: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at + chance.choice((1, 1, 5, 40)) :]


def _cut_off(text: bytes, chance: Random) -> bytes:
    return text[: chance.randrange(len(text) + 1)]


def _line_twice(text: bytes, chance: Random) -> bytes:
    lines = text.split(b"\n")
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return b"\n".join(lines)


def _line_moved(text: bytes, chance: Random) -> bytes:
    lines = text.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = b"  " + lines[at]
    return b"\n".join(lines)
