"""Help with what a command alone has first: thirty flags of kubectl's are known, and would hide it.

Refuses to leave any of them out.
"""

from __future__ import annotations

import click

_UNBROKEN = "\u2011"  # a hyphen at which no line is broken: what is to be typed stays in one piece


class Spoken(click.Command):
    """A command whose help tells its own options before those of all commands."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own: list[tuple[str, str]] = []
        common: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                # An option of all commands gives its value to the one place that they share.
                name, text = record
                listed = own if parameter.expose_value or "--help" in parameter.opts else common
                listed.append((name, text.replace("-", _UNBROKEN)))
        for title, records in (("Options", own), ("Options of every command", common)):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)
        formatter.buffer = [part.replace(_UNBROKEN, "-") for part in formatter.buffer]
