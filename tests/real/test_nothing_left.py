"""However a run ends, no etcd, API server or controller of it is left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.left_running import FAILS, RECORD
from tests.realcluster.processes import wait_until
from tests.realcluster.standing import Recorded

_RUN = Path(__file__).with_name("left_running.py")
_START_TIMEOUT_S = 120.0
_END_TIMEOUT_S = 60.0
# Where a parent is ended without a word only Linux ends its children.
_SIGNALS = [signal.SIGINT, *([signal.SIGTERM, signal.SIGKILL] if sys.platform == "linux" else [])]


@pytest.mark.parametrize("end", [*_SIGNALS, None], ids=lambda end: end.name if end else "failure")
def test_nothing_is_left(end: signal.Signals | None, tmp_path: Path) -> None:
    record, folder = tmp_path / "processes.json", tmp_path / "run"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={folder}"]
    environment = {**os.environ, RECORD: str(record), **({} if end else {FAILS: "1"})}
    run = subprocess.Popen(
        [*command, str(_RUN)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        wait_until(lambda: record.exists() or run.poll() is not None, _START_TIMEOUT_S, "the cluster's start")
        assert record.exists(), run.communicate()[0]
        processes = [
            Recorded(name=name, pid=pid, command=tuple(words))
            for name, pid, words in json.loads(record.read_text())
        ]
        assert [one.name for one in processes] == ["etcd", "kube-apiserver", "controller"]
        if end is not None:
            assert all(one.is_running() for one in processes)
            run.send_signal(end)
        said = run.communicate(timeout=_END_TIMEOUT_S)[0]
    finally:
        run.kill()
        run.wait()
        shutil.rmtree(folder, ignore_errors=True)
    assert run.returncode == {signal.SIGINT: 2, None: 1}.get(end, -end if end else None), said
    wait_until(lambda: not any(one.is_running() for one in processes), _END_TIMEOUT_S, "their end")
