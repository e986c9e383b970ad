"""What the attempts on one address say together.

It exists so that the verdict can be read as a table: each question that it asks is answered here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.probing import Attempt, Beside, Whence

#: Nobody answers for the address of the Service, whatever is behind it.
_NOBODY = ("SIP601", "SIP602", "SIP603", "SIP607", "SIP608", "SIP609", "SIP610")
#: The address is announced, from where a Service of policy Local is not served.
_ELSEWHERE = ("SIP209", "SIP603", "SIP606")
_LOCAL = "Local"


@dataclass(frozen=True, kw_only=True)
class OnAddress:
    """All attempts on one address, and what is known of the Services there and of where it runs."""

    address: Address
    attempts: Sequence[Attempt]
    known: Mapping[ServiceName, Beside]
    whence: Whence

    @cached_property
    def tried(self) -> tuple[Attempt, ...]:
        """Those that say something: all that were tried, but for silence towards a stranger."""
        return tuple(a for a in self.attempts if a.result != "not-tried" and not self.shut_out(a))

    @cached_property
    def heard(self) -> tuple[Attempt, ...]:
        """Those that something answered that has the address."""
        return tuple(attempt for attempt in self.tried if attempt.heard)

    @cached_property
    def well(self) -> tuple[Attempt, ...]:
        """Those that answered as they should."""
        return tuple(attempt for attempt in self.tried if attempt.result == "ok")

    def shut_out(self, attempt: Attempt) -> bool:
        """Whether silence is what the Service's source ranges have for this machine."""
        ranges = self.known[attempt.target.service].ranges
        source = self.whence.sources.get(self.address)
        if attempt.result != "timeout" or attempt.heard or not ranges or source is None:
            return False
        return not any(_within(source, text) for text in ranges)

    @cached_property
    def fit(self) -> tuple[Attempt, ...]:
        """Those that are not known to have no ready endpoint, which would explain any failure."""
        return tuple(attempt for attempt in self.tried if not self.unfit(attempt))

    @cached_property
    def independent(self) -> bool:
        """Whether two lots of pods at least would each have to fail by itself."""
        return len({self.known[attempt.target.service].backend for attempt in self.fit}) > 1

    def unfit(self, attempt: Attempt) -> bool:
        """Whether the port has no ready endpoint, for certain."""
        behind = self.known[attempt.target.service].behind(attempt.target.port)
        return behind is not None and behind.ready == 0

    def nobody(self, service: ServiceName) -> tuple[Finding, ...]:
        """The certain findings by which nobody answers for the address on behalf of the Service."""
        return _errors(self.known[service].findings, _NOBODY)

    def elsewhere(self, service: ServiceName) -> tuple[Finding, ...]:
        """The findings by which the address is announced from where this Service is not served.

        Under policy Cluster every node serves it, so that it would not matter.
        """
        known = self.known[service]
        return tuple(f for f in known.findings if f.code in _ELSEWHERE) if known.policy == _LOCAL else ()

    def perhaps_nobody(self, service: ServiceName) -> tuple[Finding, ...]:
        """Those by which nobody may answer for the address; not certain."""
        known = self.known[service].findings
        return tuple(f for f in known if f.code in _NOBODY and f.severity == "error" and not f.certain)

    def announced(self, service: ServiceName) -> tuple[Finding, ...]:
        """Those that say who answers for the address."""
        return tuple(finding for finding in self.known[service].findings if finding.code == "SIP605")


def _errors(findings: Sequence[Finding], codes: tuple[str, ...]) -> tuple[Finding, ...]:
    return tuple(f for f in findings if f.code in codes and f.severity == "error" and f.certain)


def _within(source: Address, text: str) -> bool:
    """Whether the address lies in a range that is written as a CIDR; one that cannot be read is passed."""
    from ipaddress import ip_address, ip_network

    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return True
    return ip_address(str(source)) in network
