"""The pages of docs/reference/: what each command takes and gives, in the words of its own help.

Why it exists: whoever reads a page sees what the program says, and no other words for it.
"""

from __future__ import annotations

from kubectl_sharedip.cli.formats import OUTPUTS
from kubectl_sharedip.cli.lazily import SUMMARIES
from making.said import said

_OF_ALL = "Options of every command:\n"

#: The kinds of documents that a command answers with.
KINDS = {
    "ls": ("AddressList",),
    "why": ("DiagnosisList",),
    "fix": ("Plan",),
    "undo": ("Plan", "JournalList"),
    "check": ("CheckReport",),
    "pools": ("PoolList",),
    "probe": ("ProbeReport",),
    "snapshot": ("Snapshot",),
    "version": ("Version",),
}
#: What else there is to read about a command.
MORE = {
    "check": ("[check in CI, pre-commit and monitoring](../check.md)",),
    "explain": ("[all codes](../messages/README.md)", "[the schemas](../schemas/README.md)"),
    "fix": ("[five situations, to the repair and back](../runbook.md)",),
    "probe": ("[what it tries and concludes](../probe.md)",),
    "snapshot": ("[the form of a snapshot](../snapshot.md)",),
    "undo": ("[five situations, to the repair and back](../runbook.md)",),
    "why": ("[ten answers](../answers.md)", "[how MetalLB decides](../metallb.md)"),
}
_EXITS = """\
| status | means |
|---|---|
| 0 | answered; `fix`, `undo`: the goal holds; a dry run: the plan is feasible |
| 1 | `check`, `probe`: something at `--fail-on` or above; `fix`, `undo`: no safe plan, or no consent |
| 2 | the command line is wrong |
| 3 | the input could not be had: no cluster, no rights, an unreadable file, a Service that does not exist |
| 4 | `fix`, `undo`: stopped midway, or not verified; the journal says how far |
| 130, 143 | interrupted, terminated; a `fix` then says what it had done |
"""


def reference() -> dict[str, str]:
    """The name of each page in docs/reference/, with its text."""
    pages = {f"{name}.md": _page(name) for name in SUMMARIES}
    return {"README.md": _index(), **pages}


def _index() -> str:
    rows = "\n".join(f"| [{name}]({name}.md) | {summary} |" for name, summary in SUMMARIES.items())
    _, _, of_all = _help("ls").partition(_OF_ALL)
    return (
        "# Reference\n\nWritten by `scripts/generate-pages` from the program's own help.\n\n"
        f"| command | what it does |\n|---|---|\n{rows}\n\n"
        "## Flags of every command\n\n"
        "They mean what they mean in kubectl, and stand before or after the command.\n\n"
        f"```text\n{of_all.rstrip()}\n```\n\n## Exit status\n\n{_EXITS}"
    )


def _page(name: str) -> str:
    own, found, _ = _help(name).partition(_OF_ALL)
    lines = [f"# {name}", "", f"```text\n{own.rstrip()}\n```"]
    notes = []
    if found:
        notes.append("[The flags of every command, and the exit statuses](README.md#flags-of-every-command).")
    if name in KINDS:
        kinds = " or ".join(f"[{kind}](../schemas/{kind}.json)" for kind in KINDS[name])
        notes.append(f"`-o {OUTPUTS[name][0]}` is usual. `-o json` and `-o yaml` give a document: {kinds}.")
    if name in MORE:
        notes.append(f"More: {', '.join(MORE[name])}.")
    return "\n".join([*lines, *(f"\n{note}" for note in notes)]) + "\n"


def _help(name: str) -> str:
    """What ``--help`` prints."""
    return said([name, "--help"]) + "\n"
