#!/usr/bin/env bash
# fuzz.sh [PACKAGE...]   every fuzz target for FUZZTIME
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

export CGO_ENABLED=0
rc=0
for pkg in $(go list "${@:-./platform/...}"); do
	for target in $(go test -list '^Fuzz' "$pkg" | grep '^Fuzz' || true); do
		say "$pkg $target, ${FUZZTIME:-30s}"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}" "$pkg" || rc=1
	done
done
exit $rc
