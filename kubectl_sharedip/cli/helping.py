"""What would help a Service, foretold: the ways of ``fix``, and what a person may type.

It exists because ``why`` and ``check`` tell the same remedies of the same findings. It refuses to print.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from kubectl_sharedip.cli.announced_after import advertisements_of
from kubectl_sharedip.cli.naming import pending
from kubectl_sharedip.diagnose.run import with_owners
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.settle import unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal, Plan
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot
from kubectl_sharedip.plan.make import make_plan
from kubectl_sharedip.plan.possible import blocking_code, unseen
from kubectl_sharedip.plan.rewrites import Rewrites, rewrites_of
from kubectl_sharedip.report.commands import InForce
from kubectl_sharedip.report.remedies import Remedies, remedies_of

Help = Callable[[Service, Diagnosis], tuple[Diagnosis, Remedies]]
"""Gives the diagnosis, with who would undo the edits of its remedies, and the remedies."""

_Waiting = Callable[[int], frozenset[ServiceName]]


@frozen
class _Ground:
    snapshot: Snapshot
    views: tuple[State, ...]
    flags: InForce
    waiting: _Waiting


def help_on(snapshot: Snapshot, views: tuple[State, ...], flags: InForce) -> Help:
    """What gives the remedies of Services of this snapshot, simulated on ``views``, its States.

    ``flags`` are those that printed commands repeat.
    """
    # One sweep over a MetalLB's Services serves the plans of all of them.
    waiting = cache(lambda place: unrested(views[place]))
    ground = _Ground(snapshot=snapshot, views=views, flags=flags, waiting=waiting)
    return lambda service, diagnosis: _helped(ground, service, diagnosis)


def _helped(ground: _Ground, service: Service, diagnosis: Diagnosis) -> tuple[Diagnosis, Remedies]:
    plan = _plan(ground, service, diagnosis)
    rewrites = _rewrites(ground, service, diagnosis)
    whole = with_owners(diagnosis, plan, ground.snapshot.services, by_hand=bool(rewrites))
    remedies = remedies_of(
        whole,
        plan,
        ground.flags,
        state=state_for(ground.views, service),
        waits=service in pending([service]),
        rewrites=rewrites,
    )
    return whole, remedies


def _plan(ground: _Ground, service: Service, diagnosis: Diagnosis) -> Plan | None:
    """The ways that would help a Pending Service, each simulated; None where no edit of it can."""
    state = state_for(ground.views, service)
    if state is None or service not in pending([service]) or blocking_code(state, service, diagnosis):
        return None
    return make_plan(
        state,
        Goal(service=service.name),
        (),
        unseen=unseen(ground.snapshot),
        waiting=ground.waiting(ground.views.index(state)),
        announcing=advertisements_of(ground.snapshot),
    )


def _rewrites(ground: _Ground, service: Service, diagnosis: Diagnosis) -> Rewrites:
    """What may be written into the Service by hand; nothing where no MetalLB handles it."""
    state = state_for(ground.views, service)
    if state is None:
        return ()
    place = ground.views.index(state)
    return rewrites_of(
        state, service, diagnosis, lambda: ground.waiting(place), unseen=unseen(ground.snapshot)
    )
