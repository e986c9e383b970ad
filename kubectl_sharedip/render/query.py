"""A part of a document, chosen by a JMESPath expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class QueryError(Exception):
    """An expression that cannot be used. ``place`` is where, 0 or more; None where none is known."""

    def __init__(self, expression: str, place: int | None, because: str) -> None:
        super().__init__(because)
        self.expression = expression
        self.place = place
        self.because = because


def choose(document: Mapping[str, Any], expression: str) -> Any:
    """What the expression selects of the document; None where it selects nothing.

    A leading dot, as in a jsonpath, is forgiven. Raises QueryError.
    """
    import jmespath
    from jmespath.exceptions import JMESPathError, ParseError

    text = expression.strip().removeprefix(".")
    try:
        return jmespath.search(text, document)
    except ParseError as error:
        place = min(max(error.lex_position or 0, 0), len(text))
        raise QueryError(text, place, "not JMESPath from here") from error
    except JMESPathError as error:
        raise QueryError(text, None, " ".join(str(error).split())) from error
