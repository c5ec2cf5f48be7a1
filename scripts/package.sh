#!/usr/bin/env bash
# package.sh   dist/: what each system's user expects, as far as this machine can build it
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

ID=io.github.tacklebox.Tacklebox
DIST=$ROOT/dist
mkdir -p "$DIST"
rm -f "$BUILD/THIRD-PARTY.txt" # the modules may have changed

# The link flags leave the symbol table out, which halves the download; nothing
# is compiled anew for it.
build_stripped() {
	CGO_ENABLED=1 go build -ldflags "-s -w $LDFLAGS" -o "$1/tacklebox" .
	CGO_ENABLED=0 go build -ldflags "-s -w $LDFLAGS" -o "$1/tacklebox-cli" .
}

# What every package has besides the programs.
papers() {
	[ -s "$BUILD/THIRD-PARTY.txt" ] || scripts/third-party.sh "$BUILD/THIRD-PARTY.txt"
	cp LICENSE NOTICE "$BUILD/THIRD-PARTY.txt" README.md README.zh-CN.md CHANGELOG.md "$1/"
}

# Everything a Linux system gets, below a prefix such as usr.
linux_tree() {
	local p=$1 size
	mkdir -p "$p/bin"
	cp "$BUILD/package/tacklebox" "$BUILD/package/tacklebox-cli" "$p/bin/"
	install -Dm644 "assets/linux/$ID.desktop" "$p/share/applications/$ID.desktop"
	install -Dm644 "assets/linux/$ID.metainfo.xml" "$p/share/metainfo/$ID.metainfo.xml"
	# Below share, where systemd looks for units too, so that any prefix will do.
	install -Dm644 assets/linux/tacklebox-latency.service "$p/share/systemd/user/tacklebox-latency.service"
	install -Dm644 assets/icons/app.svg "$p/share/icons/hicolor/scalable/apps/$ID.svg"
	for size in 16 22 24 32 48 64 96 128 256 512; do
		install -Dm644 "assets/icons/png/tacklebox-$size.png" "$p/share/icons/hicolor/${size}x$size/apps/$ID.png"
	done
	mkdir -p "$p/share/man/man1"
	manual | gzip -9n >"$p/share/man/man1/tacklebox.1.gz"
	ln -s tacklebox.1.gz "$p/share/man/man1/tacklebox-cli.1.gz"
	completions "$p"
}

# The verbs describe and complete themselves, under the name they are called by.
called() {
	local name=$1
	shift
	mkdir -p "$BUILD/package/called"
	ln -sf ../tacklebox-cli "$BUILD/package/called/$name"
	"$BUILD/package/called/$name" "$@"
}

# troff takes a dot or a quote at a line's start, and backslashes, for its own.
help_text() { called tacklebox "$@" --help | sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/"; }

manual() {
	local line
	while IFS= read -r line; do
		case $line in
		@HELP@) help_text ;;
		@HELP_DEBUG@) help_text debug ;;
		@HELP_LATENCY@) help_text latency ;;
		@HELP_LATENCY_WATCH@) help_text latency watch ;;
		*) printf '%s\n' "${line//@VERSION@/$VERSION}" ;;
		esac
	done <assets/linux/tacklebox.1
}

completions() {
	local p=$1 name
	mkdir -p "$p/share/bash-completion/completions" "$p/share/zsh/vendor-completions" "$p/share/fish/vendor_completions.d"
	for name in tacklebox tacklebox-cli; do
		called $name completion bash >"$p/share/bash-completion/completions/$name"
		called $name completion zsh >"$p/share/zsh/vendor-completions/_$name"
		called $name completion fish >"$p/share/fish/vendor_completions.d/$name.fish"
	done
}

archive() {
	local arch=$1 name=tacklebox-$VERSION-linux-$1 top=$BUILD/package
	rm -rf "${top:?}/$name"
	linux_tree "$top/$name"
	papers "$top/$name"
	cp assets/linux/install.sh "$top/$name/"
	tar -C "$top" --owner=0 --group=0 --sort=name -cJf "$DIST/$name.tar.xz" "$name"
	say "dist/$name.tar.xz"
}

debian_changelog() {
	printf 'tacklebox (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.gz beside this file.\n\n' "$VERSION"
	printf ' -- %s  %s\n' "$(sed -n 's/^Maintainer: //p' assets/linux/control)" "$(date -R)"
}

deb() {
	local arch=$1 top=$BUILD/package/deb file=$DIST/tacklebox_${VERSION}_$1.deb size
	rm -rf "$top"
	linux_tree "$top/usr"
	[ -s "$BUILD/THIRD-PARTY.txt" ] || scripts/third-party.sh "$BUILD/THIRD-PARTY.txt"
	install -Dm644 NOTICE "$top/usr/share/doc/tacklebox/NOTICE"
	gzip -9n <"$BUILD/THIRD-PARTY.txt" | install -Dm644 /dev/stdin "$top/usr/share/doc/tacklebox/THIRD-PARTY.txt.gz"
	sed "s/@YEAR@/$(date +%Y)/" assets/linux/copyright | install -Dm644 /dev/stdin "$top/usr/share/doc/tacklebox/copyright"
	gzip -9n <CHANGELOG.md | install -Dm644 /dev/stdin "$top/usr/share/doc/tacklebox/CHANGELOG.md.gz"
	debian_changelog | gzip -9n | install -Dm644 /dev/stdin "$top/usr/share/doc/tacklebox/changelog.gz"
	mkdir -p "$top/DEBIAN"
	size=$(du -sk "$top/usr" | cut -f 1)
	sed -e "s/@VERSION@/$VERSION/; s/@ARCH@/$arch/; s/@SIZE@/$size/" assets/linux/control >"$top/DEBIAN/control"
	(cd "$top" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$top/DEBIAN/md5sums"
	find "$top" -type d -exec chmod 755 {} +
	dpkg-deb --root-owner-group -Zxz --build "$top" "$file" >/dev/null
	say "dist/${file##*/}"
}

check_linux() {
	desktop-file-validate "assets/linux/$ID.desktop"
	appstreamcli validate --no-net "assets/linux/$ID.metainfo.xml" >"$BUILD/appstream.log" || {
		cat "$BUILD/appstream.log" >&2
		return 1
	}
	dpkg-deb --info "$DIST"/tacklebox_"$VERSION"_*.deb >"$BUILD/deb.log"
	if have lintian; then
		# A statically linked Go program is one by intent.
		lintian --fail-on error --suppress-tags statically-linked-binary "$DIST"/tacklebox_"$VERSION"_*.deb
	fi
	say "checked: desktop entry, AppStream metainfo, .deb$(have lintian && say ', lintian')"
}

linux() {
	local arch
	scripts/deps.sh build package
	say "building (a first build takes 5 to 10 minutes)"
	mkdir -p "$BUILD/package"
	build_stripped "$BUILD/package"
	arch=$(go env GOARCH)
	archive "$arch"
	[ "$arch" = arm ] && arch=armhf
	deb "$arch"
	check_linux
}

windows() {
	local name=tacklebox-$VERSION-windows-amd64 top=$BUILD/package
	if ! have x86_64-w64-mingw32-gcc; then
		say "no Windows .zip: the mingw-w64 compiler is not here (make windows installs it)"
		return
	fi
	scripts/windows.sh
	rm -rf "${top:?}/$name"
	mkdir -p "$top/$name"
	papers "$top/$name"
	cp "$BUILD/windows/tacklebox.exe" "$BUILD/windows/tacklebox-cli.exe" "$top/$name/"
	rm -f "$DIST/$name.zip"
	(cd "$top" && zip -qr9X "$DIST/$name.zip" "$name")
	say "dist/$name.zip"
}

darwin() {
	local app=$BUILD/package/Tacklebox.app
	scripts/deps.sh build
	rm -rf "$app"
	mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
	build_stripped "$app/Contents/MacOS"
	sed "s/@VERSION@/$VERSION/" assets/darwin/Info.plist >"$app/Contents/Info.plist"
	cp assets/icons/tacklebox.icns "$app/Contents/Resources/"
	papers "$app/Contents/Resources"
	plutil -lint "$app/Contents/Info.plist"
	# Unsigned code does not start on Apple's own processors; this is no
	# developer's signature, so Gatekeeper asks on other machines.
	codesign --force --deep --sign - "$app"
	(cd "$BUILD/package" && ditto -c -k --keepParent Tacklebox.app "$DIST/tacklebox-$VERSION-macos-$(go env GOARCH).zip")
	say "dist/tacklebox-$VERSION-macos-$(go env GOARCH).zip"
}

case $(uname -s) in
Darwin) darwin ;;
*)
	linux
	windows
	;;
esac
