#!/usr/bin/env bash
# windows.sh   build/windows/tacklebox.exe and tacklebox-cli.exe, cross-built from Linux
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

scripts/deps.sh build windows

cross=x86_64-w64-mingw32
out=$BUILD/windows
mkdir -p "$out"

# Go links every .syso beside the main package's files that fits the target.
syso=$ROOT/tacklebox_windows_amd64.syso
trap 'rm -f "$syso"' EXIT
trap 'exit 130' INT TERM
$cross-windres -D VERSION_TEXT="\\\"$VERSION\\\"" -D VERSION_NUMBERS="${VERSION//./,},0" \
	-O coff -o "$syso" assets/windows/tacklebox.rc

export GOOS=windows GOARCH=amd64
CGO_ENABLED=0 go build -ldflags "-s -w $LDFLAGS" -o "$out/tacklebox-cli.exe" .
say "built build/windows/tacklebox-cli.exe"

export CGO_ENABLED=1 CC=$cross-gcc CXX=$cross-g++
say "building build/windows/tacklebox.exe: the first time takes about 10 minutes on two cores"
ticker 30 "still compiling" &
tick=$!
trap 'rm -f "$syso"; kill $tick 2>/dev/null || true' EXIT
# windowsgui: no console window behind the real one. Verbs of this program write
# to the console it was started from; in scripts tacklebox-cli.exe is the one to use.
go build -ldflags "-s -w -H windowsgui $LDFLAGS" -o "$out/tacklebox.exe" .
say "built build/windows/tacklebox.exe"
