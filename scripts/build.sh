#!/usr/bin/env bash
# build.sh window|cli [FILE]   builds the program and shows that it moves
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

what=${1:-window}

case $what in
window)
	out=${2:-$BUILD/tacklebox}
	export CGO_ENABLED=1
	# The toolkit's C code takes nearly all of a first build's time; Go keeps it.
	if [ -z "$(go list -f '{{if not .Stale}}built{{end}}' github.com/go-gl/gl/v2.1/gl 2>/dev/null)" ]; then
		say "building: the first time takes 5 to 10 minutes on two cores (the window toolkit's C code); after that, seconds"
	fi
	;;
cli)
	out=${2:-$BUILD/tacklebox-cli}
	export CGO_ENABLED=0
	;;
*) die "build.sh: window or cli, not \"$what\"" ;;
esac

# -v prints each package once it is compiled: the first lines of movement. The
# slow ones are named by the ticker, which needs no terminal.
log=$BUILD/build-$what.log
: >"$log"
go build -v -ldflags "$LDFLAGS" -o "$out" . >"$log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true' INT TERM
start=$SECONDS shown=0
while kill -0 $pid 2>/dev/null; do
	sleep 0.2
	now=$((SECONDS - start))
	if [ $now -ge $((shown + 5)) ]; then
		shown=$now
		say "  $now s: $(grep -c / "$log" || true) packages compiled, last: $(tail -n 1 "$log" | cut -c 1-60)"
	fi
done
if ! wait $pid; then
	grep -v '^[a-z0-9./_-]*$' "$log" >&2 || cat "$log" >&2
	die "the build of $out ended with an error (all of it: $log)"
fi
say "built ${out#"$ROOT"/} in $((SECONDS - start)) s"
