"""SIP9xx. Notes about an answer."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP901",
        "not-read",
        "info",
        "{what} could not be read ({reason}){open}.",
        "",
        "",
    ),
    entry(
        "SIP902",
        "version-unknown",
        "info",
        "MetalLB's version could not be found out: the answer is that of {version}.",
        "",
        "",
    ),
    entry(
        "SIP903",
        "object-not-understood",
        "info",
        "{object}{where}: {field}{because}.",
        "",
        "",
    ),
    entry(
        "SIP904",
        "in-flight",
        "info",
        "{object} changed within the last 15 s: MetalLB may not have looked yet.",
        "",
        "",
    ),
    entry(
        "SIP905",
        "random",
        "info",
        "MetalLB's own choice is random here: {outcomes}.",
        "",
        "",
    ),
    entry(
        "SIP906",
        "too-many-outcomes",
        "info",
        "There are more possible outcomes than can be followed: only a part is shown.",
        "",
        "",
    ),
    entry(
        "SIP907",
        "not-modelled",
        "info",
        "{what} is not modelled: the answer does not speak of it.",
        "",
        "",
    ),
)
