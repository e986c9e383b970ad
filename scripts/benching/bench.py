"""How long the program takes beside kubectl, on a real API server of its own: time, memory, and their ratios.

What is committed is installed as krew and pip install it. Each command then runs as a whole process, all of
them in turn, at 10, 1,000 and 10,000 LoadBalancer Services (four to an address), and among 10,000 Services of
which 500 are LoadBalancers. It needs what the real tests need (scripts/real-cluster build), and openssl.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.benching import commands, jq, machine, page, simulate, steps
from scripts.benching.cluster import BenchCluster
from scripts.benching.figures import MIXED, reached
from scripts.benching.measuring import Failed, Figures, Stopwatch, measured
from scripts.benching.programs import Installed, install, laid_out, path_for
from tests.realcluster import parts
from tests.realcluster.api import ApiError
from tests.realcluster.processes import ProcessFailed

_EPILOG = """\
example:
  scripts/bench --write docs/performance.md
  scripts/bench --sizes 10 1000 --rounds 3   a first look, in two minutes
  scripts/bench --steps --sizes 10 1000 10000
  scripts/bench --simulate 10000 100000
"""
_SIZES = ("10", "1000", "10000", MIXED)
_BALANCED = 20  # in the mixed cluster one of so many is a LoadBalancer
_STEP_SIZES = ("10", "1000", "10000")
_SIMULATED_ROUNDS = 3  # each takes ten seconds
_SIMULATED = [10_000, 50_000, 100_000]
_METALLB = parts.METALLB_VERSIONS[0]


def main() -> int:
    """0 when all was measured, 1 where something failed. Figures decide nothing."""
    options = _parser().parse_args()
    begun = time.monotonic()
    try:
        if options.simulate is not None:
            _simulation(options, options.simulate or _SIMULATED)
        elif options.steps:
            _steps(options)
        else:
            _figures(options)
    except (Failed, parts.PartMissing, ProcessFailed, ApiError, RuntimeError, ValueError, OSError) as error:
        _say(f"error: {error}")
        return 1
    _say(f"took {(time.monotonic() - begun) / 60:.1f} minutes")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="after one to warm up (10)")
    parser.add_argument(
        "--sizes", nargs="+", default=_SIZES, metavar="SIZE", help=f"in rising order ({' '.join(_SIZES)})"
    )
    parser.add_argument(
        "--mixed", type=int, default=10_000, metavar="N", help="Services in the mixed cluster (10000)"
    )
    parser.add_argument(
        "--waiting", type=int, default=1, metavar="N", help="how many of them are Pending (1)"
    )
    parser.add_argument("--steps", action="store_true", help="where the time of ls goes, and nothing else")
    parser.add_argument(
        "--simulate", nargs="*", type=int, metavar="N", help="ls of so many Services, of a simulated server"
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="these commands alone, by their names in a table"
    )
    parser.add_argument(
        "--plugin", type=Path, metavar="FOLDER", help="measure what lies there instead of installing"
    )
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page as well")
    return parser


def _figures(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="sharedip-bench-") as name:
        folder = Path(name)
        found = parts.obtain(_METALLB)
        tools = commands.Tools(kubectl=parts.own_kubectl(), jq=jq.obtain())
        installed = _programs(options, folder)
        with BenchCluster(found, folder / "cluster") as cluster:
            environment = _environment(folder, cluster.kubeconfig, path_for(installed[0], tools.kubectl))
            with Stopwatch(folder, environment) as stopwatch:
                taken = dict(_sizes(options, cluster, tools, installed, stopwatch))
            about = machine.described(tools, cluster.version())
    limits = reached(taken, tuple(one.way for one in installed))
    _told(options, "figures", page.figures(taken, limits, about, options.rounds, _today()))


def _sizes(
    options: argparse.Namespace,
    cluster: BenchCluster,
    tools: commands.Tools,
    installed: tuple[Installed, ...],
    stopwatch: Stopwatch,
) -> Iterator[tuple[str, dict[str, Figures]]]:
    for size in options.sizes:
        others = 0
        if size == MIXED:
            _say(f"filling: {options.mixed:,} Services, one in {_BALANCED} a LoadBalancer ...")
            cluster.grow(options.mixed, options.waiting)
            cluster.mix(options.mixed // _BALANCED)
            others = options.mixed - cluster.services - cluster.waiting
        else:
            _say(f"filling: {int(size):,} LoadBalancer Services ...")
            cluster.grow(int(size), options.waiting)
        there = {"assigned": cluster.services, "waiting": cluster.waiting}
        asked = [*commands.theirs(tools, **there, others=others)]
        for one in installed:
            asked += commands.ours(one, **there)
        if size == options.sizes[0]:
            asked += commands.apart(tools, installed)
        if options.only:
            asked = [one for one in asked if one.name.partition(" (")[0] in options.only]
        _say("measuring ...")
        yield (size if size == MIXED else f"{int(size):,}"), measured(stopwatch, asked, options.rounds)


def _steps(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="sharedip-bench-") as name:
        folder = Path(name)
        tools = commands.Tools(kubectl=parts.own_kubectl(), jq=jq.obtain())
        installed = _programs(options, folder)
        taken: dict[str, dict[str, Figures]] = {}
        sizes = [size for size in options.sizes if size in _STEP_SIZES]
        with BenchCluster(parts.obtain(_METALLB), folder / "cluster") as cluster:
            environment = _environment(folder, cluster.kubeconfig, path_for(installed[0], tools.kubectl))
            with Stopwatch(folder, environment) as stopwatch:
                for size in sizes:
                    _say(f"filling: {int(size):,} LoadBalancer Services ...")
                    cluster.grow(int(size), options.waiting)
                    _say("measuring ...")
                    asked = [*steps.commands(installed[0])]
                    taken[f"{int(size):,}"] = measured(stopwatch, asked, options.rounds)
            about = machine.described(tools, cluster.version())
    text = page.steps(steps.table(taken), [*taken], about, options.rounds, _today())
    _told(options, "steps", text)


def _simulation(options: argparse.Namespace, sizes: Sequence[int]) -> None:
    rounds = min(options.rounds, _SIMULATED_ROUNDS)
    with tempfile.TemporaryDirectory(prefix="sharedip-bench-") as name:
        folder = Path(name)
        krew = _programs(options, folder)[0]
        _say("measuring ...")
        path = path_for(krew, Path("/nowhere/kubectl"))
        found = [*simulate.rows(sizes, rounds, folder, path, krew)]
    _told(options, "simulation", page.simulation(found, machine.alone(), rounds, _today()))


def _programs(options: argparse.Namespace, folder: Path) -> tuple[Installed, ...]:
    if options.plugin is not None:
        return (laid_out("krew", options.plugin),)
    _say("installing ...")
    return install(folder / "installed")


def _told(options: argparse.Namespace, part: str, text: str) -> None:
    print(text)
    if options.write:
        page.write(options.write, part, text)


def _today() -> date:
    return datetime.now(timezone.utc).date()


def _environment(folder: Path, kubeconfig: Path, path: str) -> dict[str, str]:
    home = folder / "home"
    home.mkdir()
    return {"HOME": str(home), "PATH": path, "KUBECONFIG": str(kubeconfig), "LANG": "C.UTF-8"}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
