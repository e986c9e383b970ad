"""Label selectors, matched as Kubernetes matches them."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.model.pool import LabelSelector, SelectorTerm


def matches(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
    """Whether every term holds; a selector without terms matches everything."""
    return all(_holds(term, labels) for term in selector)


def _holds(term: SelectorTerm, labels: Mapping[str, str]) -> bool:
    value = labels.get(term.key)
    if term.operator == "In":
        return value in term.values
    if term.operator == "NotIn":
        # A label that is not there is not in any list either.
        return value not in term.values
    if term.operator == "Exists":
        return value is not None
    return value is None
