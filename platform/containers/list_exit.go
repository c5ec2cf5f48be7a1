package containers

import (
	"context"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// exitCodeOf finds the exit code in the engine's words, such as
// "Exited (127) 3 minutes ago". The list has it nowhere else.
func exitCodeOf(status string) (code int, ok bool) {
	_, rest, found := strings.Cut(status, "(")
	if !found || !strings.HasPrefix(status, "Exited") && !strings.HasPrefix(status, "Restarting") {
		return 0, false
	}
	number, _, found := strings.Cut(rest, ")")
	if !found {
		return 0, false
	}
	code, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || code < -1<<31 || code > 1<<32-1 {
		return 0, false
	}
	return code, true
}

const (
	// maxInspects bounds how many containers of a list are asked one by one.
	maxInspects    = 200
	inspectsAtOnce = 8
)

// fillExitCodes asks for the codes that the list does not tell: dead containers,
// and engines with other words. What cannot be asked stays 0.
func (e *Engine) fillExitCodes(ctx context.Context, list []Container) {
	var group errgroup.Group
	group.SetLimit(inspectsAtOnce)
	left := maxInspects
	for i := range list {
		c := &list[i]
		if c.State != "exited" && c.State != "dead" {
			continue
		}
		if _, told := exitCodeOf(c.Status); told || left == 0 {
			continue
		}
		left--
		group.Go(func() error {
			in, err := e.api.ContainerInspect(ctx, c.ID)
			if err == nil && in.ContainerJSONBase != nil && in.State != nil {
				c.ExitCode = in.State.ExitCode
			}
			return nil
		})
	}
	_ = group.Wait()
}
