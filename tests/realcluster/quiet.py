"""When MetalLB has done its work: it never says so, one can only see it do nothing.

Why it exists: a test that looks too early sees half an answer. It refuses to guess from the
objects what MetalLB ought to have done: that is what the tests are there to find out.
"""

from __future__ import annotations

import time
from pathlib import Path

from .api import Api
from .processes import Child

QUIET_S = 0.7  # MetalLB's events and repeated status writes come well within it
_POLL_S = 0.03


def wait_quiet(api: Api, controller: Child, timeout_s: float, quiet_s: float) -> None:
    """Wait until nothing was written to the cluster nor to MetalLB's log for ``quiet_s`` seconds.

    Raises TimeoutError after ``timeout_s`` seconds, ProcessFailed where the controller has ended.
    """
    deadline = time.monotonic() + timeout_s
    seen, since = _activity(api, controller.program.log), time.monotonic()
    while time.monotonic() - since < quiet_s:
        controller.check_alive()
        if time.monotonic() > deadline:
            raise TimeoutError(f"MetalLB still busy after {timeout_s:g} s")
        time.sleep(_POLL_S)
        now = _activity(api, controller.program.log)
        if now != seen:
            seen, since = now, time.monotonic()


def _activity(api: Api, log: Path) -> tuple[int, str]:
    """Changes whenever MetalLB logs something or anything in the cluster is written.

    The resourceVersion of a list is that of the whole store, so one item is enough. MetalLB's
    log at debug level has several lines for every Service it looks at.
    """
    version: str = api.request("GET", "/api/v1/services?limit=1")["metadata"]["resourceVersion"]
    return log.stat().st_size, version
