#!/bin/sh
# install.sh [PREFIX]   copies Tacklebox to /usr/local, or to PREFIX
# install.sh --remove [PREFIX]   takes it away again
set -eu
cd "$(dirname "$0")"

remove=
if [ "${1:-}" = --remove ]; then
	remove=yes
	shift
fi
prefix=${1:-/usr/local}

find bin share -type f -o -type l | while read -r f; do
	if [ -n "$remove" ]; then
		rm -f "$prefix/$f"
	else
		mkdir -p "$prefix/$(dirname "$f")"
		cp -P "$f" "$prefix/$f"
	fi
done
for c in "update-desktop-database -q $prefix/share/applications" "gtk-update-icon-cache -q -t $prefix/share/icons/hicolor"; do
	$c 2>/dev/null || true # only menus' caches, where the desktop keeps any
done
if [ -n "$remove" ]; then
	echo "Tacklebox is removed from $prefix; settings and data stay where they are"
else
	echo "Tacklebox is in $prefix: start it from the menu, or type tacklebox"
fi
