"""What is noted in the journal of a run that was taken back: by which plan, or by hand.

A note that cannot be written costs nothing but words: the next ``undo`` finds that nothing is left.
"""

from __future__ import annotations

from contextlib import suppress

from kubectl_sharedip.apply.journal_record import JournalError
from kubectl_sharedip.apply.journals import Found, mark_undone, pick
from kubectl_sharedip.cli.carry_out import Ended
from kubectl_sharedip.cli.output import say
from kubectl_sharedip.cli.undo_asked import Asked
from kubectl_sharedip.model.results import Done, Unverified

#: What a journal says instead of the id of a plan, where a person took everything back.
BY_HAND = "by hand"


def mark_what_was_undone(asked: Asked, ended: Ended) -> None:
    """Notes in the journal of the first plan that it is taken back, once every edit of that is made."""
    taken_back = isinstance(ended.result, Done) or (
        isinstance(ended.result, Unverified) and not ended.result.reverted
    )
    if ended.journal is not None and ended.journal.entry.undoes is not None and taken_back:
        with suppress(JournalError):  # a journal that was removed meanwhile
            mark(asked, pick(asked.journals, ended.journal.entry.undoes), ended.journal.id)


def who_undid(asked: Asked) -> str:
    """The plan that took this one back and was cut off before that was noted, else a person."""
    later = (found.record for found in asked.journals.found)
    found = next((one for one in later if one.undoes == asked.found.record.id and one.state == "done"), None)
    return found.id if found is not None else BY_HAND


def mark(asked: Asked, found: Found, by: str) -> None:
    try:
        mark_undone(asked.journals, found, by)
    except JournalError as error:  # what was done stays done; the next undo finds that nothing is left
        say([f"That plan {found.record.id} was taken back could not be noted: {error.where}: {error.what}"])
