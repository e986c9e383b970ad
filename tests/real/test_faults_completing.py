"""Every request for a completion and everything that can go wrong with it, as processes on a real server.

Whoever presses Tab gets the right words, or none: never some of them, never a traceback, and the shell is
not held up: where the server hangs, the program is gone before it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.real.between import Between
from tests.real.crash_town import CrashTown
from tests.real.drawing import ALL, PARTS, Tally, dealt, drawn, pairs_of
from tests.real.faults import Asked, Done, Fault, Strike, done
from tests.real.telling import Tell
from tests.real.test_completion import COMPLETE
from tests.realcluster.processes import clean_environment

_ROOT = Path(__file__).parents[2]
_DRAWN = 4  # for each command
_LONGEST_S = 60.0
_TABS = 20
_NOTHING = ":4\n"  # no word, and no names of files either
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("why", "-n", "default", ""),
    ("ls", "-A", "key/"),
    ("fix", "one", "-n", "default", "--address", ""),
    ("why", "-n", ""),
)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("words", _COMMANDS, ids=" ".join)
def test_a_completion_that_meets_a_fault(
    town: CrashTown, tmp_path: Path, words: tuple[str, ...], part: int, tell: Tell
) -> None:
    town.begin(2)
    whole = _whole(town, tmp_path, words)
    pairs = pairs_of(whole)
    tally = Tally(command=f"completion of {' '.join(words)}", possible=len(pairs))

    def play(asked: Asked, fault: Fault) -> str:
        ended = _completed(town, tmp_path, words, at=asked, fault=fault)
        assert (ended.status, ended.err) == (0, ""), ended
        assert ended.out in (whole.out, _NOTHING), ended
        if not ended.struck:
            return "not met"
        return "no word" if ended.out == _NOTHING else "right all the same"

    for pair in dealt(pairs, part) if ALL else drawn(pairs, str(words), _DRAWN):
        tally.play(pair, play)
    tell.faults(tally)
    tally.check()


def _whole(town: CrashTown, folder: Path, words: Sequence[str]) -> Done:
    """What is offered without a fault; a machine that is busy may need more than one Tab for it."""
    for _ in range(_TABS):
        whole = _completed(town, folder, words)
        assert (whole.status, whole.err) == (0, ""), whole
        if whole.asked and whole.out != _NOTHING:
            return whole
    raise AssertionError(f"no word in {_TABS} attempts: {whole}")


def _completed(
    town: CrashTown,
    folder: Path,
    words: Sequence[str],
    *,
    at: Asked | None = None,
    fault: Fault | None = None,
) -> Done:
    """What is offered for the last word. Raises AssertionError where the program waits for one that hangs."""
    over = threading.Event()
    strike = Strike(at, fault, hangs_until=over)
    with Between(town.cluster, before=strike.before, after=strike.after) as between:
        kubeconfig = between.kubeconfig(folder / "faulty.kubeconfig")
        try:
            ended = subprocess.run(
                [sys.executable, "-I", "-c", COMPLETE, str(_ROOT), *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                env={**clean_environment(), "KUBECONFIG": str(kubeconfig)},
                timeout=_LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"it waits for a server that hangs: {error}") from error
        finally:
            over.set()
        return done(strike, between, status=ended.returncode, out=ended.stdout, err=ended.stderr)
