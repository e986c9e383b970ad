"""Interrupted before anything was sent: it says so, once, and ends with the status of the signal."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.command_line.lab import SHARED, Lab
from tests.command_line.program import Program
from tests.command_line.test_fix_on_cluster import Watched, edits, piped, reads
from tests.fakeapi import Fault
from tests.fakeapi.requests import Recorded

_SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.fixture
def api() -> Iterator[Watched]:
    api = Watched()
    with api:
        yield api


@pytest.fixture
def lab(api: Watched, program: Program) -> Lab:
    return Lab(api, program)


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> Iterator[None]:
    """Whoever runs the tests in the background has their children ignore it otherwise."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def reads_pools(request: Recorded) -> bool:
    """Whether it is one of the requests of which the plan is made."""
    return request.path.endswith("/ipaddresspools")


@pytest.mark.parametrize(("number", "status"), _SIGNALS)
@pytest.mark.parametrize("at", [reads_pools, reads("dns-tcp")], ids=["reading", "preflight"])
def test_before_the_first_edit(
    lab: Lab, api: Watched, number: signal.Signals, status: int, at: object
) -> None:
    assert callable(at)
    api.fail("services" if at is not reads_pools else "ipaddresspools", Fault(delay_s=0.5))
    with piped(lab, "fix", "dot", "--yes") as process:
        api.before(at, lambda: process.send_signal(number))
        _, err = process.communicate()

    assert process.returncode == status, err
    assert err.count("Interrupted: nothing was changed.") == 1
    assert "Traceback" not in err
    assert lab.patches() == []
    assert not lab.journals.exists()


@pytest.mark.parametrize(("number", "status"), _SIGNALS)
def test_twice_in_a_hurry(lab: Lab, api: Watched, number: signal.Signals, status: int) -> None:
    """The second one does not cut off what the first one has said, nor the journal."""
    lab.metallb_gives("dot", SHARED)
    with piped(lab, "fix", "dot", "--yes") as process:

        def strike() -> None:
            process.send_signal(number)
            api.pause(0.2)
            process.send_signal(number)
            api.pause(0.2)

        api.before(edits("dot"), strike)
        _, err = process.communicate()

    assert process.returncode == status, err
    assert "Interrupted (" in err and "Traceback" not in err
    assert "undo" in err
    (path,) = lab.journals.glob("*.json")
    assert '"state": "sent"' in path.read_text() or '"state": "done"' in path.read_text()


@pytest.mark.parametrize(("number", "status"), _SIGNALS)
def test_an_undo_that_has_sent_nothing(lab: Lab, api: Watched, number: signal.Signals, status: int) -> None:
    lab.metallb_gives("dot", SHARED)
    assert lab("fix", "dot", "--yes").status == 0
    with piped(lab, "undo", "--yes") as process:
        api.before(reads_pools, lambda: process.send_signal(number))
        api.fail("ipaddresspools", Fault(delay_s=0.5))
        _, err = process.communicate()

    assert process.returncode == status, err
    assert "Interrupted: nothing was changed." in err
    assert len(lab.patches()) == 1
