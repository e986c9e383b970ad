"""What a finding rests on must have been read: what was not is skipped by name, never silently fine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.view import Check, View
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Finding, Skipped
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.snapshot import Snapshot


def rests_on_doubt(view: View, code: str) -> bool:
    """Whether the finding reads pools, and others than these may be in force."""
    return view.state.in_doubt and "ipaddresspools" in CATALOGUE[code].reads


def checked(view: View, checks: Iterable[Check]) -> tuple[list[Finding], list[Skipped]]:
    """What these checks find of the Service, and which of their findings could not be looked for."""
    given: list[Finding] = []
    skipped: list[Skipped] = []
    missing = _missing(view.snapshot, view.state)
    its = ("both", "pending" if view.pending else "assigned")
    for check in checks:
        if check.of in its and (check.arises is None or check.arises(view)):
            if not missing or missing.keys().isdisjoint(check.codes):
                given.extend(check.look(view))
                continue
            told = tuple(check.look(view))
            proven = {finding.code for finding in told if check.proves}
            unread = {code: missing[code] for code in check.codes if code in missing and code not in proven}
            skipped.extend(Skipped(code=code, resources=lacks) for code, lacks in unread.items())
            given.extend(one for one in told if one.code not in unread)
    return given, skipped


def worth_asking(snapshot: Snapshot, state: State, checks: Iterable[Check]) -> tuple[Check, ...]:
    """Those of the checks that may find something, or are missing something, of some Service of the State."""
    missing = _missing(snapshot, state)
    return tuple(
        check
        for check in checks
        if check.nowhere is None
        or not missing.keys().isdisjoint(check.codes)
        or not check.nowhere(snapshot, state)
    )


def missing_for(view: View, code: str) -> tuple[str, ...]:
    """What the row of the finding reads and nobody knows."""
    return _missing(view.snapshot, view.state).get(code, ())


@once
def _missing(snapshot: Snapshot, state: State) -> Mapping[str, tuple[str, ...]]:
    """What nobody knows, by the code that it is missing for: it is the same for all Services."""
    reads = {resource for row in CATALOGUE.values() for resource in row.reads}
    lacking = {resource for resource in reads if not enough(snapshot, state, resource)}
    return {
        code: tuple(resource for resource in row.reads if resource in lacking)
        for code, row in CATALOGUE.items()
        if not lacking.isdisjoint(row.reads)
    }


def known(snapshot: Snapshot, resource: str) -> bool:
    """Whether all objects of this resource are known; one that the server does not have has none."""
    if snapshot.was_read(resource):
        return True
    return any(gap.resource == resource and gap.reason == "absent" for gap in snapshot.not_read)


def enough(snapshot: Snapshot, state: State, resource: str) -> bool:
    """Whether what is known of the resource suffices for this MetalLB: Namespaces matter to pools that
    select by their labels alone."""
    if resource != "namespaces" or known(snapshot, resource):
        return known(snapshot, resource)
    allocations = (pool.resource.allocation for pool in state.pools.by_name.values())
    return not any(allocation and allocation.namespace_selectors for allocation in allocations)
