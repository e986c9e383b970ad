"""Printed command lines: a shell reads the words that were meant, and nobody sees what is not there."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_sharedip.model.shell import shell_line
from kubectl_sharedip.render.text import hidden

_TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))  # no argument has them


@settings(max_examples=40, deadline=None)
@given(st.lists(_TEXTS, max_size=6))
def test_bash_reads_the_words(words: list[str]) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    line = shell_line(["printf", "%s\\0", *words])

    done = subprocess.run(
        [bash, "-c", line], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8", "PATH": ""}
    )

    assert done.stdout.decode().split("\0")[:-1] == (words or [""])
    assert not any(map(hidden, line))


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("web", "web"),
        ("", "''"),
        ("it's", "'it'\"'\"'s'"),
        ("schlüssel", "'schlüssel'"),
        ("a\u202eb", "$'a\\u202eb'"),
        ("\x1b[31m'", "$'\\x1b[31m\\x27'"),
        ("\U000e0041\\", "$'\\U000e0041\\\\'"),
        ("a\u00a0b", "$'a\\u00a0b'"),
    ],
)
def test_what_is_quoted_how(word: str, line: str) -> None:
    assert shell_line([word]) == line
