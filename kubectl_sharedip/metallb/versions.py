"""What differs between MetalLB's versions, as named yes-or-no questions.

A rule asks a question here and never compares version numbers itself, so that each difference
can be read, and checked against a real controller, in one place.
"""

from __future__ import annotations

import re
from typing import NamedTuple

NEWEST_KNOWN = "0.16.1"
OLDEST_MODELLED = "0.13.0"

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


class Version(NamedTuple):
    """A version of MetalLB; compares as numbers do. A tuple, since every look asks it something."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def since(self, *numbers: int) -> bool:
        """Whether it is this version or a later one; of two numbers, any patch of that minor version is."""
        return self >= numbers

    @property
    def modelled(self) -> bool:
        """Whether the rules of this version are known here (0.13.0 and later)."""
        return self.since(0, 13)

    @property
    def avoids_buggy_ips(self) -> bool:
        """avoidBuggyIPs of a pool is heeded (it was left out of the first releases with CRDs)."""
        return self.since(0, 13, 4)

    @property
    def keeps_pools_for_some(self) -> bool:
        """serviceAllocation of a pool is known; before, every pool is for everybody."""
        return self.since(0, 13, 8)

    @property
    def notes_pool(self) -> bool:
        """The pool of an address is noted in an annotation of its Service."""
        return self.since(0, 13, 8)

    @property
    def keeps_address_on_key_conflict(self) -> bool:
        """Who may not share its address any more keeps it, under an event of its own, and retries."""
        return not self.since(0, 13, 8)

    @property
    def wipes_invalid_status(self) -> bool:
        """A status with no family is given up; before, MetalLB complained of it for ever."""
        return self.since(0, 13, 8)

    @property
    def says_clear_assignment(self) -> bool:
        """A Service that loses its address hears ClearAssignment."""
        return self.since(0, 13, 10)

    @property
    def reads_metallb_io(self) -> bool:
        """Annotations under ``metallb.io/`` are read; before, only ``metallb.universe.tf/``."""
        return self.since(0, 14, 9)

    @property
    def names_metallb_io(self) -> bool:
        """Texts name ``metallb.io/loadBalancerIPs``, whichever annotation was meant."""
        return self.reads_metallb_io

    @property
    def tolerates_one_family(self) -> bool:
        """PreferDualStack is content with one family, and later asks its pool for the other."""
        return self.since(0, 14, 9)

    @property
    def policy_decides(self) -> bool:
        """ipFamilyPolicy says how many addresses there are; before, the clusterIPs alone did."""
        return self.since(0, 14, 9)

    @property
    def cluster_ips_decide(self) -> bool:
        """One clusterIP gives one address; before, with 0.14, the policy alone decided."""
        return self.since(0, 15)

    @property
    def assigned_first(self) -> bool:
        """A full pass begins with the Services that show most addresses; before, any order came."""
        return self.since(0, 14)

    @property
    def warns_of_old_annotations(self) -> bool:
        """Each ``metallb.universe.tf/`` annotation gives an event when something is written."""
        return self.since(0, 14, 9)

    @property
    def ipv4_first(self) -> bool:
        """An automatic pair has IPv4 first; before, it comes in the order of the pool's ranges."""
        return self.since(0, 14, 9)

    @property
    def key_change_wakes_all(self) -> bool:
        """A changed sharing or backend key makes MetalLB look at every Service again."""
        return self.since(0, 15)

    @property
    def lost_address_wakes_all(self) -> bool:
        """A Service that loses its address makes MetalLB look at every Service again."""
        return self.since(0, 13, 8)

    @property
    def checks_cluster_ip_count(self) -> bool:
        """RequireDualStack with one clusterIP is refused with an event of its own."""
        return self.since(0, 15)

    @property
    def priority_alone_matches_all(self) -> bool:
        """A serviceAllocation without namespaces and selectors is for every Service."""
        return self.since(0, 15)

    @property
    def request_must_fit_pool(self) -> bool:
        """A requested address outside the requested pool is refused; before, the pool was ignored."""
        return self.since(0, 13, 10)

    @property
    def says_when_there_are_no_pools(self) -> bool:
        """Without any pool an AllocationFailed event is sent; later versions are silent."""
        return not self.since(0, 14)

    @property
    def notices_unreadable_address(self) -> bool:
        """A status that is no address gives an event; before, it passed for an IPv6 address."""
        return self.since(0, 14)

    @property
    def reassigns_orphans(self) -> bool:
        """Pool edits that orphan an address are accepted, and the Service is given another."""
        return self.since(0, 14)

    @property
    def rewrites_searched_pools(self) -> bool:
        """Searching a pool rewrites its CIDRs in memory, so that a reload may look like a change."""
        return not self.since(0, 15, 3)

    @property
    def names_family_of_full_pool(self) -> bool:
        """A full requested pool is reported with the family that it lacks."""
        return not self.since(0, 15)

    @property
    def quotes_pool_name(self) -> bool:
        """The pool's name stands in quotes in that report."""
        return not self.since(0, 14, 9)

    @property
    def reports_full_pool_as_nil(self) -> bool:
        """A full requested pool is reported as ``["<nil>"] is not allowed in config``."""
        return self.since(0, 15) and not self.since(0, 16)

    @property
    def heeds_network_unavailable(self) -> bool:
        """A node with the condition NetworkUnavailable announces nothing."""
        return self.since(0, 13, 10)

    @property
    def heeds_exclude_label(self) -> bool:
        """A node labelled exclude-from-external-load-balancers announces nothing."""
        return self.since(0, 14)

    @property
    def selects_services_to_advertise(self) -> bool:
        """Advertisements have serviceSelectors."""
        return self.since(0, 16)

    @property
    def refuses_selective_sharing(self) -> bool:
        """Layer 2 never announces a Service with a sharing key by serviceSelectors."""
        return self.since(0, 16, 2)

    @property
    def prefers_nodes(self) -> bool:
        """L2Advertisements have preferredNodeSelectors."""
        return self.since(0, 16, 2)


def parse_version(text: str) -> Version | None:
    """The version that an image tag or a flag names (``v0.16.1``, ``0.16.1-r2``), or None."""
    found = _VERSION.match(text)
    return Version(*(int(part) for part in found.groups())) if found else None
