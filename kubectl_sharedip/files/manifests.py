"""Files of manifests with fields of some objects changed: bytes in, an edited text out.

It exists to hold what ``splice`` writes against what was meant: an edited file is read again, and is
given back only where nothing but these fields differs. It writes no file.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from kubectl_sharedip.files.edited_text import EditedText
from kubectl_sharedip.files.errors import FileError
from kubectl_sharedip.files.json_text import json_documents, looks_like_json
from kubectl_sharedip.files.marks import NoPlace
from kubectl_sharedip.files.read import HAND_WRITTEN, parsed
from kubectl_sharedip.files.splice import splices
from kubectl_sharedip.files.yaml_text import yaml_nodes
from kubectl_sharedip.model.frozen import frozen

_BOM = codecs.BOM_UTF8.decode()


@frozen
class FieldEdit:
    """A field of one object in a file.

    ``line`` is the first line of its document (1 or more), ``item`` its place in a List. ``path`` are
    the steps to the field; ``value`` None takes it away.
    """

    line: int
    item: int | None
    path: tuple[str, ...]
    value: str | None


def text_to_edit(file: str) -> str:
    """The text of a file, every byte of it. Raises NoPlace where it is none that can be written back."""
    if file == "-":
        raise NoPlace("it was read from stdin")
    try:
        data = Path(file).read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise NoPlace(f"it cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError:
        raise NoPlace("it is packed, or no text in UTF-8") from None
    return text


def edited(text: str, edits: Sequence[FieldEdit], *, file: str) -> EditedText:
    """The text with these fields changed, one after the other; nothing else of it differs.

    Raises NoPlace where that cannot be done, for whichever of them.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    bare = text[len(mark) :]
    in_json = _is_json(bare, file)
    if in_json and len(bare) > HAND_WRITTEN:
        raise NoPlace("it is JSON, and too large to be edited in place")
    try:
        documents = parsed(file, bare)
        now = EditedText.of(bare)
        meant = deepcopy([body for _, body in documents])
        lines = [line for line, _ in documents]
        for edit in edits:
            place = lines.index(edit.line)
            found = splices(
                now.text,
                yaml_nodes(now.text, file=file),
                (place, edit.item),
                edit.path,
                edit.value,
                in_json=in_json,
            )
            now = now.spliced(found)
            _set(_object(meant[place], edit.item), edit)
        result = [body for _, body in parsed(file, now.text)]
    except (FileError, ValueError) as error:
        raise NoPlace("its text cannot be edited in place") from error
    if _plain(result) != _plain(meant):
        raise NoPlace("its text cannot be edited in place")
    return _with_mark(now, mark)


def _is_json(text: str, file: str) -> bool:
    """Whether the JSON reader takes it; what only looks like it is YAML in braces."""
    if not looks_like_json(text):
        return False
    try:
        json_documents(text, file=file)
    except FileError:
        return False
    return True


def _with_mark(now: EditedText, mark: str) -> EditedText:
    if not mark:
        return now
    first, *rest = now.lines
    return EditedText(
        before=(mark + now.before[0], *now.before[1:]),
        lines=(type(first)(text=mark + first.text, origin=first.origin), *rest),
    )


def _object(body: Any, item: int | None) -> dict[str, Any]:
    found = body if item is None else body["items"][item]
    if not isinstance(found, dict) or "items" in found:
        raise NoPlace("it stands in a List within a List")
    return found


def _set(body: dict[str, Any], edit: FieldEdit) -> None:
    *steps, last = edit.path
    for step in steps:
        if body.get(step) is None:
            body[step] = {}
        body = body[step]
    if edit.value is None:
        body.pop(last, None)
    else:
        body[last] = edit.value


def _plain(value: Any) -> Any:
    """The value without fields that are empty: no annotations are no annotations, however written."""
    if isinstance(value, Mapping):
        shown = {key: _plain(one) for key, one in value.items()}
        return {key: one for key, one in shown.items() if one is not None and one != {}}
    return [_plain(one) for one in value] if isinstance(value, list) else value
