"""Words for completion that no cluster is asked for: codes, kinds of documents, plans that were done.

Each is a pair: the word, and what is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterable

import click

from kubectl_sharedip.cli.completing_names import Word


def codes(context: click.Context) -> Iterable[Word]:
    """The codes of findings, with their names."""
    from kubectl_sharedip.diagnose.catalogue import CATALOGUE

    return sorted((code, row.name) for code, row in CATALOGUE.items())


def kinds(context: click.Context) -> Iterable[Word]:
    """The kinds of documents."""
    from kubectl_sharedip.report.schema import kinds as known

    return ((kind, "") for kind in known())


def plans(context: click.Context) -> Iterable[Word]:
    """The plans that were done, the newest first."""
    from kubectl_sharedip.apply.journals import read_journals
    from kubectl_sharedip.cli.carry_out import journal_folder

    found = read_journals(journal_folder(context.params.get("journal_dir"))).found
    return ((one.entry.id, one.entry.summary) for one in found)


def allowances(context: click.Context) -> Iterable[Word]:
    """What ``--allow`` gives leave to."""
    from kubectl_sharedip.model.allowance import ALLOWANCES

    return ((one, "") for one in ALLOWANCES)


def families(context: click.Context) -> Iterable[Word]:
    """The families of ``--cluster-ip-families``."""
    return (("ipv4", ""), ("ipv6", ""))
