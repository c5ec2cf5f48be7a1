package containers

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/docker/docker/api/types/versions"

	"tacklebox/platform/containers/launch"
)

// Resolve completes a spec to what Launch would send: the shell (looked for in
// the image when none was chosen), entrypoint and command by the keep-alive
// choice, a name, the source and what the image itself would have run. A spec
// that is complete stays as it is.
func (e *Engine) Resolve(ctx context.Context, spec launch.Spec) (launch.Spec, ImageDetail, error) {
	defer e.launching.removals.Wait()
	return e.resolve(ctx, spec)
}

// resolve is Resolve without the wait for a probe container's removal.
func (e *Engine) resolve(ctx context.Context, spec launch.Spec) (launch.Spec, ImageDetail, error) {
	spec = spec.Clone()
	detail, err := e.Image(ctx, spec.Image)
	if err != nil {
		return spec, detail, err
	}
	if versions.LessThan(e.api.ClientVersion(), apiVariants) {
		if err := checkPlatform(spec, detail); err != nil {
			return spec, detail, err
		}
	}
	if spec.KeepAlive == "" {
		spec.KeepAlive = launch.KeepShell
	}
	if spec.Source == "" {
		spec.Source = spec.Image
	}
	if len(spec.Original.Argv()) == 0 {
		spec.Original = detail.Command
	}
	if err := e.resolveCommand(ctx, &spec, detail); err != nil {
		return spec, detail, err
	}
	if spec.Name == "" {
		spec.Name = launch.SuggestName(spec.Source, newID(3))
	}
	// What Launch adds of its own accord, so that a printed command gives an equal
	// container, which is found again by its labels; Launch puts its own session
	// and time over these.
	spec.NoInit = !useInit(spec, e.target(detail))
	spec = withLabels(spec, e.labels(KindDebug, newID(8), spec.Source, time.Now()))
	if err := spec.Validate(); err != nil {
		return spec, detail, &Error{Op: "launch", Object: spec.Image, Cause: CauseBadRequest, Err: err}
	}
	return spec, detail, nil
}

// withLabels is spec with labels over its own.
func withLabels(spec launch.Spec, labels map[string]string) launch.Spec {
	own := maps.Clone(spec.Labels)
	if own == nil {
		own = map[string]string{}
	}
	maps.Copy(own, labels)
	spec.Labels = own
	return spec
}

// checkPlatform refuses a platform that the local image is known not to have,
// before an engine starts it under a warning.
func checkPlatform(spec launch.Spec, detail ImageDetail) error {
	if spec.Platform == "" || detail.Platform == "" {
		return nil
	}
	want, have := strings.Split(spec.Platform, "/"), strings.Split(detail.Platform, "/")
	if len(want) < 2 || len(have) < 2 || want[0] == have[0] && want[1] == have[1] {
		return nil
	}
	return &Error{Op: "launch", Object: spec.Image, Cause: CausePlatform,
		Err:  fmt.Errorf("the image here is for %s, not for %s", detail.Platform, spec.Platform),
		Hint: "pull it for that platform, or choose the platform the image has"}
}

// resolveCommand fills Shell, Entrypoint and Cmd.
func (e *Engine) resolveCommand(ctx context.Context, spec *launch.Spec, detail ImageDetail) error {
	sleeps := spec.KeepAlive == launch.KeepSleep
	if len(spec.Shell) == 0 || sleeps {
		found, err := e.probe(ctx, spec.Image, spec.Platform, detail, sleeps)
		if err != nil {
			return err
		}
		switch {
		case len(spec.Shell) > 0:
		case len(found.Shells) > 0:
			spec.Shell = append([]string(nil), found.Shells[0].Argv...)
		case spec.KeepAlive != launch.KeepCustom:
			return noShell(spec.Image)
		}
		if sleeps && !found.SleepInWords {
			spec.KeepAlive = launch.KeepCustom
			spec.Entrypoint, spec.Cmd = []string{"sleep"}, []string{longSleep}
		}
	}
	*spec = spec.Resolved()
	return nil
}

// noShell is the error of an image without any shell. Putting tools in is the
// seam for later: whoever does it answers this cause by preparing the image's
// container with a shell of our own and launching again with Spec.Shell set.
func noShell(image string) error {
	return &Error{Op: "find a shell in", Object: image, Cause: CauseNoShell,
		Err:  fmt.Errorf("the image has none of bash, ash, sh, busybox, zsh, fish"),
		Hint: "choose a program of the image as the entrypoint"}
}
