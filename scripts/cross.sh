#!/usr/bin/env bash
# cross.sh   the cgo-free builds for Linux, Windows and macOS, tests vetted too
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

scripts/deps.sh build
export CGO_ENABLED=0

# vet compiles the tests as well, which a build leaves out.
# Nothing that imports Fyne can be checked for macOS without a Mac.
check() {
	local os=$1 arch=$2
	shift 2
	GOOS=$os GOARCH=$arch go vet "$@"
	say "ok    $os/$arch $*"
}

static() {
	local os=$1 arch=$2 ext=${3:-}
	GOOS=$os GOARCH=$arch go build -ldflags "-s -w $LDFLAGS" -o "$BUILD/cross/tacklebox-cli-$os-$arch$ext" .
	say "ok    tacklebox-cli $os/$arch"
}

check linux amd64 ./platform/... ./panels/... ./app/cli/...
check windows amd64 ./platform/... ./panels/... ./app/cli/...
check darwin arm64 ./platform/... ./app/cli/...
static linux amd64
static linux arm64
static windows amd64 .exe
static darwin arm64
