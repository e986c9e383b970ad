"""Reading a pool's serviceAllocation: for whom the pool is kept, and what MetalLB rejects in it.

Source: ``internal/config/config.go`` (addressPoolServiceAllocationsFromCR,
validateLabelSelectorDuplicate).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from kubectl_sharedip.metallb.families import go_quote
from kubectl_sharedip.metallb.selectors import matches
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.pool import (
    LabelSelector,
    NamespaceLabels,
    PoolResource,
    SelectorTerm,
    ServiceAllocation,
)

T = TypeVar("T")


@frozen
class Audience:
    """Whom a pool with a serviceAllocation is kept for.

    ``namespaces`` are those listed and those that the selectors match now. Where it is empty the
    namespace does not matter; where ``service_selectors`` is empty labels do not.
    """

    priority: int
    namespaces: frozenset[str]
    service_selectors: tuple[LabelSelector, ...]


def audience_of(
    resource: PoolResource, namespaces: Mapping[str, NamespaceLabels], version: Version
) -> Audience | None:
    """For whom the pool is kept; None where it has no serviceAllocation."""
    allocation = resource.allocation
    if allocation is None:
        return None
    names = set(allocation.namespaces)
    for namespace in namespaces.values():
        if any(matches(selector, namespace.labels) for selector in allocation.namespace_selectors):
            names.add(namespace.name)
    selectors = allocation.service_selectors
    if _is_bare(allocation) and version.priority_alone_matches_all:
        selectors = ((),)  # a selector without terms matches every Service
    return Audience(
        priority=allocation.priority, namespaces=frozenset(names), service_selectors=tuple(selectors)
    )


def faults_of(resource: PoolResource) -> Iterator[str]:
    """Every reason, in MetalLB's words where it has any, to reject the serviceAllocation.

    Label keys and values are not checked for their form, which MetalLB does too.
    """
    allocation = resource.allocation
    if allocation is None:
        return
    if _twice(allocation.namespaces) is not None:
        yield "duplicate definition in namespaces field"
    both = (
        ("namespaceSelectors", "namespace", allocation.namespace_selectors),
        ("serviceSelectors", "service", allocation.service_selectors),
    )
    for field, of_what, selectors in both:
        for selector in selectors:
            yield from _selector_faults(selector)
            yield from (f"invalid {of_what} label selector: {fault}" for fault in _term_faults(selector))
        if _twice([_sorted_values(selector) for selector in selectors]) is not None:
            yield f"duplicate definition of {field}"


def _selector_faults(selector: LabelSelector) -> Iterator[str]:
    for term in selector:
        value = _twice(term.values)
        if value is not None:
            yield f"duplicate definition of match expression value in label selector {go_quote(value)}"
    # One value in a list may also stand for a matchLabel, and a matchLabel beside an expression
    # that says the same is no fault.
    expressions = [
        term for term in _sorted_values(selector) if term.operator != "In" or len(term.values) != 1
    ]
    if _twice(expressions) is not None:
        yield "duplicate definition of match expressions"


def _term_faults(selector: LabelSelector) -> Iterator[str]:
    """What cannot be made into a selector (LabelSelectorAsSelector of Kubernetes)."""
    for term in selector:
        if term.operator in ("In", "NotIn"):
            if not term.values:
                yield "for 'in', 'notin' operators, values set can't be empty"
        elif term.operator in ("Exists", "DoesNotExist"):
            if term.values:
                yield "values set must be empty for exists and does not exist"
        else:
            yield f"{go_quote(term.operator)} is not a valid label selector operator"


def _is_bare(allocation: ServiceAllocation) -> bool:
    return not (allocation.namespaces or allocation.namespace_selectors or allocation.service_selectors)


def _sorted_values(selector: LabelSelector) -> LabelSelector:
    # MetalLB sorts the values before it compares.
    return tuple(
        SelectorTerm(key=term.key, operator=term.operator, values=tuple(sorted(term.values)))
        for term in selector
    )


def _twice(values: Sequence[T]) -> T | None:
    return next((value for place, value in enumerate(values) if value in values[:place]), None)
