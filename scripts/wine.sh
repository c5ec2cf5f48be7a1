#!/usr/bin/env bash
# wine.sh [PACKAGE...]   the Windows build's own tests, under Wine
#
# Prints the lines of `go test -json`, the packages named "wine: ...", for
# scripts/testsum; what it says itself goes to stderr. With packages it runs only
# those. Everything happens in a private prefix, build/wine/prefix, which stays:
# removed, it is made anew in 15 s. GOTESTFLAGS is given to go test.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

# Debian's own `wine` speaks of 32-bit programs that are not needed here, in the
# middle of the tests' output.
wine=
for w in /usr/lib/wine/wine64 wine64 wine; do
	if have "$w"; then
		wine=$w
		break
	fi
done
if [ -z "$wine" ] || ! have wineserver || ! have x86_64-w64-mingw32-gcc; then
	[ "${CI:-}" != true ] || die "the Windows build cannot be tested: Wine or mingw-w64 is missing: scripts/deps.sh test installs them"
	warn "the Windows build is not tested: Wine or mingw-w64 is not here (scripts/deps.sh test)"
	exit 0
fi

dir=$BUILD/wine
mkdir -p "$dir/kit"
# One at a time: they share the prefix, and the end of one ends all of it.
exec 9>"$dir/lock"
flock -w 900 9 || die "another run of the tests under Wine does not end: look for it, or remove build/wine"
export WINEPREFIX=$dir/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
# No window is drawn, and none of a person's own programs or settings is looked at.
unset DISPLAY WAYLAND_DISPLAY
trap 'wineserver -k 2>/dev/null || true; wineserver -w 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

# Wine 8 lacks the DLL that Go takes its random numbers from; one that passes them
# on stands in, for these tests alone.
cat >"$dir/prng.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE p, SIZE_T n) { return SystemFunction036(p, (ULONG)n); }
C
# Nothing that Wine starts may keep our output open when it stays behind.
if [ ! -e "$WINEPREFIX/ready" ]; then
	warn "making a Wine prefix in build/wine (15 s)"
	rm -rf "$WINEPREFIX"
	"$wine" wineboot -i >"$dir/boot.log" 2>&1 </dev/null
	"$wine" winecfg -v win10 >>"$dir/boot.log" 2>&1 </dev/null
	wineserver -w
	x86_64-w64-mingw32-gcc -shared -s -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" "$dir/prng.c" -ladvapi32
	touch "$WINEPREFIX/ready"
fi
wineserver -p
"$wine" cmd /c exit >/dev/null 2>&1 </dev/null

# os.RemoveAll fails under Wine with Go's newer way to delete files; Go has the older
# way too, and the tests' programs are built with it. What is shipped is not.
source=$(go env GOROOT)/src/internal/syscall/windows/at_windows.go
sed 's/if TestDeleteatFallback {/if true {/' "$source" >"$dir/at_windows.go"
! cmp -s "$source" "$dir/at_windows.go" || warn "Go's $source has changed: tests may not be able to clear their folders under Wine"
printf '{"Replace":{"%s":"%s"}}' "$source" "$dir/at_windows.go" >"$dir/overlay.json"

# Whatever a test leaves behind under Wine would keep the pipe to go test open, so
# the output goes through a file.
cat >"$dir/exec" <<SH
#!/bin/sh
out=\$(mktemp)
"$wine" "\$@" >"\$out" 2>&1 </dev/null
rc=\$?
[ \$rc = 0 ] || echo "exit code \$rc" >>"\$out"
cat "\$out"
rm -f "\$out"
exit \$rc
SH
chmod +x "$dir/exec"

export CGO_ENABLED=0
# The program that is shipped, and a fix kit that is made on this system.
GOOS=windows GOARCH=amd64 go build -ldflags "-s -w $LDFLAGS" -o "$dir/tacklebox-cli.exe" .
go build -ldflags "$LDFLAGS" -o "$dir/tacklebox-cli" .
cat >"$dir/plan.json" <<'JSON'
{"class":"ipsec","findings":[],"ops":[
{"op":"delete","key":"HKLM\\SYSTEM\\CurrentControlSet\\Services\\RasMan\\Parameters","name":"ProhibitIpSec","old":"dword:00000001","new":"absent","level":"green"},
{"op":"set","key":"HKLM\\SYSTEM\\CurrentControlSet\\Services\\PolicyAgent","name":"AssumeUDPEncapsulationContextOnSendRule","old":"absent","new":"dword:00000002","level":"amber"}]}
JSON
"$dir/tacklebox-cli" l2tp export --plan "$dir/plan.json" --format reg >"$dir/kit/do.reg"
"$dir/tacklebox-cli" l2tp export --plan "$dir/plan.json" --format reg --undo >"$dir/kit/undo.reg"
TACKLEBOX_TEST_CLI="Z:${dir//\//\\}\\tacklebox-cli.exe"
TACKLEBOX_TEST_KIT="Z:${dir//\//\\}\\kit"
export TACKLEBOX_TEST_CLI TACKLEBOX_TEST_KIT

module=$(go list -m)
test_windows() {
	# One package after another: they share one registry.
	# shellcheck disable=SC2086
	GOOS=windows GOARCH=amd64 go test -json -count=1 -p 1 -timeout 5m -overlay "$dir/overlay.json" -exec "$dir/exec" ${GOTESTFLAGS:-} "$@" </dev/null || true
}

{
	if [ $# -gt 0 ]; then
		test_windows "$@"
	else
		# Go's UDP sockets fail under Wine 8, so the probes stay out.
		# shellcheck disable=SC2046
		test_windows ./platform/elevate ./platform/keychain $(go list ./platform/l2tp/... | grep -v '/l2tp/probe$')
		test_windows -run '^TestL2TP' ./app/cli
	fi
} | sed -u -e "s#\"\\(Package\\|ImportPath\\)\":\"$module#\"\\1\":\"wine: $module#" -e "s#\\\\t$module/#\\\\twine: $module/#"
