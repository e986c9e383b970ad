"""JSON and YAML keep every value, and hold no character that acts on a terminal."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_sharedip.files.yaml_text import yaml_documents
from kubectl_sharedip.render.structured import to_json, to_yaml
from kubectl_sharedip.render.text import hidden

AWKWARD = [
    "on", "y", "N", "no", "null", "~", "", "=", "<<",
    "1e3", "1", "-1", "+7", "010", "0o7", "0x1F", "0b1", "1_000", "1.", ".5", "1E+2", ".inf", ".nan", "1:30",
    "2024-01-01", "2024-01-01T00:00:00Z", "192.0.2.10", "192.0.2.0/24", "2001:db8::1", "::", "53/TCP",
    "a: b", "- a", "# a", "a #b", "{a}", "[a]", "&a", "*a", "!a", "%a", "@a", "`a", "'", '"', "---", "...",
    "a\nb", "a\nb\n", "\na", " a\n b", "a \nb", "\n", "\\", "\\u202e", "k" * 200, "😀",
    "\u202e", "a\n\u202e", "\x7f", "\x85", "\u2028", "\ufeff", "\U000e0041",
]  # fmt: skip
texts = st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
documents = st.dictionaries(texts, values, max_size=4)


def ordered(value: Any) -> Any:
    """The value with the order of its keys made part of it."""
    if isinstance(value, dict):
        return [(key, ordered(inner)) for key, inner in value.items()]
    return [ordered(inner) for inner in value] if isinstance(value, list) else (type(value), value)


@settings(deadline=None)  # the machine may be busy
@given(documents)
def test_json_reads_back(document: dict[str, Any]) -> None:
    text = to_json(document)
    assert ordered(json.loads(text)) == ordered(document)
    assert not any(map(hidden, text.replace("\n", "")))
    assert text.endswith("\n")


@settings(deadline=None)  # the machine may be busy
@given(documents)
def test_yaml_reads_back_in_pyyaml_and_as_kubectl_reads_it(document: dict[str, Any]) -> None:
    text = to_yaml(document)
    assert ordered(yaml.safe_load(text)) == ordered(document)
    assert [ordered(body) for _, body in yaml_documents(text, file="-")] == [ordered(document)]
    assert not any(map(hidden, text.replace("\n", "")))
    assert text.endswith("\n")


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_stay_texts(text: str) -> None:
    for document in ({"v": text}, {text: 1}, {"v": [text, {text: text}]}):
        assert json.loads(to_json(document)) == document
        assert yaml.safe_load(to_yaml(document)) == document
        assert [body for _, body in yaml_documents(to_yaml(document), file="-")] == [document]


@pytest.mark.parametrize("half", ["\ud800", "a\udfffb"])
def test_halves_of_a_pair_can_be_written(half: str) -> None:
    assert json.loads(to_json({"v": half})) == {"v": half}
    assert yaml.safe_load(to_yaml({"v": half})) == {"v": half}
    (to_json({"v": half}) + to_yaml({"v": half})).encode()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_json_has_no_such_number(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json({"v": number})


def test_json_as_people_see_it() -> None:
    document: dict[str, Any] = {
        "b": "grün 漢",
        "a": ["\u202e\x7f\U000e0041\u2028", "x\ny"],
        "e": {},
        "v": None,
    }
    assert to_json(document) == (
        "{\n"
        '  "b": "grün 漢",\n'
        '  "a": [\n'
        '    "\\u202e\\u007f\\udb40\\udc41\\u2028",\n'
        '    "x\\ny"\n'
        "  ],\n"
        '  "e": {},\n'
        '  "v": null\n'
        "}\n"
    )


def test_yaml_as_people_see_it() -> None:
    shared = ["53/TCP"]
    document: dict[str, Any] = {
        "b": "grün 漢",
        "address": "192.0.2.10",
        "a": ["\u202e\U000e0041", "on", "1e3", "2024-01-01", "x\ny"],
        "ports": shared,
        "same": shared,
        "e": {},
        "v": None,
    }
    assert to_yaml(document) == (
        "b: grün 漢\n"
        "address: 192.0.2.10\n"
        "a:\n"
        '- "\\u202e\\U000E0041"\n'
        "- 'on'\n"
        "- '1e3'\n"
        "- '2024-01-01'\n"
        "- |-\n"
        "  x\n"
        "  y\n"
        "ports:\n"
        "- 53/TCP\n"
        "same:\n"
        "- 53/TCP\n"
        "e: {}\n"
        "v: null\n"
    )


def test_a_long_text_stays_on_its_line() -> None:
    assert to_yaml({"message": "word " * 100 + "end"}).count("\n") == 1
