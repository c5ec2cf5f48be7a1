#!/usr/bin/env bash
# bench.sh [NAME...]   each budget beside its peer, in one run
#
# Each folder of bench/ is a program that measures one budget and its peer in
# turns, prints both, and ends with 1 when the budget is not met.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/engine.sh
. scripts/engine.sh
# shellcheck source=scripts/display.sh
. scripts/display.sh

scripts/deps.sh build bench
trap 'display_stop; engine_stop' EXIT
trap 'exit 130' INT TERM
scripts/build.sh window
scripts/build.sh cli
engine_start
# Ours and its peer on the same display, which nothing else draws on.
display_start 1280x900

rc=0
over=
for main in bench/*/main.go; do
	name=$(basename "$(dirname "$main")")
	[ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
	say
	say "== $name"
	go run "./bench/$name" || {
		rc=1
		over="$over $name"
	}
done
say
say "machine: $(nproc) cores, load $(cut -d ' ' -f 1-3 /proc/loadavg 2>/dev/null)"
[ $rc -eq 0 ] || say "over budget, or not measured:$over"
exit $rc
