"""One file serves both names: called as kubectl's completion program, the program completes."""

from __future__ import annotations

import subprocess
import sys

from tests.command_line.program import ROOT

_CALLED = """\
import sys; sys.path.insert(0, {root!r}); sys.argv[0] = {name!r}
from kubectl_sharedip.cli.main import main
main()
"""


def called(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    code = _CALLED.format(root=str(ROOT), name=name)
    return subprocess.run(
        [sys.executable, "-I", "-c", code, *words], capture_output=True, text=True, check=False
    )


def test_by_the_name_of_the_completion() -> None:
    done = called("/somewhere/kubectl_complete-sharedip", "expl")

    assert (done.returncode, done.stderr) == (0, "")
    first, *_, last = done.stdout.splitlines()
    assert (first.partition("\t")[0], last) == ("explain", ":4")


def test_by_its_own_name_the_word_is_a_command() -> None:
    done = called("/somewhere/kubectl-sharedip", "expl")

    assert (done.returncode, done.stdout) == (2, "")
