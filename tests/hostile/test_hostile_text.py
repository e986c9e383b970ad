"""Every form of output neutralises the texts of strangers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.hostile, however pytest was started

import yaml

from tests.command_line.lab import objects
from tests.fakeapi import FakeApi
from tests.files_room.any_cluster import any_cluster
from tests.hostile.asking import COMMANDS, say
from tests.hostile.neutral import acting_characters, breaches
from tests.hostile.texts import HOSTILE, with_hostile_texts

_SEEDS = 15  # for each command
_FORMS: tuple[tuple[str, ...], ...] = (
    *COMMANDS,
    *(
        ("check", "--offline", "-o", "csv"),
        ("check", "--offline", "-o", "markdown"),
        ("pools", "-o", "csv"),
        ("pools", "-o", "tree"),
    ),
    *(("ls", "-o", "name"), ("ls", "-o", "custom-columns=A:name,B:key"), ("why", "-o", "yaml")),
    *(("ls", "--query", "items[].services[].[name, key]"), ("why", "-o", "wide"), ("snapshot", "-o", "yaml")),
)


@pytest.mark.parametrize("words", _FORMS, ids=" ".join)
def test_no_form_lets_a_text_act(words: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "hostile.json"
    form = words[words.index("-o") + 1] if "-o" in words else "json" if words[0] == "snapshot" else "text"
    answered = 0
    for seed in range(_SEEDS):
        chance = Random(f"{words} {seed}")
        bodies = [dict(document.body) for document in any_cluster(chance).documents]
        items = with_hostile_texts(bodies, chance)
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))

        said = say(*words, "-f", str(file))

        assert acting_characters(said.err) == [], said.err
        if said.status in (0, 1) and said.out:
            answered += 1
            assert list(breaches(form, said.out)) == [], said.out
    assert answered, "nothing was said at all"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("text", "a\u202eb"),
        ("csv", "A,B\n=1,x\n"),
        ("csv", "A,B\n1\n"),
        ("markdown", "| A |\n|---|\n| <b>x</b> |\n"),
        ("markdown", "a [b](http://x)\n"),
        ("github", "::error::a\n::add-mask::x\n"),
        ("mermaid", 'flowchart LR\n  s0["a"] --> evil["b"]\n'),
        ("mermaid", 'flowchart LR\n  click s0 href "x"\n'),
    ],
)
def test_what_acts_is_seen(form: str, text: str) -> None:
    assert list(breaches(form, text)) != []


def test_a_file_name_and_an_argument_are_texts_too(tmp_path: Path) -> None:
    for hostile in HOSTILE:
        if "\0" in hostile or "/" in hostile:
            continue
        for words in (
            ("ls", "-f", str(tmp_path / f"no{hostile}file")),
            ("explain", hostile),
            ("ls", "-o", hostile),
        ):
            assert acting_characters((said := say(*words)).err + said.out) == [], words


def test_the_values_of_a_kubeconfig_are_texts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    words = (
        ("ls",),
        ("why", "dot"),
        ("fix", "dot", "--dry-run=client"),
        ("check", "-o", "markdown"),
        ("version",),
    )
    with FakeApi(objects()) as api:
        plain = Path(api.kubeconfig(tmp_path / "plain", namespace="shop", context="CONTEXT")).read_text()
        for number, hostile in enumerate(HOSTILE):
            file = tmp_path / str(number)
            body = yaml.safe_load(plain)
            context, user = f"lab{hostile}", f"me{hostile}"
            body["current-context"] = body["contexts"][0]["name"] = context
            body["contexts"][0]["context"]["user"] = body["users"][0]["name"] = user
            file.write_text(json.dumps(body))
            chosen = words[number % len(words)]

            said = say(*chosen, "--kubeconfig", str(file))

            assert said.status in (0, 1), (hostile, said.err)
            assert acting_characters(said.out + said.err) == [], (hostile, chosen, said.out + said.err)
            if chosen[-1] == "markdown":
                assert list(breaches("markdown", said.out)) == [], (hostile, said.out)
