#!/bin/sh
# Install programs that the tests drive, when root; else say how. usage: system-packages.sh NAME...
set -eu
missing=""
for name in "$@"; do
    case $name in nodejs) program=node ;; *) program=$name ;; esac
    command -v "$program" >/dev/null 2>&1 || missing="$missing $name"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing:$missing" >&2
    # shellcheck disable=SC2086
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "Some tests will be skipped. To run them: sudo apt-get install$missing" >&2
