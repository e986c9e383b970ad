"""A mapping over a mapping behaves like a dictionary, and leaves what is beneath alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kubectl_sharedip.metallb.overlay import Overlay

changes = st.lists(st.tuples(st.sampled_from("abcde"), st.one_of(st.none(), st.integers(0, 3))))


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 3)), changes)
def test_overlay_is_a_dictionary(beneath: dict[str, int], steps: list[tuple[str, int | None]]) -> None:
    before, plain = dict(beneath), dict(beneath)
    overlay = first = Overlay(beneath)
    for key, value in steps:
        if value is None:
            overlay = overlay.without(key)
            plain.pop(key, None)
        else:
            overlay = overlay.with_entry(key, value)
            plain[key] = value
    assert dict(overlay) == plain
    assert len(overlay) == len(plain)
    assert {key: overlay.get(key) for key in "abcdef"} == {key: plain.get(key) for key in "abcdef"}
    assert dict(first) == beneath == before
