"""What is done in the background comes to whoever looks after it, and so does what goes wrong there."""

from __future__ import annotations

import threading

import pytest

from kubectl_sharedip.cluster.errand import Errand
from kubectl_sharedip.cluster.errors import ClusterError

_ENOUGH_S = 10.0


def test_it_is_over_when_the_task_is() -> None:
    go = threading.Event()
    errand = Errand(lambda: go.wait(_ENOUGH_S))
    before = errand.over
    go.set()

    assert errand.result() is True
    assert (before, errand.over) == (False, True)
    assert errand.result() is True


def test_what_goes_wrong_is_told_to_who_waits() -> None:
    def fail() -> None:
        raise ClusterError(kind="timeout", what="no answer", where="here", todo="wait")

    errand = Errand(fail)

    with pytest.raises(ClusterError, match="no answer"):
        errand.result()
    assert errand.over


def test_who_waits_is_told_of_an_end_that_is_no_error_of_a_program() -> None:
    def end() -> None:
        raise SystemExit("enough")

    with pytest.raises(SystemExit, match="enough"):
        Errand(end).result()
