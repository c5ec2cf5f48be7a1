# shellcheck shell=bash
# What every script here starts with: the project's folder, the right Go, a few
# words to say things with. Sourced, never run.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
BUILD=$ROOT/build
mkdir -p "$BUILD"

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() {
	warn "$*"
	exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# The version of Go that go.mod asks for.
go_want() {
	local v
	v=$(sed -n 's/^toolchain go//p' go.mod)
	[ -n "$v" ] || v=$(sed -n 's/^go //p' go.mod)
	say "$v"
}

# version_ge A B: is A at least B?
version_ge() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$1" ]; }

# The official Go of `golang.org/dl` wins over a distribution's.
# Daemons lie where a person's PATH does not reach.
PATH=$HOME/sdk/go$(go_want)/bin:$PATH:/usr/sbin:/sbin
export PATH

VERSION=$(sed -n 's/^Version *= *"\(.*\)"/\1/p' FyneApp.toml)
COMMIT=$(git rev-parse --short=12 HEAD 2>/dev/null || true)
# Only the linker sees these, so that nothing is compiled anew for them.
# shellcheck disable=SC2034  # for those who source this
LDFLAGS="-X main.version=$VERSION -X main.commit=$COMMIT"

# A checkout that belongs to somebody else (a container's mount, a shared disk)
# makes `go build` stop in git; the version comes from FyneApp.toml anyway.
case " ${GOFLAGS:-$(go env GOFLAGS 2>/dev/null || true)} " in
*" -buildvcs="*) ;;
*) export GOFLAGS="${GOFLAGS:-$(go env GOFLAGS 2>/dev/null || true)} -buildvcs=false" ;;
esac

# Runs as root what needs it: as we are, or by sudo, which may ask a person.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
		sudo "$@"
	else
		return 126
	fi
}

# every SECONDS, what has passed: so that long silent work is seen to move.
# Ends with the shell that started it.
ticker() {
	local start=$SECONDS every=$1 what=$2
	while sleep "$every"; do
		say "  $what: $((SECONDS - start)) s"
	done
}
