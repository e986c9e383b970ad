"""The edits of a plan for files as one unified diff for ``git apply``; in words where that cannot be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.files.edited_text import EditedText
from kubectl_sharedip.files.errors import shown
from kubectl_sharedip.files.manifests import FieldEdit, edited, text_to_edit
from kubectl_sharedip.files.marks import NoPlace
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.plan import Edit
from kubectl_sharedip.report.plan_edits import operation_text


@frozen
class ManifestDiff:
    """The diff, what has to be done by hand beside it, and the folder in which it is to be applied.

    ``folder`` None: the present one.
    """

    diff: str
    by_hand: tuple[str, ...]
    folder: Path | None


def manifest_diff(reading: Reading, edits: Iterable[Edit]) -> ManifestDiff:
    """The edits as a diff of the files that the Services were read from, file by file as they were given."""
    theirs: dict[str, list[Edit]] = {}
    for edit in edits:
        file = reading.snapshot.services[edit.service].origin.file
        theirs.setdefault(file or "-", []).append(edit)
    done: dict[str, EditedText] = {}
    by_hand: list[str] = []
    for file in (each for each in dict.fromkeys(_files(reading)) if each in theirs):
        text, words = _of_file(reading, file, theirs[file])
        by_hand.extend(words)
        if text is not None:
            done[file] = text
    # git writes to no file through a link: the diff is of the file itself.
    files = {file: Path(file).resolve() for file in done}
    folder = _folder(files.values())
    base = folder or Path.cwd()
    diffs = (text.diff(str(files[file].relative_to(base))) for file, text in done.items())
    return ManifestDiff(diff="".join(diffs), by_hand=tuple(by_hand), folder=folder)


def _files(reading: Reading) -> Iterable[str]:
    return (document.origin.file or "-" for document in reading.raw.documents)


def _of_file(reading: Reading, file: str, edits: Sequence[Edit]) -> tuple[EditedText | None, list[str]]:
    """The file with as many of the edits as can be written into it, the others in words."""
    made: list[FieldEdit] = []
    found: EditedText | None = None
    words: list[str] = []
    try:
        text = text_to_edit(file)
    except NoPlace as refusal:
        return None, [line for edit in edits for line in _in_words(reading, edit, refusal.because)]
    for edit in edits:
        fields = list(_fields(reading, edit))
        try:
            found = edited(text, [*made, *fields], file=file)
            made.extend(fields)
        except NoPlace as refusal:
            words.extend(_in_words(reading, edit, refusal.because))
    return found, words


def _fields(reading: Reading, edit: Edit) -> Iterable[FieldEdit]:
    origin = reading.snapshot.services[edit.service].origin
    # What is taken away goes last: a mapping that gets another field meanwhile stays.
    for operation in sorted(edit.operations, key=lambda one: one.value is None):
        yield FieldEdit(line=origin.line or 1, item=origin.item, path=operation.path, value=operation.value)


def _in_words(reading: Reading, edit: Edit, because: str) -> Iterable[str]:
    origin = reading.snapshot.services[edit.service].origin
    item = f" items[{origin.item}]" if origin.item is not None else ""
    place = f"{shown(origin.file or '-', origin.line)}{item}"
    yield f"{place}: {because}, so the diff leaves {edit.service} out. By hand:"
    for operation in edit.operations:
        yield f"  {operation_text(operation.path, operation.value, operation.was)}"


def _folder(files: Iterable[Path]) -> Path | None:
    """Where the diff is to be applied: git takes no path that leads out of the present folder."""
    folders = [file.parent for file in files]
    here = Path.cwd()
    if all(folder.is_relative_to(here) for folder in folders):
        return None
    return Path(os.path.commonpath(folders))
