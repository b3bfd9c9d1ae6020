#!/bin/sh
# Install what the tests drive, when root; else say how. usage: system-packages.sh PACKAGE...
set -eu
missing=""
for package in "$@"; do
    case $package in
        nodejs) command -v node ;;
        golang-go) command -v go ;;
        golang-golang-x-mod-dev) ls /usr/share/gocode/src/golang.org/x/mod ;;
        bubblewrap) command -v bwrap ;;
        nginx-light) PATH="$PATH:/usr/sbin" command -v nginx ;;
        tor) PATH="$PATH:/usr/sbin" command -v tor ;;
        systemd) command -v systemd-analyze ;;
        tesseract-ocr-*) ls /usr/share/tesseract-ocr/*/tessdata/"${package##*-}".traineddata ;;
        fonts-nanum) ls /usr/share/fonts/truetype/nanum ;;
        lib*) PATH="$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q "${package%[0-9]}\.so" ;;
        *) command -v "$package" ;;
    esac >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing:$missing" >&2
    # shellcheck disable=SC2086
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "Some tests will be skipped. To run them: sudo apt-get install$missing" >&2
