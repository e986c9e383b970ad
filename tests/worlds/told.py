"""What the model foretells of events, against those that a controller wrote in a step.

Only the last failure of each refused Service is compared, and whether there is one: a pass is often
repeated, so how often something is said means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.edits import Edit, PoolsEdit, Restart, ServiceDeletion, ServiceEdit
from kubectl_sharedip.metallb.looks import Walk, look
from kubectl_sharedip.metallb.outcomes import Refused
from kubectl_sharedip.metallb.poolchange import load
from kubectl_sharedip.metallb.pools import accept
from kubectl_sharedip.metallb.rest import unrested
from kubectl_sharedip.metallb.state import State, handled_by, own_pools
from kubectl_sharedip.model.names import ServiceName

from .course import service_name
from .play import Seen

_BURST = 25  # MetalLB's recorder drops what comes after, for minutes
_FAILURES = ("AllocationFailed", "LoadBalancerFailed", "not enough clusterips", "noclusterIPsIPFamily")
_COMBINED = "(combined from similar events): "
_HOLDERS = re.compile(r"(?<=address also in use by )\S+")


class Told:
    """Counts the events of each Service through a play."""

    def __init__(self) -> None:
        self._written: dict[str, int] = {}

    def count(self, seen: Seen) -> None:
        """To be called once a step. A Service that is made anew has its own count."""
        for name, events in seen["events"].items():
            self._written[name] = self._written.get(name, 0) + sum(count for _, _, count in events)
        for name in [name for name in self._written if name not in seen["services"]]:
            del self._written[name]

    def problems(self, before: State, edit: Edit | None, end: State, seen: Seen) -> Iterator[str]:
        """What is told of refused Services and should not be, or the other way round."""
        pending = [name for name in seen["services"] if self._written.get(name, 0) < _BURST]
        pending = [name for name in pending if _is_pending(end, service_name(name))]
        everybody = _wakes_all(before, edit, end) if pending else None
        for text in pending:
            name = service_name(text)
            last = _last_failure(seen["events"].get(text, ()))
            looked = True if isinstance(edit, ServiceEdit) and edit.service.name == name else everybody
            if last is None and looked is not True:
                continue
            if last is not None and looked is False:
                yield f"{text}: the model foretells no look, the controller says: {last}"
                continue
            foretold = _foretold(end, name)
            if last != foretold and last not in _foretold_earlier(before, end, name):
                yield f"{text}: the controller says: {last}; the model: {foretold}"


def _is_pending(state: State, name: ServiceName) -> bool:
    service = state.services[name]
    return service.type == "LoadBalancer" and not service.ingress


def _last_failure(events: Sequence[tuple[str, str, int]]) -> str | None:
    failures = [message for reason, message, _ in events if reason in _FAILURES]
    return _comparable(failures[-1]) if failures else None


def _foretold(state: State, name: ServiceName) -> str | None:
    outcome = decide(state, state.services[name])
    if not isinstance(outcome, Refused) or outcome.event is None:
        return None
    return _comparable(outcome.event.message)


def _foretold_earlier(before: State, end: State, name: ServiceName) -> Iterator[str | None]:
    """The texts of a look before some that wait too were given an address in the same pass.

    Nothing may bring another look at this Service after that.
    """
    given = [
        other
        for other in end.services
        if other != name and not before.allocated(other) and end.allocated(other)
    ]
    for count in range(1, len(given) + 1):
        for late in combinations(given, count):
            ledger = end.ledger
            for other in late:
                ledger = ledger.release(other)
            yield _foretold(replace(end, ledger=ledger), name)


def _comparable(message: str) -> str:
    """The text as far as it is no chance: holders are named in any order."""
    message = message.removeprefix(_COMBINED)
    return _HOLDERS.sub(lambda found: ",".join(sorted(found[0].split(","))), message)


def _wakes_all(before: State, edit: Edit | None, end: State) -> bool | None:
    """Whether the step makes MetalLB look at all Services; None where that is chance."""
    if edit is None or (before.postponed is not None and end.postponed is None):
        return edit is not None  # pools that were put off have come into force with it
    if isinstance(edit, ServiceEdit):
        return _edit_wakes_all(before, edit)
    if isinstance(edit, ServiceDeletion):
        return before.allocated(edit.name) is not None
    if isinstance(edit, PoolsEdit):
        pools = accept(own_pools(edit.pools, before.installation), edit.namespaces, before.version)
        return load(before, pools)[1]
    assert isinstance(edit, Restart)
    return True


def _edit_wakes_all(before: State, edit: ServiceEdit) -> bool | None:
    current = before.services.get(edit.service.name)
    edited = replace(edit.service, ingress=current.ingress if current else ())
    if not handled_by(before.installation, edited):
        return False
    ways = look(Walk(unrested(before)), before.with_service(edited), edited.name)
    wakes = {way.wakes for way in ways}
    return wakes.pop() if len(wakes) == 1 else None
