"""The end of a run in words: an edit is called unmade only where it is certain that it was not made."""

from __future__ import annotations

from kubectl_sharedip.model.names import ServiceName, service_ref
from kubectl_sharedip.model.plan import Edit, Operation
from kubectl_sharedip.model.results import (
    Applied,
    Because,
    Changed,
    Failed,
    Interrupted,
    JournalLost,
    Judged,
    Refused,
    Sending,
    Stale,
    Stopped,
    Unsure,
    Waiting,
)
from kubectl_sharedip.report.outcome import outcome_lines, progress_line

KEY = "metallb.io/allow-shared-ip"


def edit(name: str) -> Edit:
    operation = Operation(path=("metadata", "annotations", KEY), value="dns", was=None)
    return Edit(service=ServiceName("shop", name), resource_version="1", owner=None, operations=(operation,))


ONE, TWO, THREE = edit("one"), edit("two"), edit("three")
MADE = (Applied(edit=ONE, resource_version="2"),)


def stopped(because: Because) -> list[str]:
    """The words where the second of three edits ended it."""
    return list(outcome_lines(Stopped(applied=MADE, at=TWO, because=because, left=(THREE,))))


def test_a_refused_edit_was_not_made() -> None:
    assert stopped(Failed(kind="forbidden", error="no right\nask for it")) == [
        "Stopped at an edit of shop/two: no right (ask for it)",
        "  Edits made: shop/one; not made: 2.",
    ]


def test_an_edit_without_an_answer_may_have_been_made() -> None:
    assert stopped(Unsure(kind="unreachable", error="no answer")) == [
        "Stopped at an edit of shop/two: no answer",
        '  This edit may have been made: give shop/two the sharing key "dns"',
        "  Edits made: shop/one; not made: 1.",
    ]


def test_an_edit_that_the_journal_cannot_note_was_made() -> None:
    made = (*MADE, Applied(edit=TWO, resource_version="3"))
    result = Stopped(applied=made, at=TWO, because=JournalLost(error="full"), left=(THREE,))
    assert list(outcome_lines(result)) == [
        "Stopped after the edit of shop/two: full",
        "  Edits made: shop/one, shop/two; not made: 1.",
    ]


def test_what_somebody_else_changed_is_named_with_its_object() -> None:
    stale = Stale(object=service_ref(ONE.service), field="spec.type", was="LoadBalancer", now=None)
    assert stopped(Changed(stale=(stale,)))[0] == (
        "Stopped at an edit of shop/two: changed meanwhile by somebody else:"
        ' Service shop/one: spec.type was "LoadBalancer" and is not set'
    )


def test_interrupted_with_an_edit_under_way() -> None:
    result = Interrupted(signal="SIGTERM", applied=MADE, unsure=TWO, left=(THREE,), journal_error=None)
    assert list(outcome_lines(result)) == [
        "Interrupted (SIGTERM).",
        '  This edit may have been made: give shop/two the sharing key "dns"',
        "  Edits made: shop/one; not made: 1.",
    ]


def test_a_dry_run_names_every_edit_that_is_refused() -> None:
    refused = Refused(edit=TWO, because=Failed(kind="invalid", error="no such policy"))
    assert list(outcome_lines(Judged(edits=(ONE, THREE), refused=(refused,)))) == [
        "Of 3 edits the API server would not take 1; nothing was changed:",
        '  give shop/two the sharing key "dns": no such policy',
    ]
    assert list(outcome_lines(Judged(edits=(ONE,)))) == [
        "The API server would accept every edit; nothing was changed."
    ]
    assert progress_line(Sending(index=1, total=3, edit=TWO, dry_run=True)).startswith("Judging edit 2 of 3")


def test_waiting_is_told_in_steps_of_ten_seconds() -> None:
    seen = [progress_line(Waiting(services=(ONE.service,), left_s=left)) for left in (59.9, 55.0, 50.0, 2.5)]
    assert [line.removeprefix("Waiting for MetalLB: shop/one ") for line in seen] == [
        "(up to 60 s more)",
        "(up to 60 s more)",
        "(up to 50 s more)",
        "(up to 3 s more)",
    ]
    assert progress_line(Waiting(services=(), left_s=1.0)) == ""
