#!/usr/bin/env bash
# vuln.sh   govulncheck, where its database can be reached
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

GOVULNCHECK=golang.org/x/vuln/cmd/govulncheck@v1.9.0

scripts/deps.sh build
log=$BUILD/vuln.log
rc=0
# The program that is shipped; its tests and tools are not.
go run "$GOVULNCHECK" . >"$log" 2>&1 || rc=$?
if [ $rc -ne 0 ] && grep -qE 'fetching vulnerabilities|: Get "https|no such host|connection refused|i/o timeout|network is unreachable|TLS handshake timeout|proxyconnect' "$log"; then
	say "vuln: not checked: govulncheck or its database at vuln.go.dev cannot be reached from here"
	tail -n 2 "$log"
	exit 0
fi
cat "$log"
[ $rc -ne 0 ] || exit 0

found=$(sed -n 's/^Vulnerability #[0-9]*: \(GO-[0-9-]*\).*/\1/p' "$log" | sort -u)
[ -n "$found" ] || exit $rc
for id in $found; do
	if why=$(grep "^$id " scripts/vuln-accepted.txt); then
		say "accepted: $why"
	else
		warn "FAIL  $id"
		accepted=no
	fi
done
[ -z "${accepted:-}" ] || exit $rc
