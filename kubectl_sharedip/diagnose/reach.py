"""What of a Service's announcement speaks for or against its address being reached.

It exists for who tries addresses: all else that is found of a Service is of no use there.
"""

from __future__ import annotations

from kubectl_sharedip.diagnose import announcement
from kubectl_sharedip.diagnose.reads import checked, known
from kubectl_sharedip.diagnose.view import view_of
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.outcomes import Refused
from kubectl_sharedip.metallb.refusals import Unexplained
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis, Skipped
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

_POOLS = "ipaddresspools"
_NOT_ADVERTISED = "SIP601"
# What MetalLB would do with it now is no matter here.
_UNDECIDED = Refused(refusal=Unexplained(facts=(), text=""), event=None)


def reach(snapshot: Snapshot, views: tuple[State, ...], service: Service) -> Diagnosis | None:
    """The findings SIP6xx and SIP209 of a Service with an address; None where no MetalLB handles it."""
    state = state_for(views, service)
    if state is None:
        return None
    if not known(snapshot, _POOLS):
        skipped = (Skipped(code=_NOT_ADVERTISED, resources=(_POOLS,)),)
        return Diagnosis(service=service.name, findings=(), skipped=skipped)
    view = view_of(snapshot, state, service, _UNDECIDED)
    found, skipped_checks = checked(view, announcement.CHECKS)
    return Diagnosis(service=service.name, findings=tuple(found), skipped=tuple(skipped_checks))
