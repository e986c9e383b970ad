"""Rewrites of the Service as kubectl lines, with what comes of them: SIP109 to SIP115 and their like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.rewrites import Rewrite
from kubectl_sharedip.report.by_hand.about import About, ByHand, Clears, Hands, on_service
from kubectl_sharedip.report.ways import addresses_text, list_text


def misnamed(about: About) -> Iterator[ByHand]:
    """SIP109, under the name that MetalLB reads."""
    for one in about.rewrites:
        gone = ", ".join(key for key, value in _changes(one).items() if value is None)
        yield _annotate(about, one, f"Write {_written(one)}" + (f", and take {gone} away" if gone else ""))


def labelled(about: About) -> Iterator[ByHand]:
    """SIP110: first the annotation, then the label that does nothing."""
    for one in about.rewrites:
        yield _annotate(about, one, f"Write {_written(one)} as an annotation")
        label = about.text("label")
        yield ByHand(
            summary=f"Then take the label {label} away, unless somebody else selects by it",
            words=on_service(["label"], about.service, f"{label}-"),
        )


def deprecated(about: About) -> Iterator[ByHand]:
    """SIP111, under the new prefix alone."""
    for one in about.rewrites:
        gone = ", ".join(key for key, value in _changes(one).items() if value is None)
        new = _written(one)
        yield _annotate(about, one, f"Write {new} in place of {gone}" if new else f"Take {gone} away")


def shadowed(about: About) -> Iterator[ByHand]:
    """SIP112: what hides the other, or what is hidden."""
    winner, loser = about.text("winner"), about.text("loser")
    for one in about.rewrites:
        if winner in one.after.annotations:
            yield _annotate(about, one, f"Take {loser} away, which has no effect")
        else:
            counts = f'{loser} ("{about.text("hidden")}") counts'
            yield _annotate(about, one, f"Take {winner} away, so that {counts}")


def their_key(about: About) -> Iterator[ByHand]:
    """SIP115 and SIP213: the key of somebody else."""
    others = about.text("others" if about.finding.code == "SIP115" else "holders")
    for one in about.rewrites:
        key = next(iter(_changes(one).values()))
        yield _annotate(about, one, f'Give it the sharing key "{key}" of {others}')


def requested_pool(about: About) -> Iterator[ByHand]:
    """SIP113: the pool that was meant."""
    for one in about.rewrites:
        pool = next(iter(_changes(one).values()))
        yield _annotate(about, one, f"Have it request pool {pool}")


def pool_of_choice(about: About) -> Iterator[ByHand]:
    """SIP303: a pool that gives addresses to whoever asks."""
    for one in about.rewrites:
        pool = next(iter(_changes(one).values()))
        yield _annotate(about, one, f"Have it request pool {pool}, which gives addresses only when asked")


def back(about: About) -> Iterator[ByHand]:
    """SIP510: the address that it had, while it is free."""
    for one in about.rewrites:
        yield _annotate(about, one, f"To go back, have it request {about.text('old')}")


def _annotate(about: About, one: Rewrite, what: str) -> ByHand:
    changes = _changes(one)
    over = any(v is not None and k in one.before.annotations for k, v in changes.items())
    words = on_service(
        ["annotate", "--overwrite"] if over else ["annotate"],
        about.service,
        *(f"{key}={value}" for key, value in changes.items() if value is not None),
        *(f"{key}-" for key, value in changes.items() if value is None),
    )
    clears: Clears = "itself" if one.own is None else "all"
    return ByHand(summary=f"{what}: {comes_of(one)}", words=words, clears=clears)


def comes_of(one: Rewrite) -> str:
    """What becomes of the Service's addresses."""
    own = one.own
    if own is None:
        return "no address moves"
    after = addresses_text(own.after)
    if not own.before:
        return f"it gets {after}"
    before = list_text(own.before)
    return f"it goes from {before} to {after}, and clients on {before} lose it"


def _changes(one: Rewrite) -> Mapping[str, str | None]:
    return _difference(one.before, one.after)


def _difference(before: Service, after: Service) -> dict[str, str | None]:
    keys = sorted({*before.annotations, *after.annotations})
    now = {key: after.annotations.get(key) for key in keys}
    return {key: value for key, value in now.items() if before.annotations.get(key) != value}


def _written(one: Rewrite) -> str:
    written = [f'{key} ("{value}")' for key, value in _changes(one).items() if value is not None]
    return " and ".join(written)


WRITTEN: Mapping[str, Hands] = {
    "SIP109": misnamed,
    "SIP110": labelled,
    "SIP111": deprecated,
    "SIP112": shadowed,
    "SIP113": requested_pool,
    "SIP115": their_key,
    "SIP213": their_key,
    "SIP510": back,
}
