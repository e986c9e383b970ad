"""Where the program begins, by its own name or as ``python -m kubectl_sharedip``."""

from __future__ import annotations

import gc
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command line and ends the process with its exit status."""
    # A short run: collecting costs most of the time that reading JSON takes, and it begins with the imports.
    gc.disable()
    from kubectl_sharedip.cli.main import main as program

    program()


if __name__ == "__main__":
    main()
