"""Starts the program with the libraries beside this file, under a Python that is new enough.

It exists because krew knows nothing of Python. All of it has to be read by any Python 3, and by
Python 2 too, so that an old one can say what is missing.
"""

import os
import sys

OLDEST = (3, 10)
_LATER = ("python3.14", "python3.13", "python3.12", "python3.11", "python3.10")
_IS_FIT = "import sys; sys.exit(sys.version_info < (3, 10))"
_NONE = "error: kubectl sharedip needs Python 3.10 or later, and PATH has only %d.%d: install a later one\n"


def main():
    """Run the program; the first argument is the name by which it was called."""
    if sys.version_info < OLDEST:
        sys.exit(_go_on_with_a_later_one())
    here = os.path.dirname(os.path.realpath(__file__))
    if not os.access(here, os.W_OK):
        _compile_elsewhere()
    sys.argv = sys.argv[1:]
    sys.path.append(here)  # behind Python's own, which have no module of these names
    from kubectl_sharedip.__main__ import main as program

    program()


def _go_on_with_a_later_one():
    """Become a Python on PATH that is new enough. Returns only where there is none, with the exit status."""
    for name in _LATER:
        path = _on_path(name)
        if path and _is_fit(path):
            os.execv(path, [path, "-IS"] + sys.argv)
    sys.stderr.write(_NONE % sys.version_info[:2])
    return 3


def _is_fit(path):
    """Whether it is what its name says: a version manager's stand-in may have nothing behind it."""
    import subprocess  # here, since a Python that is new enough has no need to load it

    with open(os.devnull, "w") as nowhere:
        try:
            return subprocess.call([path, "-IS", "-c", _IS_FIT], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            return False


def _on_path(name):
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder or ".", name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def _compile_elsewhere():
    """Byte code of a store that cannot be written goes to the user's cache, else every run compiles anew."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(caches, "kubectl-sharedip", "python")
    if not os.path.isabs(folder):
        return  # nobody's home: slower, and right
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        found = os.stat(folder)
    except OSError:
        return
    # What others could write is nothing to run.
    if found.st_uid == os.getuid() and not found.st_mode & 0o022 and os.access(folder, os.W_OK):
        sys.pycache_prefix = folder


main()
