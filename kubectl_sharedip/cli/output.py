"""Documents to stdout, everything else to stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

import click

from kubectl_sharedip.cli.failures import Unread
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.render.style import Style, colour_wanted
from kubectl_sharedip.render.text import cell_width, visible, wrap

if TYPE_CHECKING:
    from kubectl_sharedip.render.query import QueryError

STRUCTURED = ("json", "yaml")
NO_COLOUR = Style(enabled=False)


def style_of(request: Request) -> Style:
    """Colour, if it is wanted and stdout can show it."""
    return Style(enabled=colour_wanted(request.color, sys.stdout.isatty(), os.environ))


def width() -> int | None:
    """The cells of a line of the terminal; None where stdout is none, so that nothing is cut."""
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    return None


def wants_document(request: Request) -> bool:
    """Whether the answer is a document for a program; --query alone asks for one, as JSON."""
    return request.output in STRUCTURED or request.query is not None


def on_terminal() -> bool:
    """Whether a person looks at stdout."""
    return sys.stdout.isatty()


def draws_boxes() -> bool:
    """Whether stdout can show box characters."""
    try:
        "├─└│".encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def structured(document: dict[str, Any], request: Request, *, one_line: bool = False) -> str:
    """The document, or what --query chooses of it, as JSON or YAML.

    With ``one_line`` JSON takes one line, and YAML begins with the mark of a new document.
    Raises click.UsageError for an expression that cannot be used.
    """
    from kubectl_sharedip.render.query import QueryError, choose
    from kubectl_sharedip.render.structured import to_json, to_yaml

    if request.output not in (None, *STRUCTURED):
        raise click.UsageError(f"--query needs -o json or -o yaml, not -o {request.output}.")
    try:
        chosen = document if request.query is None else choose(document, request.query)
    except QueryError as error:
        raise click.UsageError(_pointed("--query ", error)) from error
    if request.output == "yaml":
        return f"---\n{to_yaml(chosen)}" if one_line else to_yaml(chosen)
    return to_json(chosen, one_line=one_line)


def columns_of(document: dict[str, Any], text: str, *, headers_shown: bool) -> str:
    """The items as the columns of ``NAME:EXPR,...``, each EXPR a JMESPath on an item.

    Raises click.UsageError for columns that cannot be used.
    """
    from kubectl_sharedip.render.columns import ColumnError, custom_columns
    from kubectl_sharedip.render.query import QueryError

    try:
        return custom_columns(document, text, headers_shown=headers_shown)
    except ColumnError as error:
        raise click.UsageError(f"-o custom-columns={text}: {error}") from error
    except QueryError as error:
        raise click.UsageError(_pointed("-o custom-columns=", error)) from error


def arranged(document: dict[str, Any], request: Request) -> dict[str, Any]:
    """The document as --sort-by wants its items; as it is without. Raises click.UsageError."""
    if request.sort_by is None:
        return document
    from kubectl_sharedip.render.query import QueryError
    from kubectl_sharedip.render.sorting import sorted_by

    try:
        return sorted_by(document, request.sort_by)
    except QueryError as error:
        raise click.UsageError(_pointed("--sort-by ", error)) from error


def _pointed(flag: str, error: QueryError) -> str:
    """The flag with its expression, and a caret under the place on a line of its own."""
    if error.place is None:
        return f"{flag}{error.expression}: {error.because}"
    before = cell_width(visible(f"error: {flag}{error.expression[: error.place]}"))
    return f"{flag}{visible(error.expression)}\n{' ' * before}^ {error.because}"


def print_answer(text: str) -> None:
    """The answer, to stdout. Raises Unread where nobody reads it."""
    try:
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        _silence(sys.stdout)
        raise Unread from error


def print_exactly(text: str) -> None:
    """Text that a program reads byte for byte, to stdout as UTF-8. Raises Unread where nobody reads it."""
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    except BrokenPipeError as error:
        _silence(sys.stdout)
        raise Unread from error


def print_document(document: dict[str, Any], request: Request, *, one_line: bool = False) -> None:
    """The document as ``structured`` makes it, to stdout.

    Of one of which --query chooses a part the notes go to stderr: they may not be in that part. Raises
    click.UsageError for an expression that cannot be used, Unread where nobody reads it.
    """
    print_answer(structured(document, request, one_line=one_line))
    if request.query is not None:
        print_notes(document)


def print_notes(document: dict[str, Any]) -> None:
    """The notes of a document, to stderr, each once."""
    say(f"note: {note['message']} ({note['code']})" for note in document["notes"])


def say(lines: Iterable[str]) -> None:
    """Lines to stderr, wrapped to its width.

    Where nobody reads them they are lost: a word that cannot be said stops no edit halfway.
    """
    columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    shown = (part for line in lines for part in wrap(visible(line), columns, 2))
    say_as_it_is(shown)


def say_as_it_is(lines: Iterable[str]) -> None:
    """Lines to stderr that are there to be copied; lost where nobody reads them, as with ``say``."""
    try:
        for line in lines:
            print(line, file=sys.stderr)
    except BrokenPipeError:
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """Has what is still in the stream, and what comes, go nowhere: it is flushed while ending."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
