#!/usr/bin/env bash
# deps.sh SET...   names what is missing and installs it
#
# Sets: build (the window), test, wine (part of test), display (a virtual one), windows, package,
# screenshots, bench. With --list it only names and exits 1 when something is missing.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

only_list=
sets=
for a in "$@"; do
	case $a in
	--list) only_list=yes ;;
	*) sets="$sets $a" ;;
	esac
done

os=$(uname -s)
manager=
if [ "$os" = Darwin ]; then
	manager=brew
elif have apt-get; then
	manager=apt
elif have dnf; then
	manager=dnf
elif have pacman; then
	manager=pacman
fi

missing=  # what a person would call it, with commas
packages= # what the package manager calls it, with spaces

# lacks NAME apt dnf pacman brew: "-" where a system has it built in or has none.
lacks() {
	local name=$1 pkg=
	case $manager in
	apt) pkg=$2 ;;
	dnf) pkg=$3 ;;
	pacman) pkg=$4 ;;
	brew) pkg=$5 ;;
	esac
	[ "$pkg" = - ] && return
	names "$name"
	packages="$packages $pkg"
}

names() { missing="${missing:+$missing, }$1"; }

# need COMMAND NAME apt dnf pacman brew
need() {
	local cmd=$1
	shift
	have "$cmd" || lacks "$@"
}

# header FILE NAME apt dnf pacman brew: does the C compiler find it? Where there
# is no compiler yet, the usual folder is looked into.
header() {
	local file=$1
	shift
	if have cc; then
		echo "#include <$file>" | cc -E -x c - >/dev/null 2>&1 || lacks "$@"
	else
		[ -e "/usr/include/$file" ] || lacks "$@"
	fi
}

# The tests' images are one program without libraries.
static_busybox() {
	local b
	b=$(command -v busybox) && ! ldd "$b" >/dev/null 2>&1
}

font_chinese() { have fc-list && [ -n "$(fc-list ':lang=zh-cn' file 2>/dev/null | head -n 1)" ]; }

set_build() {
	if [ "$os" = Darwin ]; then
		if ! xcode-select -p >/dev/null 2>&1; then
			names "Apple's command line tools (xcode-select --install)"
		fi
		return
	fi
	need cc "a C compiler" gcc gcc gcc -
	# Without the C library's headers gcc is there and compiles nothing.
	header stdlib.h "the C library's headers" libc6-dev glibc-devel glibc -
	need pkg-config "pkg-config" pkg-config pkgconf-pkg-config pkgconf -
	header GL/gl.h "OpenGL headers" libgl1-mesa-dev mesa-libGL-devel libglvnd -
	header X11/Xcursor/Xcursor.h "X11 headers" libxcursor-dev libXcursor-devel libxcursor -
	header X11/extensions/Xrandr.h "X11 RandR headers" libxrandr-dev libXrandr-devel libxrandr -
	header X11/extensions/Xinerama.h "X11 Xinerama headers" libxinerama-dev libXinerama-devel libxinerama -
	header X11/extensions/XInput2.h "X11 input headers" libxi-dev libXi-devel libxi -
	header X11/extensions/xf86vmode.h "X11 video mode headers" libxxf86vm-dev libXxf86vm-devel libxxf86vm -
	header wayland-client-core.h "Wayland headers" libwayland-dev wayland-devel wayland -
	header xkbcommon/xkbcommon.h "xkbcommon headers" libxkbcommon-dev libxkbcommon-devel libxkbcommon -
}

set_display() {
	[ "$os" = Linux ] || return 0
	need Xvfb "Xvfb, a virtual display" xvfb xorg-x11-server-Xvfb xorg-server-xvfb -
	need import "ImageMagick" imagemagick ImageMagick imagemagick -
	need xdotool "xdotool" xdotool xdotool xdotool -
	# Mesa's software renderer draws where there is no graphics card.
	[ -n "$(find /usr/lib /usr/lib64 -name 'swrast_dri.so' -o -name 'libgallium*' 2>/dev/null | head -n 1)" ] ||
		lacks "Mesa's software renderer" libgl1-mesa-dri mesa-dri-drivers mesa -
}

set_test() {
	if [ "$os" != Linux ]; then
		need docker "a Docker engine" docker.io docker docker docker
		return
	fi
	set_display
	need dockerd "a Docker engine" docker.io moby-engine docker -
	need ip "iproute2" iproute2 iproute iproute2 -
	need fping "fping" fping fping fping -
	need iptables "iptables" iptables iptables-nft iptables -
	need podman "Podman" podman podman podman -
	static_busybox || lacks "a static busybox" busybox-static busybox busybox -
	# Debian leaves out the first process of Podman's pods.
	[ "$manager" != apt ] || need catatonit "catatonit" catatonit - - -
	need debootstrap "debootstrap" debootstrap debootstrap debootstrap -
	need docker-registry "a registry" docker-registry - - -
	need dbus-daemon "D-Bus" dbus dbus-daemon dbus -
	need gnome-keyring-daemon "GNOME's keyring" gnome-keyring gnome-keyring gnome-keyring -
	need xterm "xterm" xterm xterm xterm -
	need xclip "xclip" xclip xclip xclip -
	need git "git" git git git -
	# docker top asks the machine's ps.
	need ps "ps" procps procps-ng procps-ng -
	# It judges the unit of latency run.
	need systemd-analyze "systemd" systemd systemd systemd -
	need desktop-file-validate "desktop-file-utils" desktop-file-utils desktop-file-utils desktop-file-utils -
	need rrdtool "rrdtool" rrdtool rrdtool rrdtool -
	# Wine runs the Windows build on processors of its own kind only.
	[ "$(uname -m)" != x86_64 ] || set_wine
}

# The Windows build's own tests; arch has the compiler in a package that most lack.
set_wine() {
	[ "$os" = Linux ] || return 0
	need wine "Wine" "wine wine64" wine wine -
	need x86_64-w64-mingw32-gcc "the mingw-w64 C compiler" gcc-mingw-w64-x86-64 mingw64-gcc mingw-w64-gcc -
}

set_bench() {
	set_test
	need prometheus-smokeping-prober "smokeping_prober" prometheus-smokeping-prober - - -
}

set_screenshots() {
	set_test
	font_chinese || lacks "a Chinese font" fonts-noto-cjk google-noto-sans-cjk-fonts noto-fonts-cjk -
}

set_windows() {
	need x86_64-w64-mingw32-gcc "the mingw-w64 C compiler" gcc-mingw-w64-x86-64 mingw64-gcc mingw-w64-gcc mingw-w64
	need x86_64-w64-mingw32-windres "mingw-w64's resource compiler" binutils-mingw-w64-x86-64 mingw64-binutils mingw-w64-binutils mingw-w64
}

set_package() {
	[ "$os" = Linux ] || return 0
	need xz "xz" xz-utils xz xz -
	need zip "zip" zip zip zip -
	need dpkg-deb "dpkg-deb" dpkg dpkg dpkg -
	need desktop-file-validate "desktop-file-utils" desktop-file-utils desktop-file-utils desktop-file-utils -
	need appstreamcli "appstream" appstream appstream appstream -
}

# Go is not the package manager's business: a distribution's is usually older
# than go.mod asks for.
go_state=
check_go() {
	local want found
	want=$(go_want)
	if ! have go; then
		go_state=install
		names "Go $want"
		return
	fi
	# Asked outside the module: inside it an old go with GOTOOLCHAIN=auto would
	# already start to download, before anything was said.
	found=$(cd / && go env GOVERSION | sed 's/^go//; s/ .*//; s/-.*//')
	version_ge "$found" "$want" && return
	if version_ge "$found" 1.21 && [ "$(cd / && go env GOTOOLCHAIN)" != local ]; then
		say "Go $found fetches Go $want by itself, as go.mod asks for."
		return
	fi
	go_state=install
	names "Go $want (found $found)"
}

go_url() {
	local arch kernel
	case $(uname -m) in
	x86_64 | amd64) arch=amd64 ;;
	aarch64 | arm64) arch=arm64 ;;
	armv6l | armv7l) arch=armv6l ;;
	i?86) arch=386 ;;
	*) arch=$(uname -m) ;;
	esac
	kernel=$(uname -s | tr '[:upper:]' '[:lower:]')
	say "https://go.dev/dl/go$1.$kernel-$arch.tar.gz"
}

# The official archive into ~/sdk/goVERSION, where golang.org/dl puts it too.
install_go() {
	local want url dir tmp sum
	want=$(go_want)
	url=$(go_url "$want")
	dir=$HOME/sdk/go$want
	tmp=$(mktemp -d)
	say "fetching $url"
	if ! fetch "$url" "$tmp/go.tar.gz" || ! fetch "https://dl.google.com/go/${url##*/}.sha256" "$tmp/sum"; then
		rm -rf "$tmp"
		warn "Go $want could not be fetched. Get it from https://go.dev/dl and put its bin folder first in PATH, or unpack it so that $dir/bin/go is there."
		return 1
	fi
	sum=$(cut -c 1-64 "$tmp/sum")
	if [ "$(sha256 "$tmp/go.tar.gz")" != "$sum" ]; then
		rm -rf "$tmp"
		warn "$url does not have the SHA-256 that Go's makers publish: nothing was installed."
		return 1
	fi
	mkdir -p "$HOME/sdk"
	tar -C "$tmp" -xzf "$tmp/go.tar.gz"
	rm -rf "$dir"
	mv "$tmp/go" "$dir"
	rm -rf "$tmp"
	say "Go $want is in $dir"
}

fetch() {
	if have curl; then
		curl -fsSL --retry 2 -o "$2" "$1"
	elif have wget; then
		wget -q -O "$2" "$1"
	else
		warn "neither curl nor wget is here to fetch $1"
		return 1
	fi
}

sha256() {
	if have sha256sum; then sha256sum "$1" | cut -c 1-64; else shasum -a 256 "$1" | cut -c 1-64; fi
}

install_command() {
	case $manager in
	apt) say "apt-get install -y --no-install-recommends $packages" ;;
	dnf) say "dnf install -y $packages" ;;
	pacman) say "pacman -S --needed --noconfirm $packages" ;;
	brew) say "brew install $packages" ;;
	esac
}

install_packages() {
	local cmd
	cmd=$(install_command)
	# shellcheck disable=SC2086  # a command line, to be split
	case $manager in
	apt)
		# The list of packages may be as old as the machine's image.
		as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || return
		as_root env DEBIAN_FRONTEND=noninteractive $cmd -qq >"$BUILD/install.log" 2>&1 || {
			local rc=$?
			tail -n 15 "$BUILD/install.log" >&2
			return $rc
		}
		;;
	brew) $cmd ;;
	*) as_root $cmd ;;
	esac
}

for s in ${sets:-build}; do
	case $s in
	build) set_build ;;
	test) set_test ;;
	bench) set_bench ;;
	display) set_display ;;
	screenshots) set_screenshots ;;
	windows) set_windows ;;
	wine) set_wine ;;
	package) set_package ;;
	*) die "deps.sh: no set \"$s\"" ;;
	esac
done
check_go

# One package may stand for several things that are missing.
# shellcheck disable=SC2086  # a list, to be split
packages=$(printf '%s\n' $packages | sort -u | tr '\n' ' ' | sed 's/ *$//')
if [ -z "$missing" ]; then
	exit 0
fi

say "missing: $missing"
[ -z "$only_list" ] || exit 1

by_hand() {
	local sudo="sudo "
	[ "$(id -u)" != 0 ] && [ "$manager" != brew ] || sudo=
	[ -z "$packages" ] || warn "  $sudo$(install_command)"
}

if [ -n "$packages" ] && [ -z "$manager" ]; then
	die "no package manager known here (apt, dnf, pacman, brew): install the above by hand, then try again."
fi

# A person is asked; a script that runs unattended goes ahead.
if [ -t 0 ] && [ -t 1 ]; then
	[ -z "$packages" ] || say "  $(install_command)"
	[ -z "$go_state" ] || say "  Go from $(go_url "$(go_want)") to $HOME/sdk/go$(go_want)"
	printf 'Install this now? [Y/n] '
	read -r answer
	case $answer in
	"" | y* | Y* | j* | 是*) ;;
	*)
		warn "nothing was installed. To do it by hand:"
		by_hand
		exit 1
		;;
	esac
fi

if [ -n "$packages" ]; then
	say "installing: $packages"
	rc=0
	install_packages || rc=$?
	if [ $rc -ne 0 ]; then
		[ $rc -ne 126 ] || warn "this needs root, and sudo asks for a password or is not here."
		warn "type this, then try again:"
		by_hand
		exit 1
	fi
fi
if [ "$go_state" = install ]; then
	install_go || exit 1
fi
# Apple's tools come with a dialog of their own.
if [ "$os" = Darwin ] && ! xcode-select -p >/dev/null 2>&1; then
	xcode-select --install || true
	die "Apple's command line tools are being installed: try again when that has ended."
fi
exit 0
