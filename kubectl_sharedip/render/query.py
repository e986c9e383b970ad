"""A part of a document, chosen by a JMESPath expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class QueryError(Exception):
    """An expression that cannot be used. ``place`` is where in it, 0 or more; None where none is known."""

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

    before = len(expression) - len(expression.lstrip())
    before += expression.startswith(".", before)
    text = expression[before:].rstrip()
    try:
        return jmespath.search(text, document)
    except ParseError as error:
        place = before + min(max(error.lex_position or 0, 0), len(text))
        raise QueryError(expression, place, "not JMESPath from here") from error
    except JMESPathError as error:
        raise QueryError(expression, None, " ".join(str(error).split())) from error
