#!/usr/bin/env bash
# lint.sh   gofmt, go vet, staticcheck, and shellcheck where it is installed
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

STATICCHECK=honnef.co/go/tools/cmd/staticcheck@v0.8.2

scripts/deps.sh build
rc=0
step() {
	local name=$1
	shift
	if "$@"; then
		say "ok    $name"
	else
		warn "FAIL  $name"
		rc=1
	fi
}

# shellcheck disable=SC2317  # called through step
formatted() {
	local out
	out=$(find . -name '*.go' -not -path './build/*' -exec gofmt -l {} +)
	[ -z "$out" ] || {
		warn "gofmt -w wants these:"
		warn "$out"
		return 1
	}
}

step gofmt formatted
step "go vet" go vet ./...
step "$STATICCHECK" go run "$STATICCHECK" ./...
if have shellcheck; then
	step shellcheck shellcheck -x scripts/*.sh .ci/run
else
	say "      shellcheck is not installed: the scripts were not checked"
fi
exit $rc
