"""What goes wrong with a file, said so that the reader knows where to look and what to do next.

The words are made here because only this room knows whether a file is cut off, binary or a
template. It refuses to print and to decide an exit status. The text quotes the file, so whoever
prints it makes control characters visible first.
"""

from __future__ import annotations

import posixpath


class FileError(Exception):
    """A file that cannot be used.

    ``what`` is the problem in one line without a full stop, ``where`` the file or ``file:line``,
    ``todo`` one line that says how to go on.
    """

    def __init__(self, *, what: str, where: str, todo: str) -> None:
        super().__init__(what, where, todo)
        self.what = what
        self.where = where
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n{self.todo}"


def shown(file: str, line: int | None = None) -> str:
    """The place to print for ``file`` as it was given (``-`` is stdin) and ``line`` (1 or more)."""
    name = "stdin" if file == "-" else file
    return name if line is None else f"{name}:{line}"


def syntax_error(*, file: str, line: int | None, problem: str, text: str) -> FileError:
    """The error for text that no parser accepts.

    ``line`` is 1 or more where it is known, ``problem`` the parser's words, ``text`` the whole
    file: braces in it that were never filled in explain most of these.
    """
    return FileError(
        what=" ".join(problem.split()),
        where=shown(file, line),
        todo=_template_hint(text) or "Correct the file there, or write it again if it was cut off.",
    )


def not_an_object(*, file: str, line: int, item: int | None, because: str, text: str) -> FileError:
    """The error for a document that parses and is no Kubernetes object.

    ``line`` is the first line of the document (1 or more), ``item`` its place in a List,
    ``because`` what is missing, ``text`` the whole file.
    """
    place = shown(file, line) + (f" items[{item}]" if item is not None else "")
    todo = (
        _tool_hint(file)
        or _template_hint(text)
        or "Every document needs apiVersion and kind; leave out files that hold anything else."
    )
    return FileError(what=f"not a Kubernetes object: {because}", where=place, todo=todo)


def _template_hint(text: str) -> str | None:
    if "{{" not in text:
        return None
    return (
        "There is {{ in the file: it looks like an unrendered template. "
        "Render it first (helm template ...) and give the result with -f -."
    )


def unrendered(*, file: str, line: int, item: int | None, field: str) -> FileError:
    """The error for an object that parses and has braces that were never filled in, in ``field``."""
    place = shown(file, line) + (f" items[{item}]" if item is not None else "")
    return FileError(
        what=f"a template that is not rendered: there is {{{{ in {field}",
        where=place,
        todo="Render it first (helm template ...) and give the result with -f -.",
    )


def refused_object(*, file: str, line: int, item: int | None, field: str, because: str) -> FileError:
    """The error for an object that no API server takes, since ``field`` is wrong; places as above."""
    place = shown(file, line) + (f" items[{item}]" if item is not None else "")
    return FileError(
        what=f"{field}: {because}",
        where=place,
        todo="The API server would refuse the object, so it is left out.",
    )


def _tool_hint(file: str) -> str | None:
    # Both kinds of folder are often given whole, and their own settings are not for the API server.
    name = posixpath.basename(file.replace("\\", "/"))
    if name in ("kustomization.yaml", "kustomization.yml"):
        return "The folder is for kustomize: run kubectl kustomize on it and give the result with -f -."
    if name in ("Chart.yaml", "values.yaml"):
        return "The folder is a Helm chart: render it (helm template ...) and give the result with -f -."
    return None
