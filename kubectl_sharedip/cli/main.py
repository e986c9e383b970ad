"""The program: its commands, and what happens when one fails.

Everything that costs time to import is imported inside the command that needs it.
"""

from __future__ import annotations

import gc
import os
import re
import shlex
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any, NoReturn

import click

from kubectl_sharedip.apply.signals import Terminated
from kubectl_sharedip.cli.failures import Exit, InputError, Unread, report
from kubectl_sharedip.cli.options import allowances, ip_families, reading_options, request_of, seconds
from kubectl_sharedip.cli.port_flags import WithPortFlags, ports
from kubectl_sharedip.model.allowance import ALLOWANCES

_HELP_WIDTH = 80
_MOST_LISTED = 60  # of a list without blanks nothing can be wrapped

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class _Format(click.Choice[str]):
    """An output format; whoever asks for kubectl's jsonpath is told what to write instead."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        name, _, path = str(value).partition("=")
        if name in ("jsonpath", "jsonpath-as-json"):
            query = shlex.quote(path.strip("'\"").strip("{}") or "EXPR")
            self.fail(f"jsonpath is not spoken here: use --query {query} (JMESPath).", parameter, context)
        if name == "custom-columns" and name in self.choices:
            return str(value)
        return super().convert(value, parameter, context)


def _output(*formats: str) -> Decorator:
    if len("|".join(formats)) <= _MOST_LISTED:
        return click.option("-o", "--output", type=_Format(formats), help="Output format.")
    listed = f"Output format: {', '.join(formats)}."
    return click.option("-o", "--output", type=_Format(formats), metavar="FORMAT", help=listed)


@click.group(
    name="kubectl sharedip",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _HELP_WIDTH},
    no_args_is_help=True,
)
@reading_options
def cli() -> None:
    """Which Services share an external IP under MetalLB, why one is Pending, and what repairs it."""


@cli.command()
@reading_options
@click.option("--shared", is_flag=True, help="Only addresses that two or more Services share.")
@click.option("--pending", is_flag=True, help="Only Services that wait for an address.")
@_output("table", "wide", "json", "yaml")
@click.pass_context
def ls(context: click.Context, shared: bool, pending: bool, output: str | None) -> int:
    """List Services by external IP and sharing key; Pending ones with a reason each.

    \b
    Examples:
      kubectl sharedip ls -A
      kubectl sharedip ls -f cluster.yaml -o wide
    """
    from kubectl_sharedip.cli import ls as command

    return command.run(request_of(context, output), shared, pending)


@cli.command()
@reading_options
@click.argument("services", nargs=-1, metavar="[SVC]...")
@click.option("--events", is_flag=True, help="Show the last events of each Service, whoever sent them.")
@click.option("--habits", is_flag=True, help="Tell what works and is bad style, too (SIP8xx).")
@click.option("-w", "--watch", is_flag=True, help="Answer anew whenever the answer changes.")
@_output("text", "tree", "json", "yaml")
@click.pass_context
def why(
    context: click.Context, /, services: tuple[str, ...], watch: bool, output: str | None, **given: bool
) -> int:
    """Say why a Service is Pending, or sits where it sits, with the proof.

    SVC is name, svc/name or namespace/name; without one, every Pending Service in scope.

    \b
    Examples:
      kubectl sharedip why dns-udp -n shop
      kubectl sharedip why -A
      kubectl sharedip why web --events -o tree
    """
    from kubectl_sharedip.cli import why as command

    wanted = command.WhyRequest(names=services, watch=watch, **given)
    return command.run(request_of(context, output), wanted)


@cli.command()
@reading_options
@click.argument("services", nargs=-1, metavar="[SVC]...")
@click.option("--share-with", metavar="SVC", help="Give it the address of this Service.")
@click.option("--address", metavar="A[,B]", help="Give it this address, one a family.")
@click.option("--separate", is_flag=True, help="Give it an address of its own.")
@click.option("--pin", is_flag=True, help="Write its present address down as a request.")
@click.option("--key", metavar="KEY", help="The sharing key to use where one is needed.")
@click.option("--allow", metavar="A,B", help=f"Leave to: {', '.join(ALLOWANCES)}.")
@click.option("--all", "every", is_flag=True, help="With --yes: every Pending Service in scope.")
@click.option("--plan", metavar="FILE", help="Do a plan that was saved with -o json.")
@click.option("-y", "--yes", is_flag=True, help="Do the plan without asking.")
@click.option("--dry-run", type=click.Choice(["client", "server"]), help="Show, or have the server judge.")
@click.option("--timeout", metavar="TIME", help="How long to wait for MetalLB (60s, or 30 ms a Service).")
@click.option("--journal-dir", metavar="DIR", help="Where the state before is kept.")
@_output("text", "commands", "diff", "json", "yaml")
@click.pass_context
def fix(context: click.Context, /, services: tuple[str, ...], output: str | None, **given: Any) -> int:
    """Give Services an address by the smallest safe edits, shown before they are done.

    SVC is name, svc/name or namespace/name; without one, every Pending Service in scope.

    \b
    Examples:
      kubectl sharedip fix dns-udp -n shop --dry-run=client
      kubectl sharedip fix web -n shop --share-with api --yes
      kubectl sharedip fix -A
    """
    from kubectl_sharedip.cli import fix as command
    from kubectl_sharedip.cli.goals import GoalFlags

    wanted = command.FixRequest(
        names=services,
        goal=GoalFlags(**{name: given[name] for name in ("share_with", "address", "separate", "pin", "key")}),
        allowed=allowances(given["allow"]),
        every=given["every"],
        plan=given["plan"],
        yes=given["yes"],
        dry_run=given["dry_run"],
        timeout_s=seconds("--timeout", given["timeout"]),
        journal_dir=given["journal_dir"],
    )
    return command.run(request_of(context, output), wanted)


@cli.command()
@reading_options
@click.argument("plan", required=False)
@click.option("--list", "listing", is_flag=True, help="List the plans that were done; ask no cluster.")
@click.option("--resume", is_flag=True, help="Finish a plan that was cut off.")
@click.option("-y", "--yes", is_flag=True, help="Do it without asking.")
@click.option("--dry-run", type=click.Choice(["client", "server"]), help="Show, or have the server judge.")
@click.option("--timeout", metavar="TIME", help="How long to wait for MetalLB (60s, or 30 ms a Service).")
@click.option("--journal-dir", metavar="DIR", help="Where the state before is kept.")
@_output("text", "commands", "table", "json", "yaml")
@click.pass_context
def undo(context: click.Context, /, plan: str | None, output: str | None, **given: Any) -> int:
    """Take a fix back, or finish one that was cut off.

    PLAN is the id of a plan, or how it begins; without one, the last plan of this cluster.

    \b
    Examples:
      kubectl sharedip undo
      kubectl sharedip undo 3f2a91c0 --resume --yes
      kubectl sharedip undo --list
    """
    from kubectl_sharedip.cli import undo as command

    wanted = command.UndoRequest(
        plan=plan,
        listing=given["listing"],
        resume=given["resume"],
        yes=given["yes"],
        dry_run=given["dry_run"],
        timeout_s=seconds("--timeout", given["timeout"]),
        journal_dir=given["journal_dir"],
    )
    return command.run(request_of(context, output), wanted)


@cli.command()
@reading_options
@click.option("--offline", is_flag=True, help="Take the files alone; ask no cluster.")
@click.option("--cluster-ip-families", metavar="A,B", help="Families of the cluster: ipv4 (default), ipv6.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "info"]), help="What exits 1 (error).")
@click.option("--ignore", multiple=True, metavar="CODE", help="Count these findings only; may be repeated.")
@click.option("--baseline", metavar="FILE", help="Count what a saved report (-o json) has, do not tell it.")
@click.option("--environments", multiple=True, metavar="A,B", help="Names, or label=KEY: dev,prod|live.")
@_output(
    *("table", "wide", "name", "json", "yaml", "csv", "markdown", "custom-columns"),
    *("sarif", "github", "prometheus"),
)
@click.pass_context
def check(
    context: click.Context,
    /,
    offline: bool,
    cluster_ip_families: str | None,
    output: str | None,
    **given: Any,
) -> int:
    """Say what MetalLB would do with manifests, or what is wrong with a cluster.

    With -f: each Service of the files laid over the cluster (or alone, with
    --offline), and whom it would disturb. Without: the live cluster as it is.

    \b
    Examples:
      kubectl sharedip check -f manifests/
      helm template shop | kubectl sharedip check --offline -f -
      kubectl sharedip check -A --fail-on warning
    """
    from kubectl_sharedip.cli import check as command
    from kubectl_sharedip.cli.ignoring import codes
    from kubectl_sharedip.cli.options import environments

    request = replace(request_of(context, output), cluster_ip_families=ip_families(cluster_ip_families))
    if offline and not request.files:
        raise click.UsageError("--offline takes files alone: give -f FILE.", context)
    wanted = command.CheckRequest(
        offline=offline,
        fail_on=given["fail_on"] or "error",
        ignore=codes("--ignore", given["ignore"]),
        baseline=given["baseline"],
        environments=environments(given["environments"]),
    )
    return command.run(request, wanted)


@cli.command()
@reading_options
@click.option("--for", "joins", multiple=True, metavar="PORTS|FILE", help="Say who could join which address.")
@click.option("--key", metavar="KEY", help="With --for: the sharing key that it has.")
@click.option("-w", "--watch", is_flag=True, help="Answer anew whenever the answer changes.")
@_output("table", "wide", "json", "yaml", "name", "tree", "csv", "custom-columns")
@click.pass_context
def pools(
    context: click.Context, joins: tuple[str, ...], key: str | None, watch: bool, output: str | None
) -> int:
    """List the pools: their room, who shares what in them, who may use them.

    -o tree shows who is on the shared addresses, with which ports.

    \b
    Examples:
      kubectl sharedip pools
      kubectl sharedip pools -o tree
      kubectl sharedip pools --for 443/TCP --key web
    """
    from kubectl_sharedip.cli import pools as command

    wanted = command.PoolsRequest(joins=joins, key=key, watch=watch)
    return command.run(request_of(context, output), wanted)


@cli.command()
@reading_options
@click.option("--redact", is_flag=True, help="Rename all names, keys, labels and addresses in it.")
@click.option("--to", metavar="FILE", help="Write FILE (.json, .json.gz) instead of stdout.")
@_output("json", "yaml")
@click.pass_context
def snapshot(context: click.Context, redact: bool, to: str | None, output: str | None) -> int:
    """Write down all that the other commands read, to be read again with -f.

    \b
    Examples:
      kubectl sharedip snapshot --to cluster.json.gz
      kubectl sharedip why -A -f cluster.json.gz
      kubectl sharedip snapshot --redact --to to-share.json
    """
    from kubectl_sharedip.cli import snapshot as command

    return command.run(request_of(context, output), redact=redact, to=to)


@cli.command(cls=WithPortFlags)
@reading_options
@click.argument("services", nargs=-1, metavar="[SVC]...")
@click.option(
    "--parallel", type=click.IntRange(1, 512), metavar="N", help="How many are tried at a time (32)."
)
@click.option("--connect-timeout", metavar="TIME", help="How long to wait for a connection (4s).")
@click.option("--tls", metavar="[PORTS]", help="TLS handshake on these ports (alone: where usual).")
@click.option("--http", metavar="[PORTS]", help="HTTP GET / on these ports (alone: where usual).")
@click.option("--targets", metavar="DIR", help="Try nothing: write targets and alerts for Prometheus.")
@click.option("-w", "--watch", is_flag=True, help="Go on, and print what changes.")
@_output("table", "wide", "json", "yaml", "csv", "name", "prometheus")
@click.pass_context
def probe(context: click.Context, /, services: tuple[str, ...], output: str | None, **given: Any) -> int:
    """Try each port of each Service on its address from here: network or application?

    SVC is name, svc/name or namespace/name; without one, every Service in scope. All on one
    address are tried, since neighbours tell the faults apart. Exit status 1: one that was asked
    for fails.

    \b
    Examples:
      kubectl sharedip probe -A
      kubectl sharedip probe web -n shop --tls --http 80,8080
      kubectl sharedip probe -f cluster.yaml --targets monitoring/
    """
    from kubectl_sharedip.cli.probe_request import probe_request

    request = request_of(context, output)
    wanted = probe_request(
        request,
        services,
        parallel=given["parallel"],
        timeout_s=seconds("--connect-timeout", given["connect_timeout"]),
        tls=ports("--tls", given["tls"]),
        http=ports("--http", given["http"]),
        targets=given["targets"],
        watch=given["watch"],
    )
    from kubectl_sharedip.cli import probe as command

    return command.run(request, wanted)


@cli.command()
@click.argument("code", required=False)
@click.option("--schema", "kind", metavar="KIND", help="Print the JSON Schema of a document instead.")
@_output("text")
@click.pass_context
def explain(context: click.Context, code: str | None, kind: str | None, output: str | None) -> int:
    """Say what a finding means, when it arises and how to clear it.

    CODE is SIP205, 205 or its name; KIND is DiagnosisList or another kind of document.

    \b
    Examples:
      kubectl sharedip explain SIP205
      kubectl sharedip explain --schema AddressList
    """
    from kubectl_sharedip.cli import explain as command

    if (code is None) == (kind is None):
        raise click.UsageError("give one CODE, or --schema KIND.", context)
    return command.schema(kind) if kind is not None else command.code(str(code))


@cli.command()
@reading_options
@click.option("--client", is_flag=True, help="Ask no cluster.")
@click.pass_context
def version(context: click.Context, client: bool) -> int:
    """Print the versions of this program, the API server and MetalLB, and how they were found.

    \b
    Examples:
      kubectl sharedip version
      kubectl sharedip version --client
    """
    from kubectl_sharedip.cli import version as command

    return command.run(request_of(context, None), client=client)


def main() -> NoReturn:
    """Runs the command line and ends the process with its exit status."""
    if os.path.basename(sys.argv[0]).startswith("kubectl_complete-"):  # noqa: PTH119 - pathlib costs its import
        complete()
    gc.disable()  # a short run; collecting costs most of the time that reading JSON takes
    signal.signal(signal.SIGTERM, _terminate)
    status = _run(sys.argv[1:])
    # All is said and done: who asks twice changes nothing about how it ended.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    sys.exit(status)


def complete() -> NoReturn:
    """Answers kubectl's request for completions (``kubectl_complete-sharedip ARGS...``)."""
    from click.shell_completion import ShellComplete

    words = sys.argv[1:] or [""]
    found = ShellComplete(cli, {}, "kubectl sharedip", "_X").get_completions(words[:-1], words[-1])
    for item in found:
        print(f"{item.value}\t{item.help}" if item.help else item.value)
    print(":4")
    sys.exit(Exit.OK)


def _run(arguments: list[str]) -> int:
    arguments = _as_kubectl_reads(arguments)
    try:
        return int(cli.main(arguments, prog_name="kubectl sharedip", standalone_mode=False) or Exit.OK)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.ctx.get_help() if error.ctx else "")
        return Exit.OK
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
        message = error.format_message()
        print(f"error: {message}", file=sys.stderr)
        if "\n" not in message:
            print(f"  see: {command or 'kubectl sharedip'} --help", file=sys.stderr)
        return Exit.USAGE
    except (KeyboardInterrupt, click.exceptions.Abort) as error:  # click makes the one the other
        terminated = any(isinstance(one, Terminated) for one in (error, error.__cause__))
        return Exit.TERMINATED if terminated else Exit.INTERRUPTED
    except Unread:
        return Exit.OK
    except Exception as error:  # the last door: an error is two lines and a status, never a traceback
        if _verbose(arguments):
            import traceback

            traceback.print_exc()
        return _failed(error)


def _as_kubectl_reads(arguments: list[str]) -> list[str]:
    """``-o=json`` as ``-o json``: kubectl takes both, and click would take the sign for the value."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    short = re.compile(r"-[A-Za-z]=")
    words = [word[:2] + word[3:] if short.match(word) else word for word in arguments[:end]]
    return words + arguments[end:]


def _failed(error: Exception) -> int:
    """Errors that are answers, and the one line for those that are faults of this program."""
    module = type(error).__module__
    if isinstance(error, InputError) or module.startswith(
        ("kubectl_sharedip.cluster.", "kubectl_sharedip.files.", "kubectl_sharedip.apply.")
    ):
        report(error)
    else:
        todo = "this is a fault of kubectl-sharedip: -v 8 shows where, please report it"
        report(InputError(f"{type(error).__name__}: {error}", todo))
    return Exit.NO_INPUT


def _verbose(arguments: list[str]) -> bool:
    joined = " ".join(arguments)
    return any(f"{flag}{level}" in joined for flag in ("-v ", "-v", "--v=", "--v ") for level in "89")


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated
