#!/usr/bin/env bash
# run.sh [ARGUMENTS]   installs what is missing, builds, opens the window
#
# Without a display it starts a virtual one, leaves a picture of the window in
# build/window.png and ends.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

sets=build
virtual=
if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; then
	virtual=yes
	sets="build display"
fi
# shellcheck disable=SC2086
scripts/deps.sh $sets
scripts/build.sh window

if [ -z "$virtual" ]; then
	exec "$BUILD/tacklebox" "$@"
fi

# shellcheck source=scripts/display.sh
. scripts/display.sh
say "there is no display here: starting a virtual one (Xvfb)"
picture=$BUILD/window.png
rm -f "$picture"
# A folder of its own: a picture must not show or touch a person's settings.
data=$(mktemp -d)
app=
finish() {
	[ -z "$app" ] || kill "$app" 2>/dev/null || true
	[ -z "$app" ] || wait "$app" 2>/dev/null || true
	display_stop
	rm -rf "$data"
}
trap finish EXIT
trap 'exit 130' INT TERM
display_start 1280x800

"$BUILD/tacklebox" --data-dir "$data" "$@" >"$BUILD/window.log" 2>&1 &
app=$!
window=$(window_of $app) || {
	cat "$BUILD/window.log" >&2
	die "no window appeared within 60 s, or the program ended (build/window.log)"
}

# The first frame is there once the window has more than a handful of colours.
colours=0
for _ in $(seq 150); do
	kill -0 $app 2>/dev/null || die "the program ended before its window was drawn: $(tail -n 5 "$BUILD/window.log")"
	if import -window "$window" "$picture" 2>/dev/null; then
		colours=$(identify -format %k "$picture" 2>/dev/null || echo 0)
		[ "$colours" -gt 50 ] && break
	fi
	sleep 0.2
done
[ "$colours" -gt 50 ] || die "no window was drawn within 30 s: see build/window.log"
# What the panels ask for arrives after the first frame: the engine's lists.
sleep 3
import -window "$window" "$picture"
say "the window opened and was drawn; its picture is build/window.png"
say "(to use it, run this where there is a screen; without one, build/tacklebox debug works in this terminal)"
