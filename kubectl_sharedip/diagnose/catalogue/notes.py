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
        arises="Rights do not reach, or the server failed for one kind of object.",
        clear="Ask for the rights that are named, or accept what the note says is open.",
    ),
    entry(
        "SIP902",
        "version-unknown",
        "info",
        "MetalLB's version could not be found out: the answer is that of {version}.",
        "",
        "",
        arises=(
            "No image, label or definition tells MetalLB's version, above all with files that have no "
            "Deployment."
        ),
        clear="Give --metallb-version, or add MetalLB's Deployment to the files.",
    ),
    entry(
        "SIP903",
        "object-not-understood",
        "info",
        "{object}{where}: {field}{because}.",
        "",
        "",
        arises=(
            "An object has a field that cannot be understood: it is of another type than it should "
            "be, or its value makes no sense."
        ),
        clear="Correct the object, or see whether this part matters for the answer.",
    ),
    entry(
        "SIP904",
        "in-flight",
        "info",
        "{object} changed within the last 15 s: MetalLB may not have looked yet.",
        "",
        "",
        arises="Something changed so shortly before that MetalLB may not have come to it.",
        clear="Ask again in a quarter of a minute, or use why --watch.",
    ),
    entry(
        "SIP905",
        "random",
        "info",
        "MetalLB's own choice is random here: {outcomes}.",
        "",
        "",
        arises="MetalLB goes through Services or pools in random order, and the order decides here.",
        clear="Request what is wanted, so that the order decides nothing.",
    ),
    entry(
        "SIP906",
        "too-many-outcomes",
        "info",
        "There are more possible outcomes than can be told one by one: {shown}.",
        "",
        "",
        arises="There are more orders with different ends than can be followed.",
        clear="What each Service may get is told, not which of it goes together. Fewer Services at once, or "
        "requests, make it certain.",
    ),
    entry(
        "SIP907",
        "not-modelled",
        "info",
        "{what} is not modelled: the answer does not speak of it.",
        "",
        "",
        arises=(
            "The part of MetalLB, or the version, is not among those whose rules are worked out again here."
        ),
        clear="Look at that part by hand.",
    ),
)
