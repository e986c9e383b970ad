# Sourced by scripts/sharedip, scripts/tour and scripts/test; they set $root, the checkout.
#
# $root/.venv belongs to these scripts. In it run.txt and test.txt are copies of the locks whose
# packages are there, whole; half/ holds the locks that are being installed, so that what an
# interrupted run leaves behind is made anew and never taken for whole.

venv=$root/.venv
python=$venv/bin/python
trap 'exit 130' INT

complain() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 3
}

same() { cmp -s "$root/requirements/$1.txt" "$venv/$1.txt"; }

# whole run|test: true where .venv holds what that lock asks for.
whole() {
    [ -x "$python" ] && same run && { [ "$1" = run ] || same test; }
}

# Sets $base, the real path of the first Python on PATH that can make an environment, and $version.
find_python() {
    old='' bare=''
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
        answer=$("$name" -I -c '
import os, sys
print("%d.%d" % sys.version_info[:2])
if sys.version_info >= (3, 10):
    import ensurepip, venv
    print(os.path.realpath(sys.executable))
' 2>/dev/null) || true
        version=${answer%%[!0-9.]*}
        base=${answer#"$version"}
        base=${base#?}
        case $version in
        '') continue ;;
        3.[0-9]) old=${old:-$version} ;;
        *) [ -z "$base" ] || return 0
            bare=${bare:-$version} ;;
        esac
    done
    [ -z "$bare" ] || complain "Python $bare cannot make a virtual environment: install its venv (Debian, Ubuntu: apt install python$bare-venv)"
    [ -z "$old" ] || complain "Python 3.10 or later is needed, and this one is $old: install a later python3 and have it on PATH"
    complain "Python 3.10 or later is needed, and PATH has no python3: install it (Debian, Ubuntu: apt install python3 python3-venv)"
}

# Waits for its turn: a lock on this file, open as 9, that ends with this shell (flock(1) is not everywhere).
take_turn() {
    exec 9<"$root/scripts/environment.sh"
    "$base" -I -c '
import fcntl, sys
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("waiting for another run that is setting up .venv", file=sys.stderr)
    fcntl.flock(9, fcntl.LOCK_EX)
except OSError:
    pass  # a file system without locks: one run at a time, then
'
}

# No pip setting of the user's may send packages elsewhere, and a cache needs a home.
pip_install() (
    unset PIP_TARGET PIP_PREFIX PIP_ROOT
    PIP_USER=0
    export PIP_USER
    if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then
        PIP_NO_CACHE_DIR=1
        export PIP_NO_CACHE_DIR
    fi
    exec "$python" -I -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
        --require-hashes -r "$1"
)

make_environment() {
    if [ -e "$venv/pyvenv.cfg" ] && [ ! -e "$venv/half" ] && [ ! -e "$venv/run.txt" ]; then
        complain "$venv was not made by these scripts: move it away, they need the name"
    fi
    if [ -e "$venv/half" ] || ! "$python" -I -c 'import pip' 2>/dev/null; then
        rm -rf "$venv" || complain "cannot remove what an interrupted run left: $venv"
    fi
    printf 'setting up .venv with Python %s and requirements/%s.txt, this once\n' "$version" "$1" >&2
    mkdir -p "$venv/half" && cp "$root/requirements/run.txt" "$root/requirements/test.txt" "$venv/half/" ||
        complain "cannot write to $venv"
    same run || rm -f "$venv/run.txt"
    rm -f "$venv/test.txt"
    [ -x "$python" ] || words=$("$base" -I -m venv "$venv" 2>&1) ||
        complain "Python $version could not make $venv: ${words##*
}"
    for packages in "$venv"/lib/python*/site-packages; do
        echo ../../../.. >"$packages/checkout.pth"
    done
    pip_install "$venv/half/$1.txt" >&2 ||
        complain "cannot install requirements/$1.txt: pip's words are above; it needs the network, or PIP_INDEX_URL"
    mv "$venv/half/run.txt" "$venv/"
    [ "$1" = run ] || mv "$venv/half/test.txt" "$venv/"
    rm -rf "$venv/half"
}

# provide run|test: returns when .venv holds what that lock asks for; exits 3 where it cannot be had.
provide() {
    ! whole "$1" || return 0
    find_python
    take_turn
    whole "$1" || make_environment "$1"
    exec 9<&-
}
