#!/usr/bin/env bash
# third-party.sh FILE   the licence texts of every module that is linked in
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

out=${1:-$BUILD/THIRD-PARTY.txt}
: >"$out"
# Both programs' modules: the window's are the larger set.
go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' . | sort -u | while read -r path version dir; do
	found=
	for f in "$dir"/LICENSE* "$dir"/LICENCE* "$dir"/COPYING* "$dir"/NOTICE* "$dir"/license*; do
		[ -f "$f" ] || continue
		found=yes
		{
			printf '=== %s %s: %s\n\n' "$path" "$version" "${f##*/}"
			cat "$f"
			printf '\n\n'
		} >>"$out"
	done
	[ -n "$found" ] || die "$path $version comes without a licence text"
done
{
	printf '=== the Go standard library and runtime: LICENSE\n\n'
	cat "$(go env GOROOT)/LICENSE"
	printf '\n\n=== Noto Sans SC: OFL.txt\n\n'
	cat assets/fonts/OFL.txt
} >>"$out"
