# Tacklebox: `make` alone prints what there is. Every target is a script or a
# few lines, so that each can be read and run by hand.

# What newcomers lack is Go itself more often than not: scripts/deps.sh puts the
# official one where golang.org/dl puts it, and it wins over a distribution's.
GO_WANT := $(shell sed -n 's/^toolchain go//p' go.mod)
ifeq ($(GO_WANT),)
GO_WANT := $(shell sed -n 's/^go //p' go.mod)
endif
export PATH := $(HOME)/sdk/go$(GO_WANT)/bin:$(PATH)

# One flag set everywhere: -trimpath, tags that reach Fyne and other C flags each
# compile GLFW and OpenGL anew, 5 to 10 minutes on two cores. Link flags do not.
VERSION := $(shell sed -n 's/^Version *= *"\(.*\)"/\1/p' FyneApp.toml)
export FUZZTIME ?= 30s

.DEFAULT_GOAL := help
.PHONY: help run build cli test soak lint vuln cross windows package screenshots bench fuzz deps clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | while IFS="$$(printf '\t')" read -r t h; do printf '  make %-12s %s\n' "$$t" "$$h"; done

run: ## installs what is missing, builds, opens the window
	@scripts/run.sh

build: ## the window program, build/tacklebox
	@scripts/build.sh window

cli: ## the same without a window, static: build/tacklebox-cli
	@scripts/build.sh cli

test: ## installs what the tests need and runs all of them
	@scripts/test.sh

soak: ## a thousand targets every second for SOAK (10m): nothing missed, nothing grows
	@SOAK=$${SOAK:-10m} CI=true CGO_ENABLED=0 go test -v -count=1 -timeout 60m -run TestThousandTargets ./platform/latency/service

lint: ## gofmt, go vet, staticcheck and shellcheck
	@scripts/lint.sh

vuln: ## govulncheck, where its database can be reached
	@scripts/vuln.sh

cross: ## cgo-free builds for Linux, Windows and macOS
	@scripts/cross.sh

windows: ## build/windows/tacklebox.exe from Linux, with mingw
	@scripts/windows.sh

package: ## dist/: .tar.xz and .deb, a Windows .zip, on a Mac an .app
	@scripts/package.sh

screenshots: ## docs/pictures from the real program and a real engine
	@scripts/screenshots.sh

bench: ## each budget beside its peer, in one run
	@scripts/bench.sh

fuzz: ## every fuzz target for FUZZTIME (30s)
	@scripts/fuzz.sh

deps: ## names what building and testing lack, and installs it
	@scripts/deps.sh build test

clean: ## removes build/ and dist/; the Go build cache stays
	@rm -rf build dist tacklebox_windows_amd64.syso
