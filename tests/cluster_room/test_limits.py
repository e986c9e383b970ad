"""Pauses before a request is made again."""

from __future__ import annotations

from kubectl_sharedip.cluster.limits import unevenly


def test_a_pause_is_as_long_as_asked_or_up_to_a_quarter_longer_and_seldom_the_same_twice() -> None:
    pauses = [unevenly(4.0) for _ in range(200)]

    assert all(4.0 <= pause_s <= 5.0 for pause_s in pauses)
    assert len(set(pauses)) > 100
    assert max(pauses) - min(pauses) > 0.5
