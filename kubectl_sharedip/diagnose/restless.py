"""SIP504: a Service whose status never comes to rest."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.second_family import none_prefers_both
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.facts import cluster_ips_fact, ranges_fact, service_fact
from kubectl_sharedip.metallb.restless import recurring
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.proof import Proof


def _never_settles(view: View) -> Iterator[Finding]:
    service = view.service
    lists = recurring(view.state, service.name)
    if not lists:
        return
    pool = view.state.pools.containing(lists[0][0]) if lists[0] else None
    facts = (
        service_fact(service, "spec.ipFamilyPolicy", service.ip_family_policy),
        cluster_ips_fact(service),
        *([ranges_fact(pool.resource)] if pool else []),
    )
    yield found(
        "SIP504",
        {
            "lists": " and ".join(", ".join(map(str, one)) or "none" for one in lists),
            "cluster_ip": service.cluster_ips[0],
        },
        facts=facts,
        proof=Proof(rule="never-settles", source="controller/service.go convergeBalancer", facts=facts),
        cause=True,
    )


CHECKS = (Check(codes=("SIP504",), look=_never_settles, nowhere=none_prefers_both),)
