"""What all tests of the command line need: the program, in nobody's home."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.command_line, however pytest was started

from tests.command_line.program import ROOT, Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    home = tmp_path / "home"
    home.mkdir()
    env = {"HOME": str(home), "PATH": os.defpath, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    return Program(home=home, env=env)


@pytest.fixture(autouse=True)
def no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that runs tests beside others has a width, and the program would keep to it."""
    monkeypatch.delenv("COLUMNS", raising=False)
