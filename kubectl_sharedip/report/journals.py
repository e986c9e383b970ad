"""The JournalList document of ``undo --list``: it is made of files, and asks no cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kubectl_sharedip.model.journal import RunEntry
from kubectl_sharedip.model.snapshot import Note
from kubectl_sharedip.report.envelope import Document, asked_nobody
from kubectl_sharedip.report.words import note_message


def journal_list(runs: Iterable[RunEntry], damaged: Sequence[tuple[str, str]]) -> Document:
    """The document of these runs, in their order.

    ``damaged`` are the journals that cannot be read: path, and what is wrong with it.
    """
    notes = [
        Note(code="SIP903", values={"object": f"journal {path}", "field": "", "where": "", "because": what})
        for path, what in damaged
    ]
    return {
        **asked_nobody("JournalList"),
        "items": [_item(run) for run in runs],
        "notes": [{"code": note.code, "message": note_message(note)} for note in notes],
    }


def _item(run: RunEntry) -> Document:
    cut_off = f"{run.made} of {run.edits} edits made: " if run.state == "partly" else ""
    return {
        "id": run.id,
        "at": run.at,
        "cluster": {
            "context": run.cluster.context,
            "server": run.cluster.server,
            "uid": run.cluster.uid,
        },
        "state": run.state,
        "summary": f"{cut_off}{run.summary}",
    }
