"""Every JSON document of the program that a test reads is held against the schema of its kind.

Most tests read them by ``Ended.document`` or ``parsed``, which do so by themselves; this is for all others,
so that none can be forgotten. What the program itself reads is its own affair: some tests give it what is
no document.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # tests, however pytest was started

from tests.command_line.schema import promised

_THEMSELVES = (
    "tests.command_line.program",
    "tests.real.asking",
    "tests.real.watched",
    "tests.diagnose_room.program",
)


@pytest.fixture(scope="session", autouse=True)
def every_document_is_as_promised() -> Iterator[None]:
    """Has json.loads raise AssertionError in a test that reads a document with a broken promise."""
    load = json.loads

    def held(text: str | bytes | bytearray, *arguments: Any, **options: Any) -> Any:
        found = load(text, *arguments, **options)
        reader = sys._getframe(1).f_globals.get("__name__", "")
        if reader.startswith("tests.") and reader not in _THEMSELVES:
            promised(found)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json, "loads", held)
        yield
