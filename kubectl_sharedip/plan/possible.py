"""What rules out any plan, whatever it would edit."""

from __future__ import annotations

from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

# Under these no edit of a Service helps, or nobody can foretell what an edit would do.
BLOCKING = ("SIP301", "SIP308", "SIP401", "SIP402", "SIP403", "SIP404", "SIP405", "SIP406", "SIP701")


def blocking_code(state: State, service: Service, diagnosis: Diagnosis) -> str | None:
    """The finding that rules out a plan for this Service, or None where nothing does.

    A Service that is being deleted is answered with SIP705.
    """
    if service.terminating:
        return "SIP705"
    if not state.version.modelled:
        return "SIP907"
    if state.in_doubt:
        return "SIP506"  # older pools may be in force: what an edit would do cannot be foretold
    # What is only possible there (SIP308 aside, which never is certain) rules nothing out.
    codes = {one.code for one in diagnosis.findings if one.certain or one.code == "SIP308"}
    if diagnosis.notes:
        return diagnosis.notes[0].code  # in flight: what comes by itself needs no edit
    pools_unread = any("ipaddresspools" in skipped.resources for skipped in diagnosis.skipped)
    if pools_unread:
        return "SIP901"
    return next((code for code in BLOCKING if code in codes), None)


def unseen(snapshot: Snapshot) -> bool:
    """Whether Services may be there that could not be read."""
    return any(gap.resource == "services" and gap.reason != "not-in-files" for gap in snapshot.not_read)
