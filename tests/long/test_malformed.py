"""Fifty thousand spoilt inputs in process, five hundred as whole processes: no fault, and memory bounded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.hostile.asking import COMMANDS, STATUSES
from tests.hostile.malformed import objects_file, play_objects, play_text, text_file

_OBJECTS, _TEXTS, _PROCESSES = 40_000, 10_000, 500
_PARTS = 4  # side by side
_MOST_BYTES = 300 * 2**20  # of a process; one on a sound file takes some 40 MB
_BIG_BYTES, _MOST_FOR_BIG = 100 * 2**20, 700 * 2**20
_ROOT = Path(__file__).parents[2]
_STOPWATCH = _ROOT / "scripts/benching/stopwatch.py"  # a process counts what its parent took as its own


@pytest.mark.parametrize("part", range(_PARTS))
def test_in_process(part: int, seed: int, say: Callable[[str], None], tmp_path: Path) -> None:
    ended: Counter[int] = Counter()
    numbers = range(part, _OBJECTS + _TEXTS, _PARTS)
    for number in numbers:
        play = play_objects if number < _OBJECTS else play_text
        words = COMMANDS[number // _PARTS % len(COMMANDS)]
        ended[int(play(f"{seed} {number}", tmp_path, words).status)] += 1
    say(
        f"spoilt inputs in process, part {part + 1} of {_PARTS}: {len(numbers)} of {_OBJECTS} with spoilt"
        f" objects and {_TEXTS} of damaged text; by exit status {dict(sorted(ended.items()))}"
    )
    assert ended.total() == len(numbers)


def test_as_processes(seed: int, say: Callable[[str], None], tmp_path: Path) -> None:
    chance, most = Random(seed), 0
    for number in range(_PROCESSES):
        write = objects_file if number % 2 else text_file
        file = write(f"{seed} {number}", tmp_path)
        most = max(most, _run(chance.choice(COMMANDS), file))
    say(f"spoilt inputs as processes: {_PROCESSES}, the largest took {most / 2**20:.0f} MB")
    assert most <= _MOST_BYTES


def test_a_file_of_a_hundred_megabytes(say: Callable[[str], None], tmp_path: Path) -> None:
    """A list of Services that is no end of labels, and a text that never ends."""
    body = (
        '{"apiVersion":"v1","kind":"Service","metadata":{"namespace":"a","name":"s%d","uid":"u","labels":%s}}'
    )
    labels = "{" + ",".join(f'"l{n}":"{"x" * 60}"' for n in range(1400)) + "}"
    items = ",".join(body % (number, labels) for number in range(1000))
    listed, endless = tmp_path / "listed.json", tmp_path / "endless.json"
    listed.write_text(f'{{"apiVersion":"v1","kind":"List","items":[{items}]}}')
    endless.write_text('{"apiVersion":"v1","kind":"' + "x" * _BIG_BYTES)
    assert listed.stat().st_size > 0.9 * _BIG_BYTES
    took = [_run(("ls",), file) for file in (listed, endless)]
    say(f"files of 100 MB: {', '.join(f'{bytes_ / 2**20:.0f} MB' for bytes_ in took)} of memory")
    assert max(took) <= _MOST_FOR_BIG


def _run(words: tuple[str, ...], file: Path) -> int:
    """How much memory a process took at most, in bytes. Raises AssertionError for a fault of the program."""
    errors = file.with_name("errors.txt")
    order = {
        "commands": [[sys.executable, "-m", "kubectl_sharedip", *words, "-f", str(file)]],
        "environment": dict(os.environ),
        "output": os.devnull,
        "errors": str(errors),
    }
    done = subprocess.run(
        [sys.executable, "-I", str(_STOPWATCH)],
        cwd=_ROOT,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    (process,) = json.loads(done.stdout)["processes"]
    said = errors.read_text("utf-8", errors="replace")
    assert process["status"] in STATUSES, (words, process["status"], said)
    assert "Traceback" not in said and "this is a fault" not in said, (words, said)
    return int(process["peak_kb"]) * 1024
