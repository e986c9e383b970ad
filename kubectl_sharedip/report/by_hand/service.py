"""What is changed in the Service itself beside its annotations: ports, type, class, families."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubectl_sharedip.report.by_hand.about import About, ByHand, Hands, on_service


def ports(about: About) -> Iterator[ByHand]:
    """SIP206."""
    yield ByHand(
        summary=f"Serve on other ports than those that are taken ({about.text('clashes')})",
        words=on_service(["edit"], about.service),
    )


def other_class(about: About) -> Iterator[ByHand]:
    """SIP401: the field cannot be changed, and what is created anew has lost its addresses."""
    yield ByHand(
        summary="Create it anew with the loadBalancerClass that MetalLB serves: it can be set only at"
        " creation, and a new Service has a new clusterIP",
        words=on_service(["get"], about.service, "-o", "yaml"),
    )


def not_a_load_balancer(about: About) -> Iterator[ByHand]:
    """SIP405."""
    yield ByHand(
        summary="Make it a LoadBalancer Service, if it is to have an address",
        words=_patch(about, '{"spec":{"type":"LoadBalancer"}}'),
    )


def no_cluster_ip(about: About) -> Iterator[ByHand]:
    """SIP406: headless for good, or not yet given one."""
    if about.text("cluster_ips") == "None":
        yield ByHand(
            summary="Create it anew without clusterIP: None, which can be set only at creation",
            words=on_service(["get"], about.service, "-o", "yaml"),
        )
    else:
        yield ByHand(
            summary="Look again: the API server gives a clusterIP by itself, and MetalLB goes on then",
            words=on_service(["get"], about.service),
        )


def families(about: About) -> Iterator[ByHand]:
    """SIP407: the policy that fits the clusterIPs as they are."""
    one = len(about.finding.values["cluster_ips"]) < _TWO
    policy = "SingleStack" if one else "PreferDualStack"
    why = "it has one clusterIP, and stays so" if one else "it keeps both clusterIPs"
    yield _with_policy(about, policy, why)


def one_family(about: About) -> Iterator[ByHand]:
    """SIP504: one family for good."""
    yield _with_policy(about, "SingleStack", "its status comes to rest on one address")


def give_up_a_family(about: About) -> Iterator[ByHand]:
    """SIP306: of two families the second is given up."""
    why = "it loses its second clusterIP, and one family is enough then"
    state = about.state
    service = state.services.get(about.service) if state is not None else None
    prefers = service is not None and service.ip_family_policy == "PreferDualStack"
    if prefers and state is not None and not state.version.tolerates_one_family:
        why += " (from MetalLB 0.14.9 on PreferDualStack is content with one as well)"
    yield _with_policy(about, "SingleStack", why)


_TWO = 2


def _with_policy(about: About, policy: str, why: str) -> ByHand:
    return ByHand(
        summary=f"Set its ipFamilyPolicy to {policy}: {why}",
        words=_patch(about, f'{{"spec":{{"ipFamilyPolicy":"{policy}"}}}}'),
    )


def _patch(about: About, patch: str) -> list[str]:
    name = about.service
    return ["patch", f"svc/{name.name}", "-n", name.namespace, "--type", "merge", "-p", patch]


SERVICE: Mapping[str, Hands] = {
    "SIP206": ports,
    "SIP401": other_class,
    "SIP405": not_a_load_balancer,
    "SIP406": no_cluster_ip,
    "SIP407": families,
    "SIP504": one_family,
}
