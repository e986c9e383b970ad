"""What a Service has for a while between the edits of a way is foretold, and so stops no run."""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.apply.between import with_between
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Effect
from kubectl_sharedip.model.results import Changed, Done, Stopped
from tests.apply_room.cluster_of_three import (
    HELD,
    HOLDER,
    KEY,
    WAITER,
    Lab,
    address,
    effect,
    set_annotation,
    way,
)
from tests.metallb_rules.worlds import pool, service, state

# With the holder's key the waiter is let in, and without it goes again.
COME = set_annotation(WAITER, KEY, "dns", "mail")
GO = set_annotation(WAITER, KEY, "mail", "dns")
FOR_A_WHILE = effect(WAITER, None, HELD)


def test_who_comes_and_goes_between_the_edits_is_told() -> None:
    before = state(
        pool("lab", "192.0.2.10/32"),
        service("shop/holder", key="dns", ports=("UDP/53",), status=(HELD,)),
        service("shop/waiter", key="mail", ports=("TCP/53",), ip=HELD),
    )
    there_and_back = way(COME, GO)
    told = with_between(there_and_back, [before])
    assert told == replace(there_and_back, between=(FOR_A_WHILE,))


def test_each_metallb_follows_the_edits_of_its_own() -> None:
    documents = (
        pool("lab", "192.0.2.10/32"),
        service("shop/holder", key="dns", ports=("UDP/53",), status=(HELD,)),
        service("shop/waiter", key="mail", ports=("TCP/53",), ip=HELD),
    )
    elsewhere = set_annotation(ServiceName("shop", "else"), KEY, "dns")
    other = state(pool("lab", "192.0.2.10/32"), service("shop/else", ip=HELD))
    told = with_between(way(COME, elsewhere, GO), [state(*documents), other])
    assert told.between == (FOR_A_WHILE,)


def test_an_end_is_nothing_between() -> None:
    alone = way(COME, effects=(FOR_A_WHILE,))
    before = state(
        pool("lab", "192.0.2.10/32"),
        service("shop/holder", key="dns", ports=("UDP/53",), status=(HELD,)),
        service("shop/waiter", key="mail", ports=("TCP/53",), ip=HELD),
    )
    assert with_between(alone, [before]) == alone


def test_an_address_for_a_while_does_not_stop_the_run(lab: Lab) -> None:
    _comes_and_goes(lab)
    result = lab.carry_out(replace(way(*_there_and_back(lab)), between=(FOR_A_WHILE,)))
    assert isinstance(result, Done)
    assert lab.patches() == ["waiter", "waiter"]


def test_one_that_was_not_foretold_does(lab: Lab) -> None:
    _comes_and_goes(lab)
    told = Effect(service=HOLDER, before=(address(HELD),), after=((),))  # about somebody else
    result = lab.carry_out(replace(way(*_there_and_back(lab)), between=(told,)))
    assert isinstance(result, Stopped)
    assert isinstance(result.because, Changed)
    assert lab.patches() == ["waiter"]


def _there_and_back(lab: Lab) -> tuple[Edit, Edit]:
    lab.annotate(WAITER, KEY, "mail")
    return COME, GO


def _comes_and_goes(lab: Lab) -> None:
    """MetalLB gives it the address after the first edit and takes it after the second."""
    came: list[bool] = []

    def answer(method: str, body: object) -> None:
        if method == "PATCH":
            came.append(True)
            lab.assign(WAITER, *([HELD] if len(came) == 1 else []))

    lab.api.on_write(answer)
