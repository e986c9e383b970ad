"""A way of a plan in words: what it changes, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.metallb.meant import parts
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Loss, Operation, Way


def way_summary(way: Way, *, losses_follow: bool = True) -> str:
    """The way as one line: its edits, then what the named Service gets, then who else moves.

    Where no list of its losses follows, it says itself that clients are no longer seen.
    """
    # With several Services in one sentence "it" would be anybody: then each goes by its name.
    alone = {edit.service for edit in way.edits} == {way.goal.service}
    edits = ", then ".join(edit_text(edit, way.goal.service if alone else None) for edit in way.edits)
    it = "it" if alone else str(way.goal.service)
    gets = [f"{it} gets {addresses_text(e.after)}" for e in way.effects if e.service == way.goal.service]
    if not gets and way.goal.pin:
        gets = [f"{it} keeps its address"]
    shares = [f"beside {', '.join(map(str, way.joins))}"] if way.joins else []
    others = [e for e in way.effects if e.service != way.goal.service]
    moves = [f"{e.service} {'goes to' if e.before else 'gets'} {addresses_text(e.after)}" for e in others]
    hidden = not losses_follow and any(map(_hides_clients, way.losses))
    lost = ["client source IPs are lost"] if hidden else []
    comes = ", and ".join([" ".join([*gets, *shares]), *moves, *lost]) if gets or moves else ""
    return f"{edits[:1].upper()}{edits[1:]}: {comes}" if comes else edits


def edit_text(edit: Edit, named: ServiceName | None = None) -> str:
    """One edit in words; the Service that the text is about, if any, is "it"."""
    who = "it" if edit.service == named else str(edit.service)
    new_names = dict(_new_names(edit))
    words = []
    for operation in edit.operations:
        key = operation.path[-1]
        if key in new_names:
            words.append(f"call annotation {key} of {who} {new_names[key]}, as was meant")
        elif key not in new_names.values():
            words.append(_operation_text(operation, who))
    return " and ".join(words)


def _new_names(edit: Edit) -> Iterator[tuple[str, str]]:
    """Annotations of MetalLB that the edit gives another name, their values as they are."""
    for old in edit.operations:
        for new in edit.operations:
            both = parts(old.path[-1]) and parts(new.path[-1])
            if both and old.value is None and new.was is None and old.was and old.was == new.value:
                yield old.path[-1], new.path[-1]


def _operation_text(operation: Operation, who: str) -> str:
    field = operation.path[-1]
    if field == "sharedip/woken":
        return f"touch {who}, so that MetalLB looks again"
    whose = "its" if who == "it" else f"{who}'s"
    was = f" (now {operation.was})" if operation.was else ""
    kind = field.rpartition("/")[2]
    if kind == "allow-shared-ip":
        if operation.value is None:
            return f"take {whose} sharing key away{was}"
        return f'give {who} the sharing key "{operation.value}"{was}'
    if kind in ("externalTrafficPolicy", "healthCheckNodePort"):
        return f"set {whose} {kind} to {operation.value}{was}"
    about = "pool " if kind == "address-pool" else ""
    if operation.value is None:
        return f"drop {whose} request for {about}{operation.was}"
    return f"have {who} request {about}{operation.value}{was}"


def addresses_text(after: tuple[tuple[Address, ...], ...]) -> str:
    """Each list of addresses that may come."""
    return " or ".join(list_text(addresses) or "no address" for addresses in after)


def list_text(addresses: tuple[Address, ...]) -> str:
    """Addresses joined by commas."""
    return ", ".join(str(address) for address in addresses)


def loss_text(loss: Loss) -> str:
    """What is given up, in words."""
    sources = ": its pods no longer see client source IPs" if _hides_clients(loss) else ""
    return _LOSSES[loss.kind].format(service=loss.service, value=loss.value, sources=sources)


def _hides_clients(loss: Loss) -> bool:
    """Whether the pods will see a node in the place of the client: under Local they saw who asks."""
    return loss.kind == "policy" and loss.value == "Local"


_LOSSES = {
    "request": "{service} gives up its request for {value}",
    "pool-request": "{service} gives up its request for pool {value}",
    "policy": "{service} changes externalTrafficPolicy, {value} until now{sources}",
    "health-check-port": "{service} may not keep healthCheckNodePort {value}",
    "announcement": "{service} gets a sharing key, and layer 2 announces {value} no more",
    "live-address": "{service} loses {value}, on which clients may be",
}
