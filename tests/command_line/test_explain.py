"""explain: a page for every code, however it is written, and the schema of every document."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.report.pages import all_pages, page_of
from tests.command_line.program import EXAMPLES, ROOT, Program, refused


@pytest.mark.parametrize(
    "asked", ["SIP205", "sip205", "205", "local-selectors-differ", "Local-Selectors-Differ"]
)
def test_a_code_is_found_however_it_is_written(program: Program, asked: str) -> None:
    ended = program("explain", asked, columns=80)

    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("SIP205  local-selectors-differ\n")
    for title in ("What it says", "When it arises", "How to clear it"):
        assert f"\n{title}\n" in ended.out
    assert [line for line in ended.out.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    ("asked", "near"), [("SIP2005", "SIP205"), ("port-takn", "port-taken"), ("key-mising", "key-missing")]
)
def test_an_unknown_code_names_the_nearest(program: Program, asked: str, near: str) -> None:
    refused(program("explain", asked), 2, asked, near)


def test_one_code_or_one_kind(program: Program) -> None:
    refused(program("explain"), 2, "CODE")
    refused(program("explain", "SIP205", "--schema", "Plan"), 2, "CODE")
    refused(program("explain", "--schema", "Plans"), 2, "AddressList", "DiagnosisList", "Plan")


@pytest.mark.parametrize("kind", ["AddressList", "diagnosislist", "Plan", "PoolList", "Snapshot"])
def test_a_schema_stands_on_its_own(program: Program, kind: str) -> None:
    schema = program("explain", "--schema", kind).document

    Draft202012Validator.check_schema(schema)
    assert kind.lower() in schema["$id"].lower()
    assert not list(Draft202012Validator(schema).iter_errors(_document(program, kind)))
    assert list(Draft202012Validator(schema).iter_errors({"kind": kind}))


def _document(program: Program, kind: str) -> dict[str, Any]:
    words = {
        "addresslist": ["ls"],
        "diagnosislist": ["why"],
        "plan": ["fix", "second"],
        "poollist": ["pools"],
        "snapshot": ["snapshot"],
    }[kind.lower()]
    return program(*words, "-f", str(EXAMPLES / "full-pool"), "-o", "json").document


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_has_a_whole_page(code: str) -> None:
    row, page = CATALOGUE[code], page_of(code)
    titles = [title for title, _ in page.sections]

    assert titles[:3] == ["What it says", "When it arises", "How to clear it"]
    assert not any(sign in text for _, text in page.sections for sign in "{}")
    for text in (row.arises, row.clear):
        assert text.endswith(".")
        assert text == " ".join(text.split())
        words = text.lower().replace(",", "").split()
        assert not {"just", "simply", "easy", "easily"} & set(words)


def test_every_code_has_a_name_of_its_own() -> None:
    pages = all_pages()
    assert len({page.name for page in pages}) == len({page.code for page in pages}) == len(CATALOGUE)


def test_the_pages_that_ship_are_those_of_the_program() -> None:
    """scripts/generate-pages writes them anew."""
    ended = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "generate-pages"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
