"""Which kubeconfig files there are and what stands in them, before anything is chosen.

The kubernetes library reads each file; putting several together is done here, since the library
lets the last file's current-context win and stumbles over an empty file, and kubectl does neither.
It refuses to quote a file in an error: there are tokens in it.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.library import library
from kubectl_sharedip.model.frozen import field, frozen

# section of a kubeconfig -> the key of an entry's body, and what kubectl calls it in errors
_SECTIONS = {
    "contexts": ("context", "context"),
    "clusters": ("cluster", "cluster"),
    "users": ("user", "auth info"),
}
_WORTH_LISTING = 8


@frozen
class Entry:
    """One context, cluster or user.

    ``path`` is the file it stands in, where relative paths of it begin; ``save`` writes that file
    again after the library has put a renewed token into ``body``.
    """

    name: str
    body: dict[str, Any] = field(repr=False)
    path: str | None = None
    save: Callable[[], None] | None = field(default=None, repr=False)


@frozen
class Kubeconfig:
    """All files together. ``searched`` says in words where they were looked for."""

    entries: Mapping[str, Mapping[str, Entry]]
    current_context: str | None
    searched: str

    @property
    def empty(self) -> bool:
        """Whether nothing can be chosen from it."""
        return not any(self.entries.values())

    def find(self, section: str, name: str) -> Entry:
        """The entry of that name in ``contexts``, ``clusters`` or ``users``.

        Raises ClusterError (kubeconfig) in kubectl's words, with the nearest name there is.
        """
        entries = self.entries[section]
        if name in entries:
            return entries[name]
        raise ClusterError(
            kind="kubeconfig",
            what=f'{_SECTIONS[section][1]} "{name}" does not exist',
            where=self.searched,
            todo=_nearest(name, entries) or self.choice(section),
        )

    def find_or_empty(self, section: str, name: str | None, *, spared: bool) -> Entry:
        """The entry, or an empty one where none is named, or where it is not there and ``spared``."""
        if not name or (spared and name not in self.entries[section]):
            return Entry(name=name or "", body={})
        return self.find(section, name)

    def current(self) -> Entry:
        """The context that current-context names. Raises ClusterError (kubeconfig) as find does."""
        name = self.current_context or ""
        if name in self.entries["contexts"]:
            return self.entries["contexts"][name]
        raise ClusterError(
            kind="kubeconfig",
            what=f"context was not found for specified context: {name}",  # kubectl words it apart
            where=f"{self.searched}: current-context",
            todo=_nearest(name, self.entries["contexts"]) or self.choice("contexts"),
        )

    def choice(self, section: str) -> str:
        """The names of a section, as a sentence."""
        names = sorted(self.entries[section])
        if not names:
            return f"there are no {section} in it"
        more = f" and {len(names) - _WORTH_LISTING} more" if len(names) > _WORTH_LISTING else ""
        return f"{section} there: {', '.join(names[:_WORTH_LISTING])}{more}"


def read_kubeconfig(explicit: str | None, environment: Mapping[str, str]) -> Kubeconfig:
    """The files that kubectl would read: ``explicit``, else KUBECONFIG, else ~/.kube/config.

    Of entries of one name the first counts, and so does the first current-context. Files named in
    KUBECONFIG may be missing, an explicit one may not. Raises ClusterError (kubeconfig).
    """
    paths, searched = _places(explicit, environment)
    entries: dict[str, dict[str, Entry]] = {section: {} for section in _SECTIONS}
    current = None
    for path in paths:
        content, save = _load(path)
        current = current or content.get("current-context") or None
        for section, (key, _) in _SECTIONS.items():
            for entry in _named(content.get(section), key, path, save):
                entries[section].setdefault(entry.name, entry)
    return Kubeconfig(entries=entries, current_context=current and str(current), searched=searched)


def _places(explicit: str | None, environment: Mapping[str, str]) -> tuple[list[str], str]:
    if explicit:
        path = str(Path(explicit).expanduser())
        if not Path(path).exists():
            raise ClusterError(
                kind="kubeconfig",
                what=f"stat {explicit}: no such file or directory",
                where="--kubeconfig",
                todo="check the path",
            )
        return [path], explicit
    listed = environment.get("KUBECONFIG", "")
    if listed:
        given = [str(Path(part).expanduser()) for part in listed.split(os.pathsep) if part]
        return [path for path in given if Path(path).exists()], f"KUBECONFIG={listed}"
    usual = Path("~/.kube/config").expanduser()
    return [str(usual)] if usual.exists() else [], "~/.kube/config"


def _load(path: str) -> tuple[Mapping[str, Any], Callable[[], None]]:
    kube_config = library().kube_config
    try:
        merger = kube_config.KubeConfigMerger(path)
    except kube_config.ConfigException:  # an empty file, which kubectl takes for an empty one
        return {}, lambda: None
    except OSError as error:
        why = (error.strerror or "cannot be read").lower()
        raise _unusable(path, f'error loading config file "{path}": open {path}: {why}') from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise _unusable(path, f'error loading config file "{path}": yaml: {line}{problem}') from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _unusable(path, f'error loading config file "{path}": it is not a kubeconfig') from None
    contents = list(merger.config_files.values())
    return (contents[0] if contents else {}), merger.save_changes


def _named(entries: object, key: str, path: str, save: Callable[[], None]) -> Iterable[Entry]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and "name" in entry:
            body = entry.get(key)
            yield Entry(
                name=str(entry["name"]), body=body if isinstance(body, dict) else {}, path=path, save=save
            )


def _nearest(name: str, names: Iterable[str]) -> str | None:
    close = difflib.get_close_matches(name, sorted(names), n=1)
    return f'did you mean "{close[0]}"?' if close else None


def _unusable(path: str, what: str) -> ClusterError:
    return ClusterError(kind="kubeconfig", what=what, where=path, todo="mend the file, or name another one")
