#!/usr/bin/env bash
# screenshots.sh [LANGUAGE-THEME...]   docs/pictures from the real program and a real engine
#
# Without arguments: en and zh, light and dark. TABS names those to be taken
# ("latency registry"); without it all are. It needs root, for an engine of its own:
# a person's images are nobody's business.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/engine.sh
. scripts/engine.sh
# shellcheck source=scripts/scene.sh
. scripts/scene.sh
# shellcheck source=scripts/display.sh
. scripts/display.sh

OUT=$ROOT/docs/pictures
TABS=${TABS:-containers latency registry l2tp}
WIDTH=1200 HEIGHT=760

[ "$(id -u)" = 0 ] || die "the pictures are taken with a private engine, which takes root"
scripts/deps.sh build screenshots
scripts/build.sh window
CGO_ENABLED=0 go build -o "$BUILD/latencyscene" ./scripts/latencyscene
CGO_ENABLED=0 go build -o "$BUILD/registryscene" ./scripts/registryscene
CGO_ENABLED=1 go build -o "$BUILD/l2tpscene" ./scripts/l2tpscene
mkdir -p "$OUT"

home=$(mktemp -d)
app=
app_end() {
	[ -z "$app" ] || kill "$app" 2>/dev/null || true
	[ -z "$app" ] || wait "$app" 2>/dev/null || true
	app=
}
# wine_end: whatever runs in the prefix of the tests under Wine, if we began it.
wine_runs=
wine_end() {
	[ -n "$wine_runs" ] || return 0
	wineserver -k || true
	wineserver -w || true
	wine_runs=
}
finish() {
	app_end
	wine_end
	display_stop
	engine_stop
	rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT TERM

engine_private
scene_images

# The window names the engine by its context, not by a temporary folder.
person=$HOME
export HOME=$home DOCKER_CONFIG=$home/.docker
docker context create lab --docker "host=$DOCKER_HOST" >/dev/null 2>&1
docker context use lab >/dev/null 2>&1
host=$DOCKER_HOST

display_start ${WIDTH}x$HEIGHT

# settled FILE: a picture once two in a row are the same, or after 10 seconds
# (a cursor may blink for ever).
settled() {
	local file=$1 before="" now
	for _ in $(seq 14); do
		import -window root "$file"
		now=$(identify -format '%#' "$file")
		[ "$now" = "$before" ] && return
		before=$now
		sleep 0.7
	done
}

shot() {
	xdotool mousemove $((WIDTH - 2)) $((HEIGHT - 2))
	settled "$home/shot.png"
	convert "$home/shot.png" -strip +dither -colors 255 -define png:compression-level=9 "PNG8:$OUT/$1.png"
	say "docs/pictures/$1.png"
}

click() { xdotool mousemove "$1" "$2" click 1; }
enter() {
	xdotool type --delay 40 -- "$1"
	[ -z "${2:-}" ] || xdotool key "$2"
	settled "$home/wait.png"
}

# The search field, and the container called api, in the list beside the rail.
SEARCH="280 54"
API="190 263"

# containers_tab NAME CODE THEME: what died, the form, and a prompt.
containers_tab() {
	local name=$1 code=$2 theme=$3
	docker -H "$host" ps -aq | xargs -r docker -H "$host" rm -fv >/dev/null
	DOCKER_HOST=$host scene_containers
	rm -rf "$home/data"
	mkdir -p "$home/data"
	tab_settings containers "$code" "$theme" ""
	started "$BUILD/tacklebox" --data-dir "$home/data"
	# shellcheck disable=SC2086
	click $API
	shot "why.$name"
	# shellcheck disable=SC2086
	click $SEARCH
	enter shop/api
	shot "form.$name"
	xdotool key Return
	settled "$home/wait.png"
	enter 'ls -l' Return
	enter '/app/start.sh --port 8080' Return
	enter 'head -n 1 start.sh | cat -A' Return
	# shellcheck disable=SC2086
	click $SEARCH
	xdotool key ctrl+a BackSpace
	shot "containers.$name"
	app_end
}

# tab_settings TAB CODE THEME PANEL: what the window finds when it starts.
tab_settings() {
	printf '{"version":1,"language":"%s","theme":"%s","window_width":%d,"window_height":%d,"last_tab":"%s","panel":{%s}}\n' \
		"$2" "$3" $WIDTH $HEIGHT "$1" "$4" >"$home/data/settings.json"
}

# started COMMAND...: runs it until its window shows something that rests.
started() {
	local window
	env -u DOCKER_HOST XDG_RUNTIME_DIR="$home" "$@" >"$BUILD/screenshots.log" 2>&1 &
	app=$!
	window=$(window_of $app) || die "the program ended: $(tail -n 5 "$BUILD/screenshots.log")"
	# Without a window manager nobody gives it the keyboard.
	xdotool windowfocus "$window"
	sleep 2
	settled "$home/wait.png"
}

# DNS1 in the list of targets, and the plot's left half, for the read-out.
DNS1="190 257"
PLOT="760 250"

# latency_tab NAME CODE THEME: in a made-up network, each view from the start.
latency_tab() {
	local name=$1 code=$2 theme=$3 view
	rm -rf "$home/data"
	mkdir -p "$home/data"
	for view in 'latency:"range":"1d"' 'smokeping:"range":"1h","smokeping":true' 'grid:"range":"10m","view":"grid"'; do
		tab_settings latency "$code" "$theme" "\"latency\":{${view#*:}}"
		started unshare -n "$BUILD/latencyscene" -data "$home/data" "$BUILD/tacklebox" --data-dir "$home/data"
		# Until the list has figures.
		sleep 20
		if [ "${view%%:*}" != grid ]; then
			# shellcheck disable=SC2086
			click $DNS1
			sleep 4
			# shellcheck disable=SC2086
			xdotool mousemove $PLOT
			sleep 1
		fi
		import -window root "$home/shot.png"
		convert "$home/shot.png" -strip +dither -colors 255 -define png:compression-level=9 "PNG8:$OUT/${view%%:*}.$name.png"
		say "docs/pictures/${view%%:*}.$name.png"
		app_end
	done
}

# The button that applies a plan, at the window's lower right.
APPLY="$((WIDTH - 40)) $((HEIGHT - 45))"

# wizard NAME THEME PAGE: a page of the wizard. Dark are only those that the README
# shows.
wizard() {
	case $2-$3 in
	light-* | *-findings | *-preview) shot "l2tp-$3.$1" ;;
	*) settled "$home/wait.png" ;;
	esac
}

# l2tp_tab NAME CODE THEME: the wizard from a server's name to the proof, over a
# recorded PC. Enter goes on; what changes the PC wants a click of its own.
l2tp_tab() {
	local name=$1 code=$2 theme=$3 page
	rm -rf "$home/data"
	mkdir -p "$home/data"
	tab_settings l2tp "$code" "$theme" ""
	started "$BUILD/l2tpscene" -data "$home/data"
	enter vpn.corp.example Return
	sleep 1
	for page in server connection findings preview; do
		wizard "$name" "$theme" $page
		xdotool key Return # nothing on the preview has the keyboard
	done
	# shellcheck disable=SC2086
	click $APPLY
	sleep 3
	wizard "$name" "$theme" apply
	xdotool key Return
	settled "$home/wait.png"
	xdotool key Return
	sleep 4
	wizard "$name" "$theme" failed
	xdotool key Return
	sleep 5
	wizard "$name" "$theme" connected
	xdotool key Return
	wizard "$name" "$theme" "done"
	app_end
}

# In the Registries tab: the project shop and its repository api in the tree, a run
# that failed in the timeline, and the doctor's button.
SHOP="190 118"
REPOSITORY="190 147"
FAILED_RUN="560 334"
LOOK="490 89"

# registry_tab NAME CODE THEME: beside a made-up Harbor.
registry_tab() {
	local name=$1 code=$2 theme=$3 lower
	for lower in registry:tags artifact:cves; do
		registry_place "$code" "$theme" "\"place\":\"images\",\"lower\":\"${lower#*:}\""
		# shellcheck disable=SC2086
		click $SHOP
		sleep 1
		# shellcheck disable=SC2086
		click $REPOSITORY
		sleep 2
		shot "${lower%:*}.$name"
		app_end
	done
	registry_place "$code" "$theme" '"place":"work"'
	# shellcheck disable=SC2086
	click $FAILED_RUN
	sleep 1
	shot "jobs.$name"
	app_end
	registry_place "$code" "$theme" '"place":"doctor"'
	# shellcheck disable=SC2086
	click $LOOK
	sleep 3
	shot "doctor.$name"
	app_end
}

# registry_place CODE THEME VIEW: the tab with one of its views in front.
registry_place() {
	rm -rf "$home/data"
	mkdir -p "$home/data"
	tab_settings registry "$1" "$2" "\"registry\":{$3}"
	started "$BUILD/registryscene" -data "$home/data" "$BUILD/tacklebox" --data-dir "$home/data"
	sleep 2
}

# wine_page: the tab in the Windows build under Wine, where it says what is missing.
wine_page() {
	local wine=wine64 window
	[ ! -x /usr/lib/wine/wine64 ] || wine=/usr/lib/wine/wine64
	# With the person's own caches: without them it is built anew each time.
	HOME=$person scripts/windows.sh
	# The tests of the Windows build make the prefix that it is run in.
	[ -e "$BUILD/wine/prefix/ready" ] || HOME=$person scripts/wine.sh ./platform/l2tp/wine >/dev/null
	# One at a time with those tests: the end of one ends everything in the prefix.
	exec 9>"$BUILD/wine/lock"
	flock -w 900 9 || die "the tests under Wine do not end: look for them, or remove build/wine"
	rm -rf "$home/data"
	mkdir -p "$home/data"
	tab_settings l2tp en light ""
	export WINEPREFIX=$BUILD/wine/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
	display_stop
	# Wine draws a frame of its own around the window.
	display_start $((WIDTH + 100))x$((HEIGHT + 100))
	"$wine" "Z:${BUILD//\//\\}\\windows\\tacklebox.exe" --data-dir "Z:${home//\//\\}\\data" >"$BUILD/screenshots.log" 2>&1 </dev/null 9>&- &
	app=$! wine_runs=1
	window=$(window_of $app) || die "the Windows build ended: $(tail -n 5 "$BUILD/screenshots.log")"
	# Out of the way of a little window that stands for Wine's tray.
	xdotool windowmove "$window" 50 50
	sleep 10
	settled "$home/wait.png"
	import -window "$window" "$home/shot.png"
	convert "$home/shot.png" -strip +dither -colors 255 -define png:compression-level=9 "PNG8:$OUT/l2tp-wine.en.light.png"
	say "docs/pictures/l2tp-wine.en.light.png"
	app_end
	wine_end
	exec 9>&-
}

for pair in "${@:-en-light en-dark zh-light zh-dark}"; do
	for which in $pair; do
		language=${which%-*} theme=${which#*-}
		code=$language
		[ "$language" = zh ] && code=zh_Hans
		for tab in $TABS; do
			"${tab}_tab" "$language.$theme" "$code" "$theme"
		done
	done
done

# Last: building it takes ten minutes the first time.
case $#-$TABS in
0-*l2tp*) wine_page ;;
esac
