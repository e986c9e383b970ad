"""Tests that take long: run by ``./scripts/test --long``, each with a fresh seed that it prints."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests..., however pytest was started

from tests.real.telling import Tell, told


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them are long."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("long")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures and seeds once more: of a process beside this one nothing else is printed."""
    for line in told(terminalreporter):
        terminalreporter.write_line(line)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]) -> Tell:
    """Prints a figure past pytest's capture, and keeps it in the record of the run."""
    return Tell(capsys, record_property)


@pytest.fixture
def seed(say: Callable[[str], None], request: pytest.FixtureRequest) -> int:
    """A fresh one each run; SHAREDIP_LONG_SEED plays an earlier run again."""
    chosen = int(os.environ.get("SHAREDIP_LONG_SEED") or secrets.randbelow(10**9))
    say(f"{request.node.name}: SHAREDIP_LONG_SEED={chosen}")
    return chosen
