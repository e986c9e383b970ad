"""YAML means here what it means to kubectl, with the parser in C and with the one in Python."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from kubectl_sharedip.files import yaml_text
from kubectl_sharedip.files.read import read_files


@pytest.fixture(autouse=True, params=["c", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.param == "python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML has no parser in C")
    yaml_text._loader_class.cache_clear()
    yield
    yaml_text._loader_class.cache_clear()


def body_of(text: str) -> Mapping[str, Any]:
    stream = io.StringIO(f"apiVersion: v1\nkind: Service\n{text}\n")
    (document,) = read_files(["-"], recursive=False, stdin=stream).documents
    return document.body


def value_of(word: str) -> Any:
    return body_of(f"value: {word}")["value"]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("y", True), ("Yes", True), ("on", True), ("TRUE", True), ("n", False), ("Off", False), ("oN", "oN"),
        ("", None), ("~", None), ("null", None), ("nULL", "nULL"),
        ("80", 80), ("-1", -1), ("+7", 7), ("1_000", 1000), ("010", 8), ("-0o17", -15), ("0x1F", 31),
        ("0b11", 3), ("18446744073709551616", 18446744073709551616),
        ("1e3", 1000.0), ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("089", 89.0), ("1E-2", 0.01),
        ("1:30", "1:30"), ("12e03x", "12e03x"), ("0x", "0x"), ("-", ["x"]), ("=", "="), ("_1", "_1"),
        ("192.0.2.10", "192.0.2.10"), ("192.0.2.0/24", "192.0.2.0/24"), ("2001:db8::1", "2001:db8::1"),
        ("2024-01-01", "2024-01-01"), ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"),
        ('"on"', "on"), ("'1e3'", "1e3"), ("!!str 12", "12"), ("!!float 3", 3.0), ("!!int '4'", 4),
        ("!!timestamp 2024-01-01", "2024-01-01"), ("!!binary aGk=", "hi"),
    ],
)  # fmt: skip
def test_words(word: str, value: object) -> None:
    read = value_of("\n- x" if word == "-" else word)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("12", "12"),
        ("on", "true"),
        ("n", "false"),
        ("1.0", "1"),
        ("1.5", "1.5"),
        ("2024-01-01",) * 2,
        ("!!timestamp 2024", "2024"),
    ],
)
def test_keys_become_text(key: str, text: str) -> None:
    assert body_of(f"map: {{{key}: x}}")["map"] == {text: "x"}


def test_of_equal_keys_the_last_counts() -> None:
    assert body_of("a: 1\na: 2")["a"] == 2


def test_anchors_aliases_and_merges() -> None:
    body = body_of("a: &a {x: 1, y1: 2}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [{x: 4}, *a]}")
    assert body["b"] == {"x": 1, "y1": 2}
    assert body["c"] == {"x": 3, "y1": 2}
    assert body["d"] == {"x": 4, "y1": 2}


def test_many_aliases_of_one_default_are_fine() -> None:
    body = body_of("a: &a {x: 1}\nb: [" + "*a, " * 5000 + "]")
    assert len(body["b"]) == 5000
