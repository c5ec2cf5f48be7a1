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

say "there is no display here: starting a virtual one (Xvfb)"
picture=$BUILD/window.png
rm -f "$picture"
# A folder of its own: a picture must not show or touch a person's settings.
data=$(mktemp -d)
display_file=$(mktemp)
xvfb=
app=
finish() {
	[ -z "$app" ] || kill "$app" 2>/dev/null || true
	[ -z "$app" ] || wait "$app" 2>/dev/null || true
	[ -z "$xvfb" ] || kill "$xvfb" 2>/dev/null || true
	rm -rf "$data" "$display_file"
}
trap finish EXIT
trap 'exit 130' INT TERM

Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$display_file" >"$BUILD/xvfb.log" 2>&1 &
xvfb=$!
for _ in $(seq 100); do
	[ -s "$display_file" ] && break
	kill -0 $xvfb 2>/dev/null || die "the virtual display did not start: $(tail -n 3 "$BUILD/xvfb.log")"
	sleep 0.1
done
DISPLAY=:$(cat "$display_file")
export DISPLAY

"$BUILD/tacklebox" --data-dir "$data" "$@" >"$BUILD/window.log" 2>&1 &
app=$!

# The first frame is there once the window has more than a handful of colours.
for _ in $(seq 300); do
	kill -0 $app 2>/dev/null || {
		cat "$BUILD/window.log" >&2
		app=
		die "the program ended before its window was drawn"
	}
	window=$(xdotool search --onlyvisible --name . 2>/dev/null | head -n 1 || true)
	if [ -n "$window" ]; then
		import -window "$window" "$picture" 2>/dev/null || true
		colours=$(identify -format %k "$picture" 2>/dev/null || echo 0)
		[ "$colours" -gt 50 ] && break
	fi
	sleep 0.2
done
[ "${colours:-0}" -gt 50 ] || die "no window was drawn within 60 s: see build/window.log"
# What the panels ask for arrives after the first frame: the engine's lists.
sleep 3
import -window "$window" "$picture"
say "the window opened and was drawn; its picture is build/window.png"
say "(to use it, run this where there is a screen; without one, build/tacklebox debug works in this terminal)"
