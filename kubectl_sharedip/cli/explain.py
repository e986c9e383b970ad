"""``explain``: the page of a code, or the schema of a document."""

from __future__ import annotations

import click

from kubectl_sharedip.cli.failures import Exit
from kubectl_sharedip.cli.output import print_answer, width


def code(asked: str) -> int:
    """Prints the page of a code. Returns 0; raises click.UsageError for one that nobody knows."""
    from kubectl_sharedip.render.pages import page_text
    from kubectl_sharedip.report.pages import UnknownCode, page_of

    try:
        page = page_of(asked)
    except UnknownCode as unknown:
        near = f" The nearest: {', '.join(unknown.nearest)}." if unknown.nearest else ""
        raise click.UsageError(f'There is no code "{asked}".{near}') from unknown
    print_answer(page_text(page, width=width()))
    return Exit.OK


def schema(kind: str) -> int:
    """Prints the JSON Schema of a kind of document. Returns 0; raises click.UsageError for an unknown one."""
    from kubectl_sharedip.render.structured import to_json
    from kubectl_sharedip.report.schema import kinds
    from kubectl_sharedip.report.schema import schema as schema_of

    by_word = {known.lower(): known for known in kinds()}
    known = by_word.get(kind.lower())
    if known is None:
        raise click.UsageError(f'There is no document "{kind}". There are: {", ".join(kinds())}.')
    print_answer(to_json(schema_of(known)))
    return Exit.OK
