"""A run that test_nothing_left.py cuts off: it starts a cluster, tells its processes, and goes no further.

Its name keeps it out of every other run.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from tests.realcluster.cluster import RealCluster

RECORD = "SHAREDIP_REAL_RECORD"
FAILS = "SHAREDIP_REAL_FAILS"


def test_that_goes_no_further(cluster: RealCluster) -> None:
    path = Path(os.environ[RECORD])
    processes = [(child.program.name, child.pid, child.program.command) for child in cluster.children]
    new = path.with_suffix(".new")
    new.write_text(json.dumps(processes))
    new.rename(path)  # whoever waits for it finds it whole
    assert FAILS not in os.environ
    time.sleep(600)
