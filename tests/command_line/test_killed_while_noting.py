"""SIGKILL inside the writing of a journal: the file is whole, and both ways out are open."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from kubectl_sharedip.apply.journals import read_journals
from tests.command_line.lab import KEY, SHARED, Lab
from tests.command_line.program import Program
from tests.fakeapi import FakeApi

# The program, in which the n-th call of one function is the last thing that happens.
_DEADLY = """
import os, signal, sys, tempfile
from pathlib import Path
name, number, after = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "after"
place = {"replace": Path, "mkstemp": tempfile}[name]
plain, calls = getattr(place, name), [0]
def deadly(*arguments, **more):
    calls[0] += 1
    if calls[0] == number and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    made = plain(*arguments, **more)
    if calls[0] == number:
        os.kill(os.getpid(), signal.SIGKILL)
    return made
setattr(place, name, deadly)
sys.argv[1:] = sys.argv[4:]
from kubectl_sharedip.cli.main import main
main()
"""
_WRITES = 4  # it is opened; the edit is sent, and done; the end is seen


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


def killed(lab: Lab, *where: str) -> None:
    """``fix dot --yes``, killed there."""
    ended = subprocess.run(
        [sys.executable, "-c", _DEADLY, *where, *lab.words("fix", "dot", "--yes")],
        capture_output=True,
        text=True,
        env=dict(lab.program.env),
        cwd=lab.program.home,
        check=False,
        timeout=60,
    )
    assert ended.returncode == -9, ended.stderr


@pytest.mark.parametrize("number", range(1, _WRITES + 1))
@pytest.mark.parametrize(
    ("call", "when", "ending"),
    [("mkstemp", "after", "--resume"), ("replace", "before", ""), ("replace", "after", "--resume")],
)
def test_killed_while_noting(lab: Lab, number: int, call: str, when: str, ending: str) -> None:
    lab.metallb_gives("dot", SHARED)
    killed(lab, call, str(number), when)

    journals = read_journals(lab.journals)
    assert journals.damaged == ()
    written = number if when == "after" and call == "replace" else number - 1
    if written == 0:
        assert journals.found == ()
        assert lab.patches() == []
        assert lab("undo", "--yes").status == 3
        return
    (found,) = journals.found
    assert found.record.progress[0].state == ("planned", "sent", "done", "done")[written - 1]
    assert found.record.verified == (written == _WRITES)
    lab.metallb_gives("dot", *((SHARED,) if ending else ()))
    touched = found.record.touched
    ended = lab("undo", *filter(None, [ending]), "--yes")
    assert ended.status == (0 if ending or touched else 3), ended.err
    assert (KEY in lab.get("dot")["metadata"]["annotations"]) == bool(ending)
    assert read_journals(lab.journals).damaged == ()
