#!/usr/bin/env bash
# fuzz.sh [PACKAGE...]   every fuzz target for FUZZTIME, and how often each was run
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

# Go would spend up to a minute to make each new input smaller, and for inputs of
# some size that is all it does: 3 runs in 60 s, and PASS. So it does not, and a
# target that was hardly run fails.
least=${FUZZLEAST:-1000}

export CGO_ENABLED=0
log=$(mktemp)
counts=$(mktemp)
trap 'rm -f "$log" "$counts"' EXIT
rc=0
for pkg in $(go list "${@:-./platform/...}"); do
	for target in $(go test -list '^Fuzz' "$pkg" | grep '^Fuzz' || true); do
		say "$pkg $target, ${FUZZTIME:-30s}"
		said=ok
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}" -fuzzminimizetime 1x -parallel "${FUZZPARALLEL:-2}" "$pkg" 2>&1 | tee "$log" || said=FAILED
		runs=$(grep -o 'execs: [0-9]*' "$log" | tail -1 | cut -d' ' -f2 || true)
		[ "${runs:-0}" -ge "$least" ] || said="FAILED, fewer than $least"
		[ "$said" = ok ] || rc=1
		printf '%-44s %-24s %9s  %s\n' "${pkg#tacklebox/}" "$target" "${runs:-0}" "$said" >>"$counts"
	done
done
say "runs of each target in ${FUZZTIME:-30s}"
cat "$counts"
exit $rc
