# shellcheck shell=bash
# A virtual display for windows that nobody looks at. Sourced after lib.sh; call
# display_stop from the EXIT trap.

DISPLAY_PID=

# display_start [WIDTHxHEIGHT]: sets DISPLAY.
display_start() {
	local number
	number=$(mktemp)
	# Without -noreset it starts over when its last client leaves, and refuses the
	# next one if that comes at once: one in some hundreds.
	Xvfb -displayfd 3 -screen 0 "${1:-1280x800}x24" -noreset -nolisten tcp 3>"$number" >"$BUILD/xvfb.log" 2>&1 &
	DISPLAY_PID=$!
	for _ in $(seq 100); do
		[ -s "$number" ] && break
		kill -0 $DISPLAY_PID 2>/dev/null || die "the virtual display did not start: $(tail -n 3 "$BUILD/xvfb.log")"
		sleep 0.1
	done
	DISPLAY=:$(cat "$number")
	export DISPLAY
	unset WAYLAND_DISPLAY
	# An empty Fyne window would start a bus with dbus-launch, which nobody ends.
	[ -n "${DBUS_SESSION_BUS_ADDRESS:-}" ] || export DBUS_SESSION_BUS_ADDRESS=disabled:
	rm -f "$number"
}

display_stop() {
	[ -z "$DISPLAY_PID" ] || kill "$DISPLAY_PID" 2>/dev/null || true
	DISPLAY_PID=
}

# window_of PID: waits until that program shows a window, and prints its number.
window_of() {
	local window
	for _ in $(seq 300); do
		window=$(xdotool search --onlyvisible --name . 2>/dev/null | head -n 1 || true)
		if [ -n "$window" ]; then
			say "$window"
			return
		fi
		kill -0 "$1" 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}
