"""Runs other programs one after the other and says what each took: a process of its own, told what by lines.

It exists because the kernel counts the memory of who starts a process as that process's peak: so this one
imports next to nothing. Refuses to judge an exit status, and to look at what is printed.

Each line of stdin is an order, JSON: ``commands`` (argument lists; what one prints the next reads),
``environment``, ``output`` (the file for what the last one prints) and ``errors``. Each answer is a line:
``wall_s`` from before the first start until after the last end, and of each process ``status``,
``cpu_s`` (user and system) and ``peak_kb`` (resident set), children that it waited for included.
"""

import json
import os
import sys
import time


def main() -> None:
    """Carries out orders until stdin ends."""
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)


def _run(order: "dict[str, object]") -> "dict[str, object]":
    commands, environment = order["commands"], order["environment"]
    assert isinstance(commands, list) and isinstance(environment, dict)
    output = os.open(str(order["output"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    errors = os.open(str(order["errors"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    source = os.open(os.devnull, os.O_RDONLY)
    begun = time.monotonic()
    started = []
    for words in commands:
        last = words is commands[-1]
        following, sink = (source, output) if last else os.pipe()
        moves = [(os.POSIX_SPAWN_DUP2, source, 0), (os.POSIX_SPAWN_DUP2, sink, 1)]
        moves.append((os.POSIX_SPAWN_DUP2, errors, 2))
        started.append(os.posix_spawnp(words[0], words, environment, file_actions=moves))
        os.close(source)
        os.close(sink)
        source = following
    processes = []
    for pid in started:
        _, status, usage = os.wait4(pid, 0)
        processes.append(
            {
                "status": os.waitstatus_to_exitcode(status),
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "peak_kb": usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1),
            }
        )
    os.close(errors)
    return {"wall_s": time.monotonic() - begun, "processes": processes}


if __name__ == "__main__":
    main()
