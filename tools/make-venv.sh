#!/bin/sh
# Make a virtual environment; name or install what Debian leaves out. usage: make-venv.sh PYTHON DIR
set -eu
python=$1
venv=$2
if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Strongroom needs Python 3.11 or newer: apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
    if [ "$(id -u)" = 0 ]; then
        apt-get update -qq &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
    else
        echo "A system package is missing. Run: sudo apt-get install $package" >&2
        exit 1
    fi
fi
exec "$python" -m venv "$venv"
