"""Reading fields of documents that anybody may have written.

A ``Reader`` gives each field in the type that it should have, and keeps a note of each that it
has not. It never raises for what a document holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kubectl_sharedip.model.raw import RawDocument
from kubectl_sharedip.model.snapshot import Note

EMPTY: Mapping[str, str] = MappingProxyType({})
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)", re.ASCII)


class Reader:
    """One part of one document, and the notes made while reading it."""

    def __init__(self, document: RawDocument, notes: list[Note]) -> None:
        """Reads the document; notes are appended to ``notes``."""
        self._document = document
        self._notes = notes
        self.metadata = self.mapping(document.body, "metadata", "metadata")
        self.spec = self.mapping(document.body, "spec", "spec")
        self.status = self.mapping(document.body, "status", "status")

    def mapping(self, parent: Mapping[str, Any], name: str, path: str) -> Mapping[str, Any]:
        """A nested object, empty where there is none."""
        value = parent.get(name)
        if isinstance(value, dict):
            return value
        self._note_unless_none(value, path, "an object")
        return _NOTHING

    def items(self, parent: Mapping[str, Any], name: str, path: str) -> list[Any]:
        """A list, empty where there is none."""
        value = parent.get(name)
        if isinstance(value, list):
            return value
        self._note_unless_none(value, path, "a list")
        return []

    def text(self, parent: Mapping[str, Any], name: str, path: str) -> str:
        """A text, empty where there is none."""
        value = parent.get(name)
        if isinstance(value, str):
            return value
        self._note_unless_none(value, path, "a string")
        return ""

    def texts_at(self, parent: Mapping[str, Any], path: str, names: tuple[str, ...]) -> list[str]:
        """Several texts of one object, which stands at ``path``: each as ``text`` gives it."""
        return [
            value
            if isinstance(value := parent.get(name, ""), str)
            else self.text(parent, name, f"{path}.{name}")
            for name in names
        ]

    def one_of(self, parent: Mapping[str, Any], name: str, path: str, words: tuple[str, ...]) -> str:
        """One of the words; the first, with a note, for any other."""
        text = self.text(parent, name, path)
        if text and text not in words:
            self.note(path, f"{text!r} is none of {', '.join(words)}: {words[0]} is taken")
        return text if text in words else words[0]

    def time(self, parent: Mapping[str, Any], name: str, path: str) -> str:
        """A time as RFC 3339 has it; empty where there is none, and with a note for what is none."""
        text = self.text(parent, name, path)
        if text and not _TIME.fullmatch(text):
            self.note(path, f"{text!r} is not a time")
            return ""
        return text

    def number(self, parent: Mapping[str, Any], name: str, path: str) -> int | None:
        """A whole number, None where there is none."""
        value = parent.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self.note(path, f"{value!r} is not a whole number")
        return None

    def flag(self, parent: Mapping[str, Any], name: str, path: str, default: bool) -> bool:
        """A boolean, the default where there is none."""
        value = parent.get(name)
        if isinstance(value, bool):
            return value
        self._note_unless_none(value, path, "true or false")
        return default

    def texts(self, parent: Mapping[str, Any], name: str, path: str) -> tuple[str, ...]:
        """A list of texts; entries of another type are left out with a note."""
        listed = self.items(parent, name, path)
        if not listed:
            return ()
        found = tuple([value for value in listed if isinstance(value, str)])
        if len(found) < len(listed):
            for index, value in enumerate(listed):
                if not isinstance(value, str):
                    self.note(f"{path}[{index}]", f"{value!r} is not a string")
        return found

    def string_map(self, parent: Mapping[str, Any], name: str, path: str) -> Mapping[str, str]:
        """A map of texts (labels, annotations); entries of another type are left out with a note."""
        given = self.mapping(parent, name, path)
        found = {k: v for k, v in given.items() if isinstance(k, str) and isinstance(v, str)}
        if len(found) < len(given):
            for key, value in given.items():
                if key not in found:
                    self.note(f'{path}["{key}"]', f"{value!r} is not a string: put it in quotes")
        return MappingProxyType(found) if found else EMPTY

    def changed_at(self, *, but: str = "") -> str | None:
        """When the object was last written, RFC 3339; writes of the subresource ``but`` aside."""
        times = [self.text(self.metadata, "creationTimestamp", "metadata.creationTimestamp")]
        for entry in self.items(self.metadata, "managedFields", "metadata.managedFields"):
            if isinstance(entry, dict) and (not but or entry.get("subresource") != but):
                times.append(self.text(entry, "time", "metadata.managedFields"))
        return max(times) or None

    def note(self, path: str, because: str) -> None:
        """Records that a field, or the object where ``path`` is empty, was left out."""
        body = self._document.body
        metadata = body.get("metadata")
        metadata = metadata if isinstance(metadata, Mapping) else {}
        named = "/".join(str(metadata[k]) for k in ("namespace", "name") if metadata.get(k))
        values = {
            "object": f"{body.get('kind')} {named or '(no name)'}",
            "field": path,
            "because": because,
            "where": str(self._document.origin) if self._document.origin.file else "",
        }
        self._notes.append(Note(code="SIP903", values=MappingProxyType(values)))

    def _note_unless_none(self, value: Any, path: str, wanted: str) -> None:
        """Of a field that has another type than it should; one that is null is not there."""
        if value is not None:
            self.note(path, f"{value!r} is not {wanted}")
