"""The flags of ``probe`` as a value; what cannot go together is refused before anything is read."""

from __future__ import annotations

from collections.abc import Sequence

import click

from kubectl_sharedip.cli.naming import refuse_names_beside_labels, refuse_what_is_no_name
from kubectl_sharedip.cli.output import STRUCTURED
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.probe.sweep import USUAL_PARALLEL, USUAL_TIMEOUT_S
from kubectl_sharedip.probe.targets import Asked, Ports

_LONGEST_S = 600.0
_NOT_WATCHED = ("csv", "name", "prometheus", "custom-columns")


@frozen
class ProbeRequest:
    """What ``probe`` was asked: for these names (none: all in scope), in which way.

    ``timeout_s`` is above 0. ``targets`` is a folder to write to instead of trying anything.
    """

    names: Sequence[str] = ()
    asked: Asked = field(default_factory=Asked)
    parallel: int = USUAL_PARALLEL
    timeout_s: float = USUAL_TIMEOUT_S
    targets: str | None = None
    watch: bool = False


def probe_request(
    request: Request,
    names: Sequence[str],
    *,
    parallel: int | None,
    timeout_s: float | None,
    tls: Ports | None,
    http: Ports | None,
    targets: str | None,
    watch: bool,
) -> ProbeRequest:
    """The request of these flags. Raises click.UsageError where they contradict each other."""
    refuse_what_is_no_name(names)
    refuse_names_beside_labels(request, names)
    if timeout_s is not None and not 0 < timeout_s <= _LONGEST_S:
        raise click.UsageError("--connect-timeout: more than nothing, and 10m at most.")
    if targets is not None:
        _refuse_beside_targets(request, parallel, watch)
    if request.query is not None and request.output not in (None, *STRUCTURED):
        raise click.UsageError(f"--query needs -o json or -o yaml, not -o {request.output}.")
    form = str(request.output).partition("=")[0]
    if watch and form in _NOT_WATCHED:
        raise click.UsageError(f"-w does not go with -o {form}.")
    return ProbeRequest(
        names=names,
        asked=Asked(tls=tls, http=http),
        parallel=parallel or USUAL_PARALLEL,
        timeout_s=timeout_s or USUAL_TIMEOUT_S,
        targets=targets,
        watch=watch,
    )


def _refuse_beside_targets(request: Request, parallel: int | None, watch: bool) -> None:
    """With --targets nothing is tried, so nothing can be said of how, how often and in which form."""
    given = {
        "-w": watch,
        "--parallel": parallel is not None,
        "-o": request.output is not None,
        "--query": request.query is not None,
    }
    for flag, is_given in given.items():
        if is_given:
            raise click.UsageError(f"--targets writes files and tries nothing: {flag} does not go with it.")
