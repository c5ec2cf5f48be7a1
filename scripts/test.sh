#!/usr/bin/env bash
# test.sh [PACKAGE...]   installs what the tests need and runs them
#
# With packages it runs only those. GOTESTFLAGS is given to go test (-run X).
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/engine.sh
. scripts/engine.sh

scripts/deps.sh build test
trap engine_stop EXIT
trap 'exit 130' INT TERM
engine_start

# The folders of a person's own are never looked at by a test.
scratch=$(mktemp -d)
trap 'engine_stop; rm -rf "$scratch"' EXIT

jsonl=$BUILD/test.jsonl
module=$(go list -m)
if [ $# -gt 0 ]; then
	race=$*
	plain=
else
	# The race detector where cgo allows: everywhere but in what links the window
	# driver, whose C code would be compiled a second time for it. And but in
	# panels/widgets: Fyne's test driver runs fyne.Do on the goroutine that calls
	# it, a timer's here, where the real driver hands it to its own; the detector
	# would report that difference.
	race=$(go list ./platform/... ./panels/... ./app/cli/... | grep -v "^$module/panels/widgets$")
	plain="$module/panels/widgets $(go list ./... | grep -v -E "^$module/(platform|panels|app/cli)(/|$)")"
fi

go build -o "$BUILD/testsum" ./scripts/testsum

# -count=1: what an engine answered last time proves nothing about today.
run() {
	local flags=${GOTESTFLAGS:-}
	# shellcheck disable=SC2086
	go test -json -count=1 -timeout 20m $flags "$@" || true
}

start=$SECONDS
rc=0
# shellcheck disable=SC2086
{
	[ -z "$race" ] || CGO_ENABLED=1 run -race $race
	[ -z "$plain" ] || CGO_ENABLED=1 run $plain
	# Last, so that its exit code counts: it fails where CI=true lacks Wine.
	[ $# -gt 0 ] || scripts/wine.sh
} | tee "$jsonl" | "$BUILD/testsum" | tee "$BUILD/test.txt" || rc=$?
say "took $((SECONDS - start)) s; every line of it is in build/test.jsonl"
exit $rc
